"""The commands `g4qc sources`: sources of the same bars, beside each other."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import from_option, json_option, to_option


@click.group()
def sources() -> None:
    """Look at sources of bars: Interactive Brokers and files."""


@sources.command()
@click.argument("symbol")
@from_option
@to_option
@json_option
def compare(symbol: str, first: Any, last: Any, as_json: bool) -> None:
    """Compare the sources that have bars of the same contracts and sessions of SYMBOL, and store what differs.

    Without --from and --to, all months are compared in which two sources overlap. Sessions in a row that differ in the
    same way are one row.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.source_listing import compare_and_list

    compare_and_list(load_settings(), symbol, first, last, as_json)


@sources.command("list")
@click.argument("symbol")
@json_option
def list_sources(symbol: str, as_json: bool) -> None:
    """Show which sources have bars of SYMBOL, by contract, and which one counts where several have the same session."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.source_order import show_sources

    show_sources(load_settings(), symbol, as_json)


@sources.command()
@click.argument("symbol")
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@from_option
@to_option
def prefer(symbol: str, names: tuple[str, ...], first: Any, last: Any) -> None:
    """Let the bars of each SOURCE of SYMBOL count before those of the next one, and make what follows from them again.

    Without --from and --to for all trade dates. Of two rules for one day the later one wins. A session never mixes
    sources: all of its bars come from the first source that has one.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.source_order import prefer_sources

    prefer_sources(load_settings(), symbol, names, first, last)
