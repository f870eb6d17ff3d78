"""The month of one instrument at a coarser timeframe: validated minutes in, bars out, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from g4qc_core.bars.fingerprint import version_of
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import UNKNOWN, SchemaFailure, schema_failures
from g4qc_core.instruments import Instrument
from g4qc_core.sessions import SessionCalendar, calendar
from g4qc_core.storage.version_store import Made
from g4qc_core.timeframes import ONE_MINUTE, Timeframe
from g4qc_pipelines.partitions import key_of
from g4qc_pipelines.resources import Stores


@dataclass(frozen=True)
class DerivedMonth:
    """What became of one instrument's month.

    Attributes:
        key: the partition.
        bars: derived bars of all contracts.
        failures: broken promises of their schema.
        conserved: true when every contract's volume equals that of its minutes.
        version: fingerprint of the bars.
    """

    key: str
    bars: pd.DataFrame
    failures: list[SchemaFailure]
    conserved: bool
    version: str


def derive_month(instrument: Instrument, first: date, last: date, timeframe: Timeframe, stores: Stores) -> DerivedMonth:
    """Derives a month of trade dates from its stored minutes and replaces the month's slice.

    Bars that break their schema, or lose volume, are not written: what was there stays.
    """
    sessions = calendar(instrument.calendar)
    window = month_instants(sessions, first, last)
    minutes = stores.bars.bars(instrument.symbol, ONE_MINUTE.name, *window)
    bars = resample(minutes, timeframe, sessions)
    conserved, failures = _volumes(minutes).equals(_volumes(bars)), schema_failures(bars)
    version = version_of(bars)
    if conserved and not failures:
        made = Made(first, version, version_of(minutes))
        stores.bars.replace_bars(instrument.symbol, timeframe.name, *window, bars, made)
    return DerivedMonth(key_of(instrument.symbol, first), bars, failures, conserved, version)


def month_instants(sessions: SessionCalendar, first: date, last: date) -> tuple[datetime, datetime]:
    """Open of the first and close of the last session with trade dates in the window, UTC."""
    found = sessions.sessions(first, last)
    return found[0].open, found[-1].close


def _volumes(bars: pd.DataFrame) -> pd.Series:
    """Volume of each contract; unknown where that of one of its bars is."""
    by_contract = bars.groupby("contract")["volume"]
    return by_contract.sum().where(by_contract.min() >= 0, UNKNOWN).sort_index()
