"""A live series that grows by a bar is the one made anew: over corrections, late minutes, sessions and rolls."""

from __future__ import annotations

import random
from bisect import bisect_left
from copy import copy
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.columns import BAR_COLUMNS, CONTINUOUS_COLUMNS
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import DTYPES
from g4qc_core.calendars.session import Session
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import adjusted
from g4qc_core.futures.rolls.roll_calendar import roll_frame
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.series.asked_series import AskedSeries
from g4qc_core.services.trading.live.live_minutes import LiveMinutes
from g4qc_core.services.trading.live.live_series import LiveSeries
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, timeframe
from g4qc_core.trading.broker import LiveBar

REGISTRY = load_registry()
HOURS = calendar(REGISTRY["ES"].calendar)
# Over a weekend and the day after Thanksgiving, which is short.
SESSIONS = HOURS.sessions(date(2026, 11, 20), date(2026, 12, 1))
STORED, LIVE = SESSIONS[:3], SESSIONS[3:]
OLD, NEW = "202612", "202703"
TAIL = 40


class Market:
    """Minutes of two contracts, few of each hour, told in any order."""

    def __init__(self, seed: int, roll: date) -> None:
        self.chance = random.Random(seed)
        self.roll = roll
        self.feeds = {month: LiveMinutes("ES", month, HOURS, cast("Any", None)) for month in (OLD, NEW)}
        self.starts = [at for session in LIVE for at in self.minutes(session)]

    def minutes(self, session: Session) -> list[datetime]:
        """Some minutes of a session, its first one always."""
        every = [stamp.item().replace(tzinfo=session.open.tzinfo) for stamp in session.minutes()]
        return sorted({every[0], *self.chance.sample(every, 40)})

    def bar(self, start: datetime, source: str) -> LiveBar:
        """A bar with prices on the tick grid."""
        open_, close = (5000 + self.chance.randint(-400, 400) / 4 for _ in range(2))
        high, low = max(open_, close) + self.chance.randint(0, 4) / 4, min(open_, close)
        volume = self.chance.choice([0, 7, 12, -1])
        return LiveBar(0, start, open_, high, low, close, volume, source)  # type: ignore[arg-type]

    def tell(self, month: str, start: datetime, source: str = "updates") -> None:
        """Tell a minute of a contract."""
        self.feeds[month].take(self.bar(start, source), start + timedelta(minutes=1))

    def pass_to(self, before: datetime, until: datetime) -> None:
        """Tell the minutes of `[before, until)`, leave some out for later, and correct some that were told."""
        for start in self.starts[bisect_left(self.starts, before) : bisect_left(self.starts, until)]:
            for month in (OLD, NEW):
                if self.chance.random() < 0.9 or start == before:
                    self.tell(month, start)
        told = self.starts[: bisect_left(self.starts, until)]
        for _ in range(self.chance.choice([0, 0, 1, 3])):
            # A correction, or a minute that was left out.
            self.tell(self.chance.choice([OLD, NEW]), self.chance.choice(told), "history")


