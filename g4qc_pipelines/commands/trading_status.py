"""`g4qc trade status`: each account with all that holds for it now."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from g4qc_core.sentences import duration, listing
from g4qc_core.services.trading.shown.views import AccountView, LimitUse, TraderView, TradingSummary
from g4qc_core.settings import Settings
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.trading_lists import POSITIONS, table
from g4qc_pipelines.commands.trading_overviews import open_overview


def show_status(settings: Settings, must_be_up: bool, as_json: bool) -> None:
    """Print all accounts that were ever traded; with `must_be_up` end with exit code 1 unless a trader is up."""
    with open_overview(settings) as overview:
        found = overview.summary(datetime.now(UTC))
    if as_json:
        echo_json(found.model_dump(mode="json"))
    else:
        _print_all(found)
    if must_be_up and not any(one.trader is not None and one.trader.up for one in found.accounts):
        raise SystemExit(1)


def _print_all(found: TradingSummary) -> None:
    for halt in found.halts:
        named = "all accounts" if halt.account == "*" else halt.account
        click.echo(f"The kill switch is on for {named} since {halt.at:%Y-%m-%d %H:%M} UTC ({halt.by}: {halt.why}).")
    if not found.accounts:
        click.echo("No account was traded yet: `g4qc trade check` says what `g4qc trade start` would do.")
    for account in found.accounts:
        _print(account)


def _print(account: AccountView) -> None:
    click.echo(f"{account.account}: {_trader(account.trader)}")
    for lock in account.locks:
        click.echo(f"  {lock.symbol} is locked: {lock.reason}: we have {lock.ours}, the broker has {lock.theirs}. "
                   f"Look, then `g4qc trade resolve {lock.symbol}`.")  # fmt: skip
    last = account.reconciliation
    if last is not None:
        words = "agrees" if last.agrees else f"differs: {listing(last.differences)}"
        click.echo(f"  Compared with the broker at {last.at:%Y-%m-%d %H:%M:%S} UTC ({last.cause}): {words}")
    if account.orders:
        click.echo(f"  Open orders: {_counts(account.orders)}")
    if account.decisions:
        click.echo(f"  Decisions in 24 hours: {_counts(account.decisions)}")
    if account.limits:
        click.echo(f"  Limits used: {', '.join(map(_limit, account.limits))}")
    if account.positions:
        wide_console(140).print(table(account.positions, POSITIONS, f"Positions of {account.account}"))


def _trader(trader: TraderView | None) -> str:
    if trader is None:
        return "no trader has run"
    why = f" ({trader.why})" if trader.why else ""
    if trader.stopped_at is not None:
        return f"{trader.state}{why} since {trader.stopped_at:%Y-%m-%d %H:%M:%S} UTC"
    where = f"process {trader.pid} on {trader.host}, gateway {trader.address}, client id {trader.client_id}"
    if trader.stale:
        return f"should be running and gave no sign of life for {duration(trader.heartbeat_age)} ({where})"
    return f"{trader.state}{why}, {where}: {listing(trader.specs)}"


def _counts(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(numbers.items()))


def _limit(one: LimitUse) -> str:
    return f"{one.name} {'?' if one.used is None else f'{one.used:g}'} of {one.limit:g}"
