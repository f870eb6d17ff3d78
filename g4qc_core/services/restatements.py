"""The results that were made from bars that the gateway later restated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.backtests.result_inputs import Inputs, inputs_of_newest
from g4qc_core.services.month_keys import key_of
from g4qc_core.storage.bar_stores.version_store import RAW, outdated
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, TIMEFRAMES


@dataclass(frozen=True)
class Touched:
    """The partitions and results that were made from restated bars.

    Attributes:
        partitions: derived ones, as (asset, partition key), each with True if it is outdated.
        backtests: inputs of the newest results that read one of the bars' trade dates.
    """

    partitions: dict[tuple[str, str], bool]
    backtests: list[Inputs]


def touched(instrument: Instrument, revisions: pd.DataFrame, stores: Stores, registry: Registry) -> Touched:
    """Return the partitions and results that were made from the revised bars of one instrument.

    Args:
        instrument: the instrument of the bars.
        revisions: `REVISION_COLUMNS`.
        stores: read for versions and results.
        registry: the instruments.
    """
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
    reading = _specs_reading(instrument.symbol, dates, stores)
    return Touched(partitions, [one for one in inputs_of_newest(stores, registry) if one.spec in reading])


def _specs_reading(symbol: str, dates: Sequence[date], stores: Stores) -> set[str]:
    """Return the specs whose newest result has one of the trade dates in its window."""
    found = set()
    for record in stores.backtests.newest():
        window = record.inputs["window"]
        days = (f"{day}" for day in dates)
        if record.spec["instrument"] == symbol and any(
            window["first_trade_date"] <= day <= window["last_trade_date"] for day in days
        ):
            found.add(record.spec_name)
    return found
