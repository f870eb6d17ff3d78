"""A bar is complete at the end of its bucket by the calendar, on short days and over daylight saving too."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import empty_frame
from g4qc_core.timeframes import TIMEFRAMES, Timeframe, timeframe
from tests.core.bars.builders import EQUITY, good_bars

# Thanksgiving, whose three days are one session, the short Friday and Christmas Eve, and both changes of clocks.
DAYS = [(date(2025, 11, 24), date(2025, 12, 1)), (date(2025, 12, 22), date(2025, 12, 29)),
        (date(2026, 3, 5), date(2026, 3, 11)), (date(2025, 10, 30), date(2025, 11, 5))]  # fmt: skip


@pytest.mark.parametrize("days", DAYS, ids=str)
@pytest.mark.parametrize("length", TIMEFRAMES, ids=str)
def test_a_bar_ends_after_its_length_or_with_its_interval(length: Timeframe, days: tuple[date, date]) -> None:
    sessions = EQUITY.sessions(*days)
    bars = resample(good_bars(["202603"], sessions, share=0.4), length, EQUITY)
    ends = pd.to_datetime(bar_ends(bars, length, EQUITY), unit="us", utc=True)
    by_day = {session.trade_date: session for session in sessions}
    for start, day, end in zip(bars["timestamp"], bars["trade_date"], ends, strict=True):
        session = by_day[day.date()]
        if length.is_session:
            assert end == session.close
            continue
        (stop,) = [b for a, b in session.intervals if a <= start < b]
        assert end == min(start + timedelta(minutes=length.minutes), stop)
    assert (np.diff(ends) >= timedelta(0)).all()
    assert (ends[:-1] <= bars["timestamp"].iloc[1:]).all()


def test_the_short_day_ends_its_long_bars_early() -> None:
    bars = resample(good_bars(["202603"], EQUITY.sessions(date(2025, 12, 24), date(2025, 12, 24)), share=0.4),
                    timeframe("4h"), EQUITY)  # fmt: skip
    last = pd.to_datetime(bar_ends(bars, timeframe("4h"), EQUITY)[-1], unit="us", utc=True)
    assert last == pd.Timestamp("2025-12-24 12:15", tz="America/Chicago")


def test_no_bars_have_no_ends() -> None:
    assert len(bar_ends(empty_frame(BAR_COLUMNS), timeframe("1h"), EQUITY)) == 0
