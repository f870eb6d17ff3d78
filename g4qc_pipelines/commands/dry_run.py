"""`g4qc extract --dry-run`: the plan of an extraction, printed.

Only the gateway's time is requested, and the chain if none is stored. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import click
from rich.table import Table

from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.registry import contract_month, load_registry
from g4qc_core.services.extraction.plan import FetchOrder, PlanRules
from g4qc_core.services.extraction.preview import ExtractionPreview, preview_extraction
from g4qc_core.services.gateway_connection import Gateway
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.partitions.graph_months import check_months, check_sessions, last_asked

_SHOWN = 20  # requests in the text; the JSON has all


def print_plan(
    settings: Settings,
    symbol: str,
    first: date,
    last: date | None,
    contracts: Sequence[str],
    order: str,
    again: bool,
    as_json: bool,
) -> None:
    """Print the plan of an extraction as text or JSON.

    Args:
        settings: the settings.
        symbol: the instrument.
        first: first trade date.
        last: last trade date; None: that of the newest session that has begun, by the gateway's clock.
        contracts: contract months; empty: those that the roll rule calls for.
        order: bars to fetch first, `newest` or `oldest`.
        again: plan sessions that the ledger covers too.
        as_json: print JSON.

    Raises:
        UsageError: no such instrument, contract month, order or session.
    """
    registry = load_registry(settings.own_instruments)
    instrument, months = registry[symbol], [contract_month(month) for month in contracts]
    if last is None:
        check_months(first, first)
    else:
        check_sessions(instrument, first, last)
    rules, overrides = PlanRules.of(settings, FetchOrder.named(order)), load_overrides(settings.rolls)
    with open_stores(settings) as stores, closing(Gateway(settings, registry, stores)) as gateway:
        source = gateway.source()
        last = last or last_asked(instrument, first, source)
        preview = preview_extraction(instrument, first, last, source, stores, months, rules, overrides, again)
    document = _document(preview)
    if as_json:
        echo_json(document)
    else:
        _print(document)


def _document(preview: ExtractionPreview) -> dict[str, Any]:
    plan = preview.plan
    return {
        "instrument": preview.instrument.symbol,
        "now": preview.now.isoformat(),
        "requests": [
            {
                "contract": request.contract.month,
                "start": request.start.isoformat(),
                "end": request.end.isoformat(),
            }
            for request in plan.requests
        ],
        "sessions": plan.sessions,
        "seconds": round(preview.duration.total_seconds(), 1),
        "first_bars_to_ask": [contract.month for contract in preview.heads],
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
