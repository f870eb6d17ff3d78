"""The command `g4qc revisions`: bars that the gateway restated."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import from_option, json_option, to_option


@click.command()
@click.argument("symbol")
@from_option
@to_option
@json_option
def revisions(symbol: str, first: Any, last: Any, as_json: bool) -> None:
    """Show the bars of SYMBOL that the gateway restated with other values, and the data built from them."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.revision_list import show_revisions

    show_revisions(load_settings(), symbol, first, last, as_json)
