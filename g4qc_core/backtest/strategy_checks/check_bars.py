"""Synthetic bars on which a strategy is checked: sessions of the instrument's calendar, with trends and quiet times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject
from g4qc_core.bars.columns import CONTINUOUS_COLUMNS
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.timeframes import Timeframe
from g4qc_core.timeframes import timeframe as timeframe_named

_FIRST = date(2024, 1, 2)
_CONTRACT = "202403"
_TYPICAL = 5000.0
# Enough for any margin: the checks are about decisions.
_CASH = 100_000_000


def check_bars(instrument: Instrument, timeframe: Timeframe, n: int, seed: int = 7) -> pd.DataFrame:
    """Return `n` bars of one contract, the same on every host.

    Args:
        instrument: gives calendar, tick and typical price.
        timeframe: length of a bar.
        n: number of bars.
        seed: of the prices.

    Returns:
        A frame of `CONTINUOUS_COLUMNS`.
    """
    stamps, days = _times(instrument, timeframe, n)
    random = np.random.default_rng(seed)
    tick = float(instrument.price_step)
    start = max(2_000, round(float(instrument.typical_price or _TYPICAL) / tick))
    # Every 60 bars or so another drift and another range; prices are drawn to the start, so that none is negative.
    regime = np.repeat(np.arange(n // 60 + 1), 60)[:n]
    size = start * 0.0012
    drift = random.normal(0, 0.35, regime[-1] + 1)[regime] * size
    width = random.uniform(0.4, 1.8, regime[-1] + 1)[regime] * size
    steps = drift + random.normal(0, 1, n) * width
    closes = np.empty(n)
    level = float(start)
    for at, step in enumerate(steps):
        level += step - 0.004 * (level - start)
        closes[at] = level
    closes = np.maximum(np.rint(closes), start // 10)
    opens = np.maximum(np.rint(np.concatenate(([start], closes[:-1])) + random.normal(0, 0.2, n) * width), start // 10)
    over, under = (np.rint(np.abs(random.normal(0, 0.5, n)) * width) for _ in range(2))
    prices = {
        "open": opens,
        "high": np.maximum(opens, closes) + over,
        "low": np.maximum(np.minimum(opens, closes) - under, 1),
        "close": closes,
    }
    frame = pd.DataFrame({name: np.round(ticks * tick, instrument.decimals) for name, ticks in prices.items()})
    frame["timestamp"] = stamps
    frame["volume"] = random.integers(50, 5_000, n)
    frame["contract"] = _CONTRACT
    frame["trade_date"] = days
    return frame.assign(factor=1.0, adjustment=0.0)[list(CONTINUOUS_COLUMNS)]


def _times(instrument: Instrument, timeframe: Timeframe, n: int) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Return starts and trade dates of the first n bars from the first day on."""
    stamps: list[datetime] = []
    days: list[date] = []
    first = _FIRST
    while len(stamps) < n:
        for session in calendar(instrument.calendar).sessions(first, first + timedelta(days=60)):
            starts = [session.open] if timeframe.is_session else list(_starts(session, timeframe.length))
            stamps += starts
            days += [session.trade_date] * len(starts)
        first += timedelta(days=61)
    return pd.to_datetime(stamps[:n], utc=True).as_unit("us"), pd.to_datetime(days[:n]).as_unit("s")


def _starts(session: Session, length: timedelta) -> Iterator[datetime]:
    for start, end in session.intervals:
        at = start
        while at < end:
            yield at
            at += length


def synthetic_subject(
    name: str, instrument: Instrument, timeframe: str, parameters: Mapping[str, Any], least: int = 1_500
) -> CheckSubject:
    """Return a strategy on synthetic bars: at least `least`, and several times as many as it needs.

    Raises:
        UsageError: no such strategy, timeframe or parameter.
    """
    given = {"strategy": name, "instrument": instrument.symbol, "timeframe": timeframe, "cash": _CASH}
    spec = BacktestSpec.asked(given | {"parameters": dict(parameters)})
    n = max(least, 5 * prepare(spec).bars_needed)
    return CheckSubject(spec, check_bars(instrument, timeframe_named(timeframe), n), instrument, of_market=False)
