"""`g4qc extract --dry-run`: what an extraction would ask for, what it would leave out and why, and how long it takes.

Of the gateway it asks the time, and the chain where none is stored; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import click
from rich.table import Table

from g4qc_core.futures.rolls.roll_overrides import load_overrides
from g4qc_core.instruments.registry import Contract, Instrument, contract_month, load_registry
from g4qc_core.services.chains import contracts_of_interest, told_chain
from g4qc_core.services.extraction.plan import ExtractionPlan, FetchOrder, heads_to_ask
from g4qc_core.services.extraction.planner import plan_extraction, rules_of
from g4qc_core.services.extraction.reopening import as_if_reopened
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.partitions.graph_months import check_months, check_sessions, last_asked

_SHOWN = 20  # requests, for a person


def show_plan(
    settings: Settings,
    symbol: str,
    first: date,
    last: date | None,
    contracts: Sequence[str],
    order: str,
    again: bool,
    as_json: bool,
) -> None:
    """Print the plan of an extraction as text or JSON."""
    registry = load_registry(settings.own_instruments)
    instrument, months = registry[symbol], [contract_month(month) for month in contracts]
    if last is None:
        check_months(first, first)
    else:
        check_sessions(instrument, first, last)
    with open_stores(settings) as stores, closing(Gateway(settings, registry, stores)) as gateway:
        source = gateway.source()
        last = last or last_asked(instrument, first, source)
        now = source.server_time()
        chain = stores.contracts.chain(symbol) or told_chain(instrument, source)[0]
        wanted = contracts_of_interest(instrument, chain, first, last, months, load_overrides(settings.rolls))
        newest = stores.ledger.last()
        wishes = as_if_reopened(wanted, newest.id or 0) if again and newest is not None else []
        rules = rules_of(settings, FetchOrder.named(order))
        plan = plan_extraction(instrument, wanted, stores, now, rules, wishes=wishes)
        takes = source.time_left(plan.requests)
        heads, asked_at = stores.contracts.heads(symbol), stores.contracts.heads_asked(symbol)
    document = _document(instrument, plan, takes, heads_to_ask(wanted, plan, heads, asked_at, now), now)
    if as_json:
        echo_json(document)
    else:
        _print(document)


def _document(
    instrument: Instrument, plan: ExtractionPlan, takes: timedelta, without_head: Sequence[Contract], now: datetime
) -> dict[str, Any]:
    return {
        "instrument": instrument.symbol,
        "now": now.isoformat(),
        "requests": [
            {
                "contract": request.contract.month,
                "start": request.start.isoformat(),
                "end": request.end.isoformat(),
            }
            for request in plan.requests
        ],
        "sessions": plan.sessions,
        "seconds": round(takes.total_seconds(), 1),
        "first_bars_to_ask": [contract.month for contract in without_head],
        "contracts": [
            {
                "contract": contract.month,
                "asked": len(plan.asked.get(contract, ())),
                "left_out": {str(reason): count for reason, count in reasons.items()},
            }
            for contract, reasons in plan.left_out.items()
        ],
    }


def _print(document: dict[str, Any]) -> None:
    requests, console = document["requests"], wide_console(110)
    if not requests:
        click.echo(f"{document['instrument']}: nothing to ask for.")
    else:
        takes = timedelta(seconds=round(document["seconds"]))
        click.echo(
            f"{document['instrument']}: requests: {len(requests)}, sessions: {document['sessions']}, "
            f"time: about {takes}."
        )
    table = Table()
    for name in ("contract", "sessions to ask for", "left out"):
        table.add_column(name, justify="right" if name == "sessions to ask for" else "left")
    for row in document["contracts"]:
        left_out = ", ".join(f"{count} {reason}" for reason, count in row["left_out"].items())
        table.add_row(row["contract"], str(row["asked"]), left_out)
    console.print(table)
    for number, request in enumerate(requests[:_SHOWN], 1):
        start, end = (datetime.fromisoformat(request[name]) for name in ("start", "end"))
        click.echo(f"{number:>4}  {request['contract']}  {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC")
    if len(requests) > _SHOWN:
        click.echo(f"      and {len(requests) - _SHOWN} more; --json lists all.")
    if months := ", ".join(document["first_bars_to_ask"]):
        click.echo(f"Before that, where the bars of {months} begin: what lies before will not be asked for.")
