"""The commands `g4qc partitions ...`: keys of the graph that come and go."""

from __future__ import annotations

import click

from g4qc_pipelines.cli.options import json_option

_KIND = click.Choice(["backtest", "instrument"])
_EXAMPLES = """\b
Examples:
  g4qc partitions list --unused
  g4qc partitions remove --unused
  g4qc partitions remove donchian-ES-1h-0f3c5a9b2d17
  g4qc partitions remove CL --kind instrument
"""


@click.group(epilog=_EXAMPLES)
def partitions() -> None:
    """Keys of the graph: specs of backtests and instruments.

    A backtest that was cancelled, or an instrument that was extracted once, leaves its key. Removing a key deletes no
    bar and no result.
    """


@partitions.command(name="list")
@click.option("--kind", type=_KIND, help="Only keys of this kind.")
@click.option("--unused", is_flag=True, help="Only keys that nothing needs, and under which nothing is stored.")
@json_option
def partitions_list(kind: str | None, unused: bool, as_json: bool) -> None:
    """List the keys, what is stored under each, and what keeps it."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.partition_keys import list_partitions

    list_partitions(load_settings(), kind, unused, as_json)


@partitions.command(name="remove")
@click.argument("keys", nargs=-1)
@click.option("--kind", type=_KIND, default="backtest", show_default=True, help="What KEYS are.")
@click.option("--unused", is_flag=True, help="All keys of either kind that nothing needs, instead of KEYS.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def partitions_remove(keys: tuple[str, ...], kind: str, unused: bool, yes: bool, as_json: bool) -> None:
    """Remove KEYS from the graph, all or none.

    A key with results or an entry of a file is refused, and so is one that a run works on.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.partition_keys import remove_partitions

    remove_partitions(load_settings(), keys, kind, unused, yes, as_json)
