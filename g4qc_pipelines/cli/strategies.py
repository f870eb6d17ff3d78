"""The commands `g4qc strategies ...`: list, show, begin and check strategies."""

from __future__ import annotations

import click

from g4qc_pipelines.cli.options import json_option

_EXAMPLES = """\b
Examples:
  g4qc strategies new my_rule
  g4qc strategies show my_rule
  g4qc strategies check my_rule
  g4qc strategies check my_rule.py --instrument ES --timeframe 1h
"""


@click.group(epilog=_EXAMPLES)
def strategies() -> None:
    """Strategies, G4QC's and your own: list, show, begin and check them.

    Your own are files in the folder G4QC_STRATEGIES, classes of installed packages, or anything importable, named
    module:Class.
    """


@strategies.command(name="list")
@json_option
def strategies_list(as_json: bool) -> None:
    """List the strategies that a spec can name, and files that cannot be used, with the reason."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.strategy_list import list_strategies

    load_settings()
    list_strategies(as_json)


@strategies.command(name="show")
@click.argument("name")
@json_option
def strategies_show(name: str, as_json: bool) -> None:
    """Show the strategy NAME: its parameters with ranges, defaults and what a search tries, its inputs and its file."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.strategy_list import show_strategy

    load_settings()
    show_strategy(name, as_json)


@strategies.command(name="new")
@click.argument("name")
@click.option("--class", "of_library", is_flag=True, help="A class of backtesting.py, which places orders itself.")
@json_option
def strategies_new(name: str, of_library: bool, as_json: bool) -> None:
    """Write a commented strategy NAME.py and its test into the folder G4QC_STRATEGIES, or into the current one.

    Nothing is overwritten.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.strategy_new import new_strategy

    new_strategy(load_settings(), name, of_library, as_json)


@strategies.command(name="check")
@click.argument("strategy")
@click.option("--instrument", help="Check on stored bars of this instrument, too.")
@click.option("--timeframe", default="1h", show_default=True, help="Length of a bar.")
@click.option("--param", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@json_option
def strategies_check(
    strategy: str, instrument: str | None, timeframe: str, parameters: tuple[str, ...], as_json: bool
) -> None:
    """Check STRATEGY, a name or a file; exit code 1 if a check fails.

    Look-ahead: decisions must not change when later bars are removed or become others. Warm-up: no decision before
    bars_needed, and not much later. Determinism: two runs and two processes decide the same. Delay and costs: what one
    bar's delay and twice the costs leave of the result. Synthetic bars are always checked.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.strategy_checking import check_strategies

    check_strategies(load_settings(), strategy, instrument, timeframe, parameters, as_json)
