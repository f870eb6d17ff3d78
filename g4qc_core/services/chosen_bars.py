"""The raw bars that count: of each contract and session, those of the source that comes first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.fingerprint import version_of
from g4qc_core.bars.source_choice import GATEWAY, Precedence, chosen_source
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.bar_stores.validated_sessions import Received
from g4qc_core.storage.bar_stores.version_store import RAW
from g4qc_core.storage.stores import Stores


def chosen_bars(instrument: Instrument, start: datetime, end: datetime, stores: Stores) -> Received:
    """Return the raw bars that start in `[start, end)`, UTC, of one source for each contract and session.

    Bars outside any session count as a session of their own.
    """
    received = stores.raw.received(instrument.symbol, start, end)
    if received.sources.nunique() < 2:
        return received
    precedence = stores.precedence.of(instrument.symbol)
    days = calendar(instrument.calendar).assign(received.bars["timestamp"])["trade_date"]
    keys = pd.DataFrame({"contract": received.bars["contract"], "day": days.to_numpy(), "source": received.sources})
    sessions = keys.groupby(["contract", "day"], dropna=False)
    chosen = [chosen_source(own["source"].unique(), _order(key, precedence)) for key, own in sessions]
    of_each = np.array(chosen, dtype=object)[sessions.ngroup().to_numpy()]
    return received.only(of_each == keys["source"].to_numpy(dtype=object))


def record_raw_version(instrument: Instrument, month: date, stores: Stores) -> Received:
    """Record the data version of the raw bars that count in a month of trade dates, and return these bars."""
    chosen = chosen_bars(instrument, *window_of(instrument, *month_window(month)), stores)
    stores.versions.record(instrument.symbol, RAW, month, version_of(chosen.bars))
    return chosen


def file_bars(instrument: Instrument, month: date, stores: Stores) -> Received:
    """Return the raw bars of files in a month of trade dates, of every source."""
    received = stores.raw.received(instrument.symbol, *window_of(instrument, *month_window(month)))
    return received.only((received.sources != GATEWAY).to_numpy())


def _order(key: Any, precedence: Precedence) -> tuple[str, ...]:
    """Return the sources by rank in the session of a contract; its day is NaT outside every session."""
    _, day = key
    return precedence.on(None if pd.isna(day) else day.date())
