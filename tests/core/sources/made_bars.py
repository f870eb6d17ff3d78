"""Bars of whole sessions for the review of files: a walk on the grid, the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.chain import front_periods
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.review.estimated_chain import estimated_chain


def sessions_of(instrument: Instrument, first: date, last: date) -> list[Session]:
    """The sessions of an instrument."""
    return calendar(instrument.calendar).sessions(first, last)


def walk(
    instrument: Instrument, sessions: Sequence[Session], month: str, seed: int = 1, edges: int = 0
) -> pd.DataFrame:
    """Bars of all minutes of the sessions, or of the first and last `edges` minutes of each."""
    minutes = [session.minutes() for session in sessions]
    if edges:
        minutes = [np.concatenate([one[:edges], one[-edges:]]) for one in minutes]
    starts = np.concatenate(minutes)
    random = np.random.default_rng(seed)
    above, below = instrument.price_step.as_integer_ratio()
    level = float(instrument.typical_price or 100) * below / above
    close = np.rint(level + np.cumsum(random.integers(-2, 3, len(starts))))
    opened = np.concatenate([close[:1], close[:-1]])
    frame = pd.DataFrame({"contract": month, "timestamp": pd.DatetimeIndex(starts).tz_localize("UTC")})
    steps = {
        "open": opened,
        "high": np.maximum(opened, close) + 1,
        "low": np.minimum(opened, close) - 1,
        "close": close,
    }
    prices = {name: values * above / below for name, values in steps.items()}
    return frame.assign(**prices, volume=random.integers(1, 500, len(starts)))


def joined(
    instrument: Instrument, first: date, last: date, spread: float, distance: int, weekend: float = 0.0
) -> tuple[pd.DataFrame, list[tuple[date, str, str]]]:
    """A continuous file that rolls some sessions before each expiry and jumps by a spread there, and its rolls.

    `weekend` is the size of the jump over each weekend.
    """
    sessions = sessions_of(instrument, first, last)
    bars = walk(instrument, sessions, "", seed=3, edges=2)
    hours = calendar(instrument.calendar)
    periods = front_periods(estimated_chain(instrument, first, last), instrument, hours)
    rolls = []
    for old, new in pairwise(periods):
        end = old.contract.last_trade_date
        days = [session.trade_date for session in hours.sessions(end - timedelta(days=90), end)]
        day = days[-1 - distance]
        if first < day <= last:
            rolls.append((day, old.contract.month, new.contract.month))
    opens = {session.trade_date: pd.Timestamp(session.open) for session in sessions}
    shift = np.zeros(len(bars))
    for session in sessions:
        # A weekend moves prices more than a night.
        if session.trade_date.weekday() == 0:
            shift[(bars["timestamp"] >= session.open).to_numpy()] += weekend * (-1) ** session.trade_date.day
    for day, _, _ in rolls:
        shift[(bars["timestamp"] >= opens[day]).to_numpy()] += spread
    for name in ("open", "high", "low", "close"):
        bars[name] += shift
    return bars, rolls
