"""Lists of `g4qc trade`: positions, orders, fills, decisions and the log, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from pydantic import BaseModel
from rich.table import Table

from g4qc_core.settings import Settings
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.trading_overviews import open_overview

_WIDTH = 160

Columns = Mapping[str, str]
"""Field of a view by the head of its column."""

POSITIONS: Columns = {
    "": "symbol",
    "contract": "contract",
    "contracts": "quantity",
    "average": "average_price",
    "last": "last_price",
    "open profit": "open_profit",
    "realized": "realized",
    "commissions": "commissions",
    "currency": "currency",
}
_ORDERS: Columns = {
    "planned": "planned_at",
    "spec": "spec",
    "": "action",
    "contracts": "quantity",
    "filled": "filled",
    "of": "symbol",
    "contract": "contract",
    "type": "order_type",
    "state": "state",
    "why": "why",
    "reference": "ref",
}
_FILLS: Columns = {
    "at": "at",
    "spec": "spec",
    "": "symbol",
    "contract": "contract",
    "contracts": "quantity",
    "price": "price",
    "commission": "commission",
    "realized": "realized",
    "execution": "exec_id",
}
_DECISIONS: Columns = {
    "bar": "bar",
    "spec": "spec",
    "cause": "cause",
    "": "symbol",
    "contract": "contract",
    "held": "held",
    "target": "target",
    "close": "price",
    "state": "state",
    "reason": "reason",
}


def list_positions(settings: Settings, account: str | None, limit: int, as_json: bool) -> None:
    """Print the positions of an account."""
    with open_overview(settings) as overview:
        chosen = overview.account(account)
        found = overview.positions(chosen)[:limit]
    _show(chosen, "positions", found, POSITIONS, as_json)


def list_orders(settings: Settings, account: str | None, limit: int, open_only: bool, as_json: bool) -> None:
    """Print the orders of an account, newest first."""
    with open_overview(settings) as overview:
        chosen = overview.account(account)
        found = overview.orders(chosen, limit, open_only=open_only)
    _show(chosen, "orders", found, _ORDERS, as_json)


def show_order(settings: Settings, ref: str, as_json: bool) -> None:
    """Print one order with its events.

    Raises:
        NotFound: there is no such order.
    """
    with open_overview(settings) as overview:
        order, events = overview.order(ref), overview.events(ref)
    if as_json:
        echo_json({**order.model_dump(mode="json"), "events": [one.model_dump(mode="json") for one in events]})
        return
    _print([order], _ORDERS, f"Order of {order.account}")
    for event in events:
        said = ", ".join(f"{name} {value}" for name, value in event.said.items() if value not in (None, ""))
        click.echo(f"{event.at:%Y-%m-%d %H:%M:%S} {event.kind:<10} {event.state:<10} {said}")


def list_fills(settings: Settings, account: str | None, limit: int, as_json: bool) -> None:
    """Print the executions of an account, newest first."""
    with open_overview(settings) as overview:
        chosen = overview.account(account)
        found = overview.fills(chosen, limit)
    _show(chosen, "fills", found, _FILLS, as_json)


def list_decisions(settings: Settings, account: str | None, spec: str | None, limit: int, as_json: bool) -> None:
    """Print the decisions of an account, newest bar first."""
    with open_overview(settings) as overview:
        chosen = overview.account(account)
        found = overview.decisions(chosen, limit, spec=spec)
    _show(chosen, "decisions", found, _DECISIONS, as_json)


def list_log(settings: Settings, account: str | None, limit: int, as_json: bool) -> None:
    """Print the last lines of the log, oldest first."""
    with open_overview(settings) as overview:
        chosen = overview.account(account)
        found = overview.log(chosen, limit)[::-1]
    if as_json:
        echo_json({"account": chosen, "log": [one.model_dump(mode="json") for one in found]})
        return
    for line in found:
        subject = f"{line.subject}: " if line.subject else ""
        click.echo(f"{line.at:%Y-%m-%d %H:%M:%S} {line.level:<7} {subject}{line.words}")


def table(found: Sequence[BaseModel], columns: Columns, title: str) -> Table:
    """Return views as a table; times are UTC."""
    made = Table(title=title)
    for name in columns:
        made.add_column(name)
    for one in found:
        made.add_row(*(_text(getattr(one, field)) for field in columns.values()))
    return made


def _show(account: str, name: str, found: Sequence[BaseModel], columns: Columns, as_json: bool) -> None:
    if as_json:
        echo_json({"account": account, name: [one.model_dump(mode="json") for one in found]})
    elif found:
        _print(found, columns, f"{name.capitalize()} of {account} (times are UTC)")
    else:
        click.echo(f"{account} has no {name}.")


def _print(found: Sequence[BaseModel], columns: Columns, title: str) -> None:
    wide_console(_WIDTH).print(table(found, columns, title))


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
