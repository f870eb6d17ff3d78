"""`g4qc revisions`: bars that the gateway restated, and the data built from the replaced values."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
import pandas as pd
from rich.table import Table

from g4qc_core.calendars.session_calendar import calendar, check_window
from g4qc_core.instruments.price_text import NO_PRICE, price_text
from g4qc_core.instruments.registry import Instrument, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.extraction.restated_bars import SHOWN
from g4qc_core.services.restatements import Touched, touched
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.revision_store import by_field
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console


def show_revisions(settings: Settings, symbol: str, first: date | None, last: date | None, as_json: bool) -> None:
    """Print the restatements in the sessions of the window, and the data built from the replaced values.

    Raises:
        UsageError: the instrument is unknown, or the window is reversed.
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


def _text(instrument: Instrument, field: str, value: float) -> str:
    if pd.isna(value):
        return NO_PRICE
    return f"{value:,.0f}" if field in ("volume", "count") else price_text(instrument, value)


def _print(instrument: Instrument, revisions: pd.DataFrame, changes: pd.DataFrame, what: Touched) -> None:
    if revisions.empty:
        click.echo(f"No bar of {instrument.symbol} was restated in this window.")
        return
    table = Table(title=f"What restatements changed of {instrument.symbol} (times are UTC, newest first)")
    for name in ("contract", "bar", "field", "old", "new", "request", "when"):
        table.add_column(name, justify="right" if name in ("old", "new", "request") else "left")
    for row in changes.head(SHOWN).to_dict("records"):
        old, new = (_text(instrument, row["field"], row[name]) for name in ("old", "new"))
        bar, when = (f"{row[name]:%Y-%m-%d %H:%M}" for name in ("timestamp", "replaced_at"))
        table.add_row(row["contract"], bar, row["field"], old, new, str(row["request"]), when)
    wide_console(110).print(table)
    if len(changes) > SHOWN:
        click.echo(f"... and {len(changes) - SHOWN:,} more: narrow with --from and --to, or use --json.")
    click.echo(f"{counted(len(revisions), 'restatement')} of bars. Made of them:")
    for (asset, key), outdated_now in what.partitions.items():
        click.echo(f"  {asset:<12} {key:<20} {'to be made anew' if outdated_now else 'made anew since'}")
    for one in what.backtests:
        click.echo(f"  backtest     {one.spec:<20} {one.why}")
