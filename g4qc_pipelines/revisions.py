"""`g4qc revisions`: what the gateway gave anew, and what was made of the bars that it replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
import pandas as pd
from rich.table import Table

from g4qc_core.instruments import Instrument, Registry, load_registry
from g4qc_core.sessions import calendar, check_window
from g4qc_core.settings import Settings
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_core.storage.revision_store import by_field
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.storage.version_store import RAW, outdated
from g4qc_core.timeframes import ONE_MINUTE, TIMEFRAMES
from g4qc_pipelines.inputs import Inputs, inputs_of_newest
from g4qc_pipelines.partitions import key_of
from g4qc_pipelines.show import echo_json, wide_console

_ROWS = 200  # of a table for a person, or in metadata


@dataclass(frozen=True)
class Touched:
    """What was made of restated bars.

    Attributes:
        partitions: derived ones, as (asset, partition), each with whether it has to be made anew.
        backtests: inputs of the newest results that read one of the bars' trade dates.
    """

    partitions: dict[tuple[str, str], bool]
    backtests: list[Inputs]


def changes_after(symbol: str, entry: LedgerEntry | None, stores: Stores) -> pd.DataFrame:
    """What restatements changed after that entry of the ledger: `CHANGE_COLUMNS`, where there are many the newest."""
    since = (entry.id or 0) + 1 if entry is not None else None
    return by_field(stores.revisions.revisions(symbol, since_request=since, limit=_ROWS))


def touched(instrument: Instrument, revisions: pd.DataFrame, stores: Stores, registry: Registry) -> Touched:
    """What was made of the bars of these revisions (`REVISION_COLUMNS`) of one instrument."""
    days = calendar(instrument.calendar).assign(revisions["timestamp"])["trade_date"].dropna()
    dates = sorted({day.date() for day in days})
    months = sorted({day.replace(day=1) for day in dates})
    versions = stores.versions.versions(instrument.symbol)
    made = {(version.kind, version.month) for version in versions}
    partitions: dict[tuple[str, str], bool] = {}
    for timeframe in TIMEFRAMES:
        source = RAW if timeframe == ONE_MINUTE else ONE_MINUTE.name
        old = outdated(versions, timeframe.name, source)
        for month in months:
            if (timeframe.name, month) in made:
                key = (f"bars_{timeframe}", key_of(instrument.symbol, month))
                partitions[key] = (instrument.symbol, month) in old
    reading = _reading(instrument.symbol, dates, stores)
    return Touched(partitions, [one for one in inputs_of_newest(stores, registry) if one.spec in reading])


def _reading(symbol: str, dates: Sequence[date], stores: Stores) -> set[str]:
    """Specs whose newest result has one of the trade dates in its window."""
    found = set()
    for record in stores.backtests.newest():
        window = record.inputs["window"]
        days = (f"{day}" for day in dates)
        if record.spec["instrument"] == symbol and any(
            window["first_trade_date"] <= day <= window["last_trade_date"] for day in days
        ):
            found.add(record.spec_name)
    return found


def show_revisions(settings: Settings, symbol: str, first: date | None, last: date | None, as_json: bool) -> None:
    """Prints what restatements changed in the sessions of the window, and what was made of it.

    Raises:
        UsageError: an unknown instrument, or a reversed window.
    """
    registry = load_registry(settings.own_instruments)
    instrument = registry[symbol]
    if first is not None and last is not None:
        check_window(first, last)
    with open_stores(settings) as stores:
        revisions = stores.revisions.revisions(instrument.symbol)
        days = calendar(instrument.calendar).assign(revisions["timestamp"])["trade_date"]
        revisions = revisions.assign(trade_date=days.to_numpy())
        if first is not None:
            revisions = revisions[revisions["trade_date"] >= pd.Timestamp(first)]
        if last is not None:
            revisions = revisions[revisions["trade_date"] <= pd.Timestamp(last)]
        revisions = revisions.reset_index(drop=True)
        what = touched(instrument, revisions, stores, registry)
    changes = by_field(revisions)
    if as_json:
        echo_json(_document(changes, what))
    else:
        _print(instrument, revisions, changes, what)


def _document(changes: pd.DataFrame, what: Touched) -> dict[str, Any]:
    rows = [
        {
            "contract": row["contract"],
            "timestamp": row["timestamp"].isoformat(),
            "field": row["field"],
            "old": _number(row["old"]),
            "new": _number(row["new"]),
            "request": row["request"],
            "replaced_at": row["replaced_at"].isoformat(),
        }
        for row in changes.to_dict("records")
    ]
    return {
        "changes": rows,
        "partitions": [
            {"asset": asset, "partition": key, "current": not old} for (asset, key), old in what.partitions.items()
        ],
        "backtests": [{"name": one.spec, **one.to_dict()} for one in what.backtests],
    }


def _number(value: float) -> float | None:
    return None if pd.isna(value) else value


def _print(instrument: Instrument, revisions: pd.DataFrame, changes: pd.DataFrame, what: Touched) -> None:
    if revisions.empty:
        click.echo(f"No bar of {instrument.symbol} was restated in this window.")
        return
    table = Table(title=f"What restatements changed of {instrument.symbol} (times are UTC, newest first)")
    for name in ("contract", "bar", "field", "old", "new", "request", "when"):
        table.add_column(name, justify="right" if name in ("old", "new", "request") else "left")
    for row in changes.head(_ROWS).to_dict("records"):
        decimals = 0 if row["field"] in ("volume", "count") else instrument.decimals
        old, new = ("-" if pd.isna(row[name]) else f"{row[name]:,.{decimals}f}" for name in ("old", "new"))
        bar, when = (f"{row[name]:%Y-%m-%d %H:%M}" for name in ("timestamp", "replaced_at"))
        table.add_row(row["contract"], bar, row["field"], old, new, str(row["request"]), when)
    wide_console(110).print(table)
    if len(changes) > _ROWS:
        click.echo(f"... and {len(changes) - _ROWS:,} more: narrow with --from and --to, or use --json.")
    click.echo(f"{len(revisions):,} restatements of bars. Made of them:")
    for (asset, key), outdated_now in what.partitions.items():
        click.echo(f"  {asset:<12} {key:<20} {'to be made anew' if outdated_now else 'made anew since'}")
    for one in what.backtests:
        click.echo(f"  backtest     {one.spec:<20} {one.why}")
