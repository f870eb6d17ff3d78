"""`g4qc status`: what is stored, when it was last asked for, and what is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
import pandas as pd
from rich.table import Table

from g4qc_core.bars.coverage import missing
from g4qc_core.instruments import Registry, load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.database import open_database
from g4qc_core.storage.migrations import require_current
from g4qc_core.storage.origin import stored_origin
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.gaps import silent_minutes
from g4qc_pipelines.resources import Stores
from g4qc_pipelines.show import echo_json, wide_console

_EVER = (date(1970, 1, 1), date(2200, 1, 1))
_ORDER = {timeframe.name: at for at, timeframe in enumerate(TIMEFRAMES)}


def show_status(settings: Settings, as_json: bool) -> None:
    """Prints what there is, for a person or as JSON."""
    database = open_database(settings)
    try:
        require_current(database)
        document = _document(Stores.of(database), load_registry(settings.own_instruments))
        document = {"database": database.place, "timescale": database.has_timescale, **document}
    finally:
        database.close()
    if as_json:
        echo_json(document)
    else:
        _print(document)


def _document(stores: Stores, registry: Registry) -> dict[str, Any]:
    origin = stored_origin(stores.database)
    stored = stores.bars.stored()
    stored = stored.iloc[stored["timeframe"].map(_ORDER).argsort(kind="stable")]
    stored = stored.sort_values("symbol", kind="stable")
    return {
        "origin": str(origin) if origin else None,
        "bars": [
            {
                "instrument": row["symbol"],
                "timeframe": row["timeframe"],
                "bars": row["bars"],
                "contracts": row["contracts"],
                "first": row["first"].isoformat(),
                "last": row["last"].isoformat(),
            }
            for row in stored.to_dict("records")
        ],
        "instruments": [_instrument(symbol, registry, stores) for symbol in stored["symbol"].unique()],
        "last_request": _last_request(stores),
        "backtests": [
            {
                "name": r.spec_name,
                "result": r.id,
                "created_at": r.created_at.isoformat(),
                "metrics": dict(r.metrics),
            }
            for r in stores.backtests.newest()
        ],
    }


def _instrument(symbol: str, registry: Registry, stores: Stores) -> dict[str, Any]:
    quality = stores.bars.quality(symbol, *_EVER)
    silent = _silent(symbol, quality, registry, stores)
    with_gaps = quality[missing(quality) > 0]
    gaps = [
        {
            "trade_date": f"{row['trade_date']:%Y-%m-%d}",
            "contract": row["contract"],
            "failed": row["failed"],
            "never_asked": row["never_asked"],
        }
        for row in with_gaps.to_dict("records")
    ]
    gaps += [
        {"trade_date": f"{day}", "contract": None, "failed": 0, "never_asked": minutes}
        for day, minutes in silent.items()
    ]
    return {
        "instrument": symbol,
        "sessions": int(quality["trade_date"].nunique()),
        "expected_minutes": int(quality["expected"].sum()) + sum(silent.values()),
        "traded": int(quality["traded"].sum()),
        "no_trade": int(quality["no_trade"].sum()),
        "failed": int(quality["failed"].sum()),
        "never_asked": int(quality["never_asked"].sum()) + sum(silent.values()),
        "quarantined": int(quality["quarantined"].sum()),
        "gaps": sorted(gaps, key=lambda gap: gap["trade_date"]),
    }


def _silent(symbol: str, quality: pd.DataFrame, registry: Registry, stores: Stores) -> dict[date, int]:
    newest = stores.ledger.last()
    if symbol not in registry or quality.empty or newest is None:
        return {}
    first, last = quality["trade_date"].min().date(), quality["trade_date"].max().date()
    return silent_minutes(registry[symbol], quality, first, last, newest.requested_at)


def _last_request(stores: Stores) -> dict[str, Any] | None:
    entry = stores.ledger.last()
    if entry is None:
        return None
    return {
        "at": entry.requested_at.isoformat(),
        "contract": f"{entry.symbol} {entry.contract}",
        "outcome": str(entry.outcome),
        "bars": entry.bars,
        "message": entry.message,
    }


def _print(document: dict[str, Any]) -> None:
    console = wide_console(110)
    origin = {"simulated": ", synthetic bars", "replay": ", replayed bars"}.get(document["origin"] or "", "")
    click.echo(f"Database {document['database']}{origin}")
    if not document["bars"]:
        click.echo("Nothing is stored yet. Begin with `g4qc demo` or `g4qc extract ES --from ... --to ...`.")
        return
    table = Table(title="Stored bars (times are UTC)")
    for name in ("", "timeframe", "bars", "contracts", "first", "last"):
        table.add_column(name, justify="right" if name in ("bars", "contracts") else "left")
    for row in document["bars"]:
        times = (row["first"][:16].replace("T", " "), row["last"][:16].replace("T", " "))
        table.add_row(row["instrument"], row["timeframe"], f"{row['bars']:,}", str(row["contracts"]), *times)
    console.print(table)
    console.print(_gap_table(document))
    last = document["last_request"]
    if last is not None:
        said = f": {last['message']}" if last["message"] else ""
        click.echo(f"Last request {last['at'][:19]} UTC, {last['contract']}, {last['outcome']}{said}")


def _gap_table(document: dict[str, Any]) -> Table:
    table = Table(title="Minutes of all sessions, by what is known of them")
    table.add_column("")
    names = ("sessions", "expected_minutes", "traded", "no_trade", "failed", "never_asked", "quarantined")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_column("first gaps")
    for row in document["instruments"]:
        gaps = [f"{gap['trade_date']} {gap['contract'] or ''}".strip() for gap in row["gaps"]]
        listed = ", ".join(gaps[:2]) + (f" and {len(gaps) - 2} more" if len(gaps) > 2 else "")
        table.add_row(row["instrument"], *(f"{row[name]:,}" for name in names), listed or "none")
    return table
