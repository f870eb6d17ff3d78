"""What the gateway gave anew, and what was made of the bars that it replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.backtests.result_inputs import Inputs, inputs_of_newest
from g4qc_core.services.month_keys import key_of
from g4qc_core.storage.bar_stores.revision_store import by_field
from g4qc_core.storage.bar_stores.version_store import RAW, outdated
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, TIMEFRAMES

SHOWN = 200
"""Rows of a table for a person, or in metadata."""


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
    return by_field(stores.revisions.revisions(symbol, since_request=since, limit=SHOWN))


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
