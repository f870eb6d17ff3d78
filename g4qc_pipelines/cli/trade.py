"""The commands `g4qc trade ...`: the trader, what it does, and its kill switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import click

from g4qc_pipelines.cli.options import json_option

if TYPE_CHECKING:
    from g4qc_core.settings import Settings

_Command = Callable[..., None]


@click.group()
def trade() -> None:
    """Paper trading: the specs of the trading file (G4QC_TRADING) in an account of Interactive Brokers.

    `check` trades nothing and says what `start` would do. `halt` is the kill switch: nothing is sent until `release`,
    over every restart.
    """


_account = click.option("--account", help="Default: the account that is traded.")
_by = click.option("--by", help="Who does so; default: the user of this computer.")
_limit = click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 1000), help="Most rows.")
_wait = click.option("--wait", "patience", default=60.0, show_default=True, type=click.FloatRange(0, 3600),
                     help="Seconds to wait for the trader's answer; 0: do not wait.")  # fmt: skip


@trade.command()
@json_option
def check(as_json: bool) -> None:
    """Say what the trader would do and what is missing for it; nothing is traded.

    The exit code is 1 if the trader cannot start so.
    """
    from g4qc_pipelines.commands.trading_check_text import check_trading

    check_trading(_settings(), as_json)


@trade.command()
@click.option("--json", "as_json", is_flag=True, help="Print each line of the log as a JSON document.")
def start(as_json: bool) -> None:
    """Trade until Ctrl-C, which sends nothing more and leaves positions and working orders as they are."""
    from g4qc_pipelines.commands.trader_run import run

    run(_settings(), as_json)


@trade.command()
@_account
@_by
@_wait
@json_option
def stop(account: str | None, by: str | None, patience: float, as_json: bool) -> None:
    """Stop the running trader; positions and working orders stay as they are."""
    _ask("stop", {}, account, by, patience, as_json)


@trade.command()
@click.argument("symbol", required=False)
@_account
@_by
@_wait
@click.option("--yes", "sure", is_flag=True, help="Do not ask for a confirmation.")
@json_option
def flatten(
    symbol: str | None, account: str | None, by: str | None, patience: float, sure: bool, as_json: bool
) -> None:
    """Cancel the orders and close the positions in SYMBOL, or all of them, by market orders of the running trader.

    This is done while the kill switch is on, too. What was flattened is not traded until `g4qc trade resolve`.
    """
    if not sure:
        click.confirm(f"Close {symbol or 'all positions'} by market orders?", abort=True, err=True)
    _ask("flatten", {"symbol": symbol} if symbol else {}, account, by, patience, as_json)


@trade.command()
@click.argument("symbol")
@click.option("--adopt", is_flag=True, help="Take the broker's position as ours; without it both must agree already.")
@click.option("--note", default="", help="What you found; kept with the lock.")
@_account
@_by
@_wait
@json_option
def resolve(
    symbol: str, adopt: bool, note: str, account: str | None, by: str | None, patience: float, as_json: bool
) -> None:
    """Unlock SYMBOL after you have looked: the running trader compares with the broker again first."""
    _ask("resolve", {"symbol": symbol, "adopt": adopt, "note": note}, account, by, patience, as_json)


@trade.command()
@click.option("--account", default="*", show_default=True, help="Account to halt; * for all.")
@click.option("--why", default="by hand", show_default=True, help="The reason that others see.")
@_by
@json_option
def halt(account: str, why: str, by: str | None, as_json: bool) -> None:
    """Turn the kill switch on: no order but one of `flatten` leaves until `release`; works without the database, too.

    Positions and orders at the broker stay as they are.
    """
    from g4qc_pipelines.commands.trading_halts import turn_on

    turn_on(_settings(), account, _who(by), why, as_json)


@trade.command()
@click.option("--account", help="Account to release; default: everything, the file trading.halt included.")
@json_option
def release(account: str | None, as_json: bool) -> None:
    """Turn the kill switch off."""
    from g4qc_pipelines.commands.trading_halts import turn_off

    turn_off(_settings(), account, as_json)


@trade.command()
@click.option("--up", "must_be_up", is_flag=True, help="Exit code 1 unless a trader gives signs of life.")
@json_option
def status(must_be_up: bool, as_json: bool) -> None:
    """Show each account: trader, kill switch, locks, limits, positions and the latest reconciliation."""
    from g4qc_pipelines.commands.trading_status import show_status

    show_status(_settings(), must_be_up, as_json)


@trade.command()
@click.argument("ref", required=False)
@_account
@click.option("--open", "open_only", is_flag=True, help="Only orders that have not ended.")
@_limit
@json_option
def orders(ref: str | None, account: str | None, open_only: bool, limit: int, as_json: bool) -> None:
    """List orders, newest first; or show one order, REF, with everything that was heard about it."""
    from g4qc_pipelines.commands.trading_lists import list_orders, show_order

    if ref is not None:
        show_order(_settings(), ref, as_json)
    else:
        list_orders(_settings(), account, limit, open_only, as_json)


@trade.command()
@_account
@click.option("--spec", help="Only decisions of this traded spec.")
@_limit
@json_option
def decisions(account: str | None, spec: str | None, limit: int, as_json: bool) -> None:
    """List decisions, newest bar first: what each spec wanted to hold, and what became of it."""
    from g4qc_pipelines.commands.trading_lists import list_decisions

    list_decisions(_settings(), account, spec, limit, as_json)


def _list(name: str, about: str) -> None:
    @trade.command(name=name, help=about)
    @_account
    @_limit
    @json_option
    def command(account: str | None, limit: int, as_json: bool) -> None:
        from g4qc_pipelines.commands import trading_lists

        getattr(trading_lists, f"list_{name}")(_settings(), account, limit, as_json)


_list("positions", "List the position of every contract that was ever traded, with its profit.")
_list("fills", "List executions, newest first.")
_list("log", "Show the last lines of the trader's log, oldest first.")


def _ask(
    command: Literal["flatten", "resolve", "stop"],
    arguments: dict[str, object],
    account: str | None,
    by: str | None,
    patience: float,
    as_json: bool,
) -> None:
    from g4qc_pipelines.commands.trading_wishes import ask_trader

    ask_trader(_settings(), command, arguments, account, _who(by), patience, as_json)


def _settings() -> Settings:
    from g4qc_pipelines.cli.opening import settings_for_database

    return settings_for_database()


def _who(by: str | None) -> str:
    import getpass

    return by or getpass.getuser()
