"""Listing of quarantined bars, each with the good bars around it for comparison.

Consecutive bars with the same fault are one entry on a terminal and separate entries in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click
import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.quarantine.reasons import WAYS_OUT, Reason, gravest_first
from g4qc_core.bars.quarantine.selection import BarKey, Selection
from g4qc_core.instruments.price_text import decimal_text
from g4qc_core.instruments.registry import Instrument
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

_AROUND = 2  # good bars on either side
_REACH = timedelta(minutes=30)  # good bars further away explain nothing
_ENTRIES = 40  # entries on a terminal
_HEAD = 3  # bars that make a long run
_EXAMPLE = "g4qc quarantine accept|drop|refetch --instrument ES --reason spike"

Listing = Mapping[Instrument, pd.DataFrame]
"""Bars of each instrument as `QuarantineStore.listed` lists them, with their trade_date (date)."""


def document(listing: Listing, stores: Stores) -> list[dict[str, Any]]:
    """Return one entry per bar, the gravest reason first, for JSON."""
    entries = [_entry(instrument, bar, stores) for instrument, bars in listing.items() for _, bar in bars.iterrows()]
    return sorted(entries, key=lambda entry: Reason(entry["reason"]).rank)


def print_listing(listing: Listing, selection: Selection, stores: Stores) -> None:
    """Print the bars, the gravest reason first, runs of them as one entry, and the possible decisions.

    Args:
        listing: the bars by instrument.
        selection: the criteria of the listing.
        stores: the stores.
    """
    runs = [(instrument, run) for instrument, bars in listing.items() for run in _runs(bars)]
    runs.sort(key=lambda item: Reason(item[1]["reason"].iloc[0]).rank)
    for instrument, run in runs[:_ENTRIES]:
        _print_run(instrument, run, stores)
    if len(runs) > _ENTRIES:
        click.echo(
            f"... and {len(runs) - _ENTRIES:,} more: narrow with --instrument, --reason and --session, or use --json.\n"
        )
    waiting = pd.concat([undecided(bars)["reason"] for bars in listing.values()])
    if waiting.empty:
        click.echo("No bar waits for a decision.")
        return
    counts = waiting.value_counts()
    for reason in gravest_first(waiting):
        click.echo(f"  {counts[reason]:>7,} {reason}: {WAYS_OUT[reason]}")
    click.echo(
        f"{len(waiting):,} {'bar waits' if len(waiting) == 1 else 'bars wait'} for a decision: "
        "g4qc quarantine accept|drop|refetch BAR ..."
    )
    if len(waiting) > 1:
        click.echo(f"All at once: `{selection.command('accept|drop|refetch') if selection else _EXAMPLE}`")


def _entry(instrument: Instrument, bar: pd.Series, stores: Stores) -> dict[str, Any]:
    start = bar["timestamp"].to_pydatetime()
    before, after = _neighbours(instrument, bar["contract"], start, start, stores)
    decided = not pd.isna(bar["decision"])
    return {
        "bar": str(BarKey(instrument.symbol, bar["contract"], start, start)),
        "instrument": instrument.symbol,
        "contract": bar["contract"],
        "trade_date": f"{bar['trade_date']}",
        **_values(bar),
        "reason": bar["reason"],
        "detail": bar["detail"],
        "acceptable": Reason(bar["reason"]).acceptable,
        "decision": bar["decision"] if decided else None,
        "decided_at": bar["decided_at"].isoformat() if decided else None,
        "decided_by": bar["decided_by"] if decided else None,
        "note": bar["note"] if decided else None,
        "before": [_values(row) for _, row in before.iterrows()],
        "after": [_values(row) for _, row in after.iterrows()],
    }


def _values(bar: pd.Series) -> dict[str, Any]:
    prices = {name: float(bar[name]) if np.isfinite(bar[name]) else None for name in PRICES}
    return {"timestamp": bar["timestamp"].isoformat(), **prices, "volume": int(bar["volume"])}


def _neighbours(
    instrument: Instrument, contract: str, first: datetime, last: datetime, stores: Stores
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the good bars nearest before the first and after the last bar of the run."""
    window = (first - _REACH, last + _REACH + timedelta(minutes=1))
    good = stores.bars.bars(instrument.symbol, ONE_MINUTE.name, *window, contract)
    return good[good["timestamp"] < first].tail(_AROUND), good[good["timestamp"] > last].head(_AROUND)


def _runs(bars: pd.DataFrame) -> list[pd.DataFrame]:
    """Return groups of bars that follow each other by a minute with the same reason and decision."""
    if bars.empty:
        return []
    labels = bars[["contract", "reason", "decision"]].fillna("")
    follows = (labels == labels.shift()).all(axis=1) & (bars["timestamp"].diff() == pd.Timedelta(minutes=1))
    return [run for _, run in bars.groupby((~follows).cumsum())]


def _print_run(instrument: Instrument, run: pd.DataFrame, stores: Stores) -> None:
    top = run.iloc[0]
    first, last = (run["timestamp"].iloc[at].to_pydatetime() for at in (0, -1))
    count = f", {len(run):,} bars" if len(run) > 1 else ""
    click.echo(f"{BarKey(instrument.symbol, top['contract'], first, last)}{count}")
    click.echo(f"  {top['reason']}: {top['detail']}")
    before, after = _neighbours(instrument, top["contract"], first, last, stores)
    shown = run if len(run) <= _HEAD else run.head(_HEAD)
    for mark, rows in ((" ", before), (">", shown)):
        _print_bars(mark, rows, instrument)
    if len(run) > len(shown):
        click.echo(f"    ... {len(run) - len(shown):,} more")
    _print_bars(" ", after, instrument)
    if not pd.isna(top["decision"]):
        note = f": {top['note']}" if top["note"] else ""
        click.echo(f"  {top['decision']} by {top['decided_by']}, {top['decided_at']:%Y-%m-%d %H:%M} UTC{note}")
    click.echo()


def _print_bars(mark: str, bars: pd.DataFrame, instrument: Instrument) -> None:
    for _, bar in bars.iterrows():
        prices = "".join(f"{decimal_text(instrument, bar[name]):>14}" for name in PRICES)
        click.echo(f"  {mark} {bar['timestamp']:%Y-%m-%d %H:%M}{prices}{bar['volume']:>12,}")
