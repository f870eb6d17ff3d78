"""The stored data of a window of trade dates: the number of bars, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto

from g4qc_core.bars.columns import MISSING
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.segments import Segment
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.coverage.completeness import completeness, life_of
from g4qc_core.services.series.series_segments import readable, segments_of
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import Timeframe


class NoBars(Enum):
    """Reason why a window has no bars."""

    CLOSED = auto()
    """The exchange has no session in it."""
    QUARANTINED = auto()
    """All bars are in quarantine."""
    UNKNOWN = auto()
    """Some of its minutes were never requested, or a request for them failed."""
    CONFIRMED = auto()
    """The gateway confirmed that there are no bars."""


@dataclass(frozen=True)
class StoredWindow:
    """The bars of one timeframe that are stored for a window, and what is known of its minutes.

    Attributes:
        bars: number of bars.
        first_date: trade date of the first bar; None without bars.
        last_date: trade date of the last bar; None without bars.
        missing: minutes about which nothing is known.
        quarantined: minutes with a quarantined bar.
        no_bars: reason why there are no bars; None if there are some.
    """

    bars: int
    first_date: date | None
    last_date: date | None
    missing: int
    quarantined: int
    no_bars: NoBars | None = None


def describe_window(
    stores: Stores,
    instrument: Instrument,
    timeframe: Timeframe,
    window: tuple[date, date],
    contract: str | None,
    now: datetime,
) -> StoredWindow:
    """Describe what is stored for a window.

    Args:
        stores: the stores.
        instrument: the instrument.
        timeframe: the timeframe whose bars are counted.
        window: first and last trade date, both included.
        contract: contract month; None: the continuous series.
        now: time of the request, UTC.

    Raises:
        BarsIncomplete: the timeframe was not derived from all stored minutes of the window.
    """
    span = window_of(instrument, *window)
    segments = [Segment(contract)] if contract else segments_of(stores, instrument)
    expected = life_of(stores, instrument, contract) if contract else segments
    completeness(stores, instrument, timeframe.name, expected, span, now).check()
    parts = readable(stores, instrument, timeframe.name, segments, *span)
    extent = stores.bar_batches.extent(instrument.symbol, timeframe.name, parts)
    known = stores.coverage.sessions(instrument.symbol, *window, contract)
    missing, quarantined = int(known[list(MISSING)].to_numpy().sum()), int(known["quarantined"].sum())
    if extent is not None:
        return StoredWindow(extent.bars, extent.first_date, extent.last_date, missing, quarantined)
    if not calendar(instrument.calendar).sessions(*window):
        reason = NoBars.CLOSED
    elif quarantined:
        reason = NoBars.QUARANTINED
    else:
        reason = NoBars.UNKNOWN if known.empty or missing else NoBars.CONFIRMED
    return StoredWindow(0, None, None, missing, quarantined, reason)
