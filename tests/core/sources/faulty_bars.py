"""Bars of two sources for the comparison: the same walk, and one of the faults that sources have."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Instrument, load_registry
from g4qc_core.sources.comparison.minute_bars import MinuteBars
from g4qc_core.sources.comparison.session_comparison import session_differences
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.session_slots import slots_between
from g4qc_core.sources.comparison.source_tolerance import SourceTolerance
from tests.core.sources.made_bars import sessions_of, walk

ES = load_registry()["ES"]
FIRST, LAST = date(2024, 3, 4), date(2024, 3, 6)
TOLERANCE = SourceTolerance(ticks=1, minutes=0.01, volume=0.02)


@cache
def _walk(symbol: str, first: date, last: date, seed: int) -> pd.DataFrame:
    instrument = load_registry()[symbol]
    return walk(instrument, sessions_of(instrument, first, last), "202406", seed)


def good_bars(seed: int = 1, first: date = FIRST, last: date = LAST, symbol: str = "ES") -> pd.DataFrame:
    """Bars of every minute of some sessions."""
    return _walk(symbol, first, last, seed).copy()


def shifted(bars: pd.DataFrame, minutes: int) -> pd.DataFrame:
    """The bars with later times."""
    return bars.assign(timestamp=bars["timestamp"] + pd.Timedelta(minutes=minutes))


def priced(bars: pd.DataFrame, factor: float = 1.0, points: float = 0.0, step: float = 0.0) -> pd.DataFrame:
    """The bars with other prices, rounded to a step if it is given."""
    prices = bars[list(PRICES)].to_numpy() * factor + points
    prices = np.rint(prices / step) * step if step else prices
    return bars.assign(**dict(zip(PRICES, prices.T, strict=True)))


def thinned(bars: pd.DataFrame, share: float, seed: int = 2) -> pd.DataFrame:
    """A part of the bars, in order."""
    keep = np.random.default_rng(seed).random(len(bars)) < share
    return bars[keep].reset_index(drop=True)


def compared(
    one: pd.DataFrame,
    other: pd.DataFrame,
    instrument: Instrument = ES,
    first: date = FIRST,
    last: date = LAST,
    tolerance: SourceTolerance = TOLERANCE,
) -> list[SessionDifference]:
    """The differences of two frames, by session."""
    slots = slots_between(calendar(instrument.calendar), first, last)
    tick = float(instrument.price_step)
    return session_differences(MinuteBars.of(one), MinuteBars.of(other), slots, tick, tolerance)