def bars_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Minutes as `BAR_COLUMNS`."""
    frame = pd.DataFrame(rows).assign(count=-1)
    return frame[list(BAR_COLUMNS)].astype({name: DTYPES[name] for name in BAR_COLUMNS})


def stored_bars(market: Market, length: str) -> pd.DataFrame:
    """Bars of the stored sessions."""
    feed = LiveMinutes("ES", OLD, HOURS, cast("Any", None))
    for session in STORED:
        for start in market.minutes(session):
            feed.take(market.bar(start, "history"), start)
    frame = bars_of(feed.rows(STORED[0].open, STORED[-1].close))
    made = frame if length == "1min" else resample(frame, timeframe(length), HOURS)
    return made.assign(factor=1.0, adjustment=0.0)[list(CONTINUOUS_COLUMNS)]


def loaded(market: Market, length: str, adjustment: str) -> LiveSeries:
    """A series of stored and live sessions with one roll."""
    asked = AskedSeries(REGISTRY["ES"], timeframe(length), Adjustment(adjustment), "volume")
    series = LiveSeries(asked, cast("Stores", SimpleNamespace()), cast("Any", None))
    series.settled_to = STORED[-1].trade_date
    series._stored = stored_bars(market, length)
    roll = {
        "symbol": "ES", "date": pd.Timestamp(market.roll), "from_contract": OLD, "to_contract": NEW, "gap": 12.5,
        "from_price": 5000.0, "to_price": 5012.5, "priced_at": pd.Timestamp("2026-11-20", tz="UTC"),
        "rule": "volume", "position": 0,
        "source": "rule", "note": "",
    }  # fmt: skip
    series._follow(cast("Any", SimpleNamespace(rolls=roll_frame([roll]), front=NEW)))
    return series


def made_anew(series: LiveSeries, market: Market, until: datetime, tail: int | None) -> pd.DataFrame:
    """What the functions of stored bars make of the same minutes."""
    length, parts = series.length, [series._stored if tail is None else series._stored.iloc[-tail:]]
    for session in LIVE:
        rows = market.feeds[NEW if session.trade_date >= market.roll else OLD].rows(session.open, until)
        rows = [row for row in rows if row["timestamp"] < session.close]
        if rows:
            made = resample(bars_of(rows), length, HOURS) if length != ONE_MINUTE else bars_of(rows)
            ends = pd.to_datetime(bar_ends(made, length, HOURS), unit="us", utc=True)
            parts.append(made[ends <= pd.Timestamp(until)].assign(factor=1.0, adjustment=0.0))
    whole = pd.concat([part[list(CONTINUOUS_COLUMNS)] for part in parts], ignore_index=True)
    return adjusted(whole, series._rolls, series.asked.adjustment)


@pytest.mark.parametrize("length", ["1min", "5min"])
def test_the_last_update_of_a_minute_counts_although_a_bar_was_made_of_it(length: str) -> None:
    market = Market(1, LIVE[-1].trade_date)
    series = loaded(market, length, "additive")
    start, until = series.bars.spans(LIVE[0])[0][0], series.bars.spans(LIVE[0])[1][0]
    last = until - timedelta(minutes=1)
    market.tell(OLD, start)
    for _ in range(3):
        market.tell(OLD, last)
        pd.testing.assert_frame_equal(series.at(until, market.feeds).bars, made_anew(series, market, until, None))


@pytest.mark.parametrize("length", ["1min", "5min", "1h", "1d"])
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 2**32), roll=st.sampled_from(LIVE), adjustment=st.sampled_from(["additive", "ratio_forward"])
)
def test_growing_changes_nothing(length: str, seed: int, roll: Session, adjustment: str) -> None:
    market = Market(seed, roll.trade_date)
    series = loaded(market, length, adjustment)
    untouched = copy(series)
    tail = TAIL if adjustment == "additive" else None
    ends = [end for session in LIVE for end in series.bars.spans(session)[1]]
    before = LIVE[0].open
    for until in sorted(market.chance.sample(ends, min(len(ends), 6))):
        market.pass_to(before, until)
        before = until
        for _ in range(market.chance.choice([1, 1, 2])):
            found, anew = series.at(until, market.feeds, tail), copy(untouched).at(until, market.feeds, tail)
            expected = made_anew(series, market, until, tail)
            pd.testing.assert_frame_equal(found.bars, expected)
            pd.testing.assert_frame_equal(found.bars, anew.bars)
            pd.testing.assert_series_equal(found.exits, anew.exits)
            assert fingerprint(found.bars) == fingerprint(expected)
            first = found.bars["timestamp"][(found.bars["contract"] == NEW).to_numpy()].head(1)
            left = [float(row["open"]) for at in first for row in market.feeds[OLD].rows(at, at + timedelta(minutes=1))]
            assert found.exits.dropna().to_list() == left
            assert list(found.exits.index) == list(first)
    assert np.ptp(found.bars["adjustment"]) > 0 or np.ptp(found.bars["factor"]) > 0 or until <= roll.open
