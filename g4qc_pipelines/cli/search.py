"""The command `g4qc search`: many parameter sets of one backtest, and what the best of them is worth."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import json_option
from g4qc_pipelines.cli.research_words import asked
from g4qc_pipelines.cli.spec_options import SpecCommand

_EXAMPLES = """\b
Examples:
  g4qc search sma_cross-ES-1h
  g4qc search sma_cross --instrument ES --timeframe 1h --param fast=5:50:5 --param slow=60,90,120
  g4qc search donchian-ES --trials 500 --objective calmar --constraint 'max_drawdown >= -20%'
  g4qc search --list
  g4qc search show donchian-ES
"""


@click.command(cls=SpecCommand, skipped=("name", "parameters", "seed"), epilog=_EXAMPLES)
@click.argument("words", nargs=-1, metavar="SPEC | show SEARCH")
@click.option("--param", "parameters", multiple=True, metavar="NAME=VALUES", help="Values to try of a parameter: a "
              "range from:to:step, a list with commas, or one value; repeatable.")  # fmt: skip
@click.option("--method", help="grid, random, tpe or cmaes.")
@click.option("--objective", help="Metric by which sets are ranked, like sharpe, calmar or +exposure.")
@click.option("--constraint", "constraints", multiple=True, help="Bound that a set must keep, like 'trades >= 30'; "
              "repeatable, '' for none.")  # fmt: skip
@click.option("--trials", metavar="NUMBER", help="Most sets to try; a larger grid is sampled at random.")
@click.option("--minutes", metavar="NUMBER", help="Minutes after which no further set is tried.")
@click.option("--seed", metavar="NUMBER", help="Start of the random choices.")
@click.option("--workers", metavar="NUMBER", help="Processes; the results do not depend on it.")
@click.option("--name", help="Name under which the search is kept.")
@click.option("--list", "listing", is_flag=True, help="List the searches instead.")
@json_option
def search(words: tuple[str, ...], listing: bool, as_json: bool, **options: Any) -> None:
    """Try many parameter sets of a backtest on stored bars, and say what the best one is worth.

    SPEC is the name of an entry of the searches file or of a search that ran before; or a backtest or a strategy, as
    for `g4qc backtest`. Options replace fields of SPEC. Without --param, all values are tried that the strategy
    declares.

    Every set that is tried counts as a trial of the strategy for ever. Ctrl-C keeps what is done, and the same command
    goes on where it stopped.
    """
    from g4qc_pipelines.cli.opening import settings_for_database

    given = {name: value for name, value in options.items() if value not in (None, ())}
    what, word = asked(words, given, listing, "searches", "SEARCH", "search, backtest or strategy")
    settings = settings_for_database()
    if what == "run":
        from g4qc_pipelines.commands.search_run import run_search

        run_search(settings, word, given, as_json)
        return
    from g4qc_pipelines.commands.search_listing import list_searches, show_search

    if what == "show":
        show_search(settings, word, as_json)
    else:
        list_searches(settings, as_json)
