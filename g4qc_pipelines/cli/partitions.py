"""The commands `g4qc partitions ...`: the dynamic partition keys of the graph."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import json_option

_KIND = click.Choice(["backtest", "instrument", "search", "walk_forward", "monte_carlo", "portfolio"])
_EXAMPLES = """\b
Examples:
  g4qc partitions list --unused
  g4qc partitions remove --unused
  g4qc partitions remove donchian-ES-1h-0f3c5a9b2d17
  g4qc partitions remove CL --kind instrument
  g4qc partitions remove sma_cross-ES-search-9d2b57c1a0ee --kind search
"""


@click.group(epilog=_EXAMPLES)
def partitions() -> None:
    """Partition keys of the graph: specs of backtests, searches and studies, and instruments.

    A cancelled backtest, or an instrument that was extracted once, leaves its key. Removing a key deletes no bar and no
    result.
    """


@partitions.command(name="list")
@click.option("--kind", type=_KIND, help="Only keys of this kind.")
@click.option("--unused", is_flag=True, help="Only keys that nothing needs, and under which nothing is stored.")
@json_option
def partitions_list(**given: Any) -> None:
    """List the keys, what is stored under each, and the reason that keeps it."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.key_listing import list_partitions

    list_partitions(load_settings(), **given)


@partitions.command(name="remove")
@click.argument("keys", nargs=-1)
@click.option("--kind", type=_KIND, default="backtest", show_default=True, help="What KEYS are.")
@click.option("--unused", is_flag=True, help="All keys of every kind that nothing needs, instead of KEYS.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def partitions_remove(**given: Any) -> None:
    """Remove KEYS from the graph, all or none.

    A key is refused if it has an entry in a file, if a run works on it, or if it has results of a backtest. Searches
    and studies that ran stay without their key.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.key_listing import remove_partitions

    remove_partitions(load_settings(), **given)
