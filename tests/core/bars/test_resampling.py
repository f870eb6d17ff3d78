from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import check_schema, empty_frame
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.errors import InvalidBars
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, TIMEFRAMES, Timeframe, timeframe
from tests.core.bars.builders import EQUITY, ES, good_bars
from tests.market_data import needs_market_data, publisher_hour_bars, replay_bars, replay_contracts

# A daylight saving change (2025-11-02), a half day (2025-11-28), and the days with a halt of 2013.
WEEKS = [
    (date(2025, 10, 30), date(2025, 11, 4)),
    (date(2025, 11, 26), date(2025, 12, 1)),
    (date(2025, 3, 6), date(2025, 3, 11)),
]
EVERY_TIMEFRAME = pytest.mark.parametrize("length", DERIVED, ids=str)


def plain(bars: pd.DataFrame, length: Timeframe, calendar: SessionCalendar) -> pd.DataFrame:
    """Resampling as one would explain it, a bar at a time."""
    buckets: dict[tuple[str, datetime], list] = {}
    for bar in bars.sort_values("timestamp").itertuples():
        session = calendar.session(bar.trade_date.date())
        assert session is not None
        start = session.open
        if not length.is_session:
            while start + length.length <= bar.timestamp:
                start += length.length
        buckets.setdefault((bar.contract, start), []).append(bar)
    rows = [
        {
            "contract": contract,
            "timestamp": start,
            "open": held[0].open,
            "high": max(bar.high for bar in held),
            "low": min(bar.low for bar in held),
            "close": held[-1].close,
            "volume": sum(bar.volume for bar in held),
            "count": -1 if any(bar.count < 0 for bar in held) else sum(bar.count for bar in held),
            "trade_date": held[0].trade_date,
        }
        for (contract, start), held in sorted(buckets.items())
    ]
    empty = empty_frame(BAR_COLUMNS)
    return pd.DataFrame(rows, columns=list(BAR_COLUMNS)).astype(empty.dtypes.to_dict())


@st.composite
def minutes(draw: st.DrawFn) -> pd.DataFrame:
    sessions = EQUITY.sessions(*draw(st.sampled_from(WEEKS)))
    seed = draw(st.integers(0, 2**31))
    share = draw(st.sampled_from([0.002, 0.05]))
    bars = good_bars(["202512", "202603"], sessions, seed, share)
    unknown = np.random.default_rng(seed).random(len(bars)) < 0.02
    bars.loc[unknown, "count"] = -1
    return bars.sample(frac=1, random_state=seed)


@settings(max_examples=12, deadline=None)
@given(minutes(), st.sampled_from(DERIVED))
@pytest.mark.slow
def test_resampling_equals_the_plain_reference_whatever_the_order_of_rows(
    bars: pd.DataFrame, length: Timeframe
) -> None:
    derived = resample(bars, length, EQUITY)
    pd.testing.assert_frame_equal(derived, plain(bars, length, EQUITY))
    check_schema(derived)


@settings(max_examples=12, deadline=None)
@given(minutes(), st.sampled_from(DERIVED))
@pytest.mark.slow
def test_volume_and_extremes_survive(bars: pd.DataFrame, length: Timeframe) -> None:
    derived = resample(bars, length, EQUITY)
    for key in (["contract"], ["contract", "trade_date"]):
        before, after = (frame.groupby(key) for frame in (bars, derived))
        assert (after["volume"].sum() == before["volume"].sum()).all()
        assert (after["high"].max() == before["high"].max()).all()
        assert (after["low"].min() == before["low"].min()).all()


@settings(max_examples=12, deadline=None)
@given(minutes(), st.data())
@pytest.mark.slow
def test_the_way_through_another_timeframe_makes_no_difference(bars: pd.DataFrame, data: st.DataObject) -> None:
    longer = data.draw(st.sampled_from(DERIVED))
    between = data.draw(st.sampled_from([t for t in TIMEFRAMES if not t.is_session and _divides(t, longer)]))
    direct = resample(bars, longer, EQUITY)
    pd.testing.assert_frame_equal(resample(resample(bars, between, EQUITY), longer, EQUITY), direct)


def _divides(shorter: Timeframe, longer: Timeframe) -> bool:
    return longer.is_session or longer.minutes % shorter.minutes == 0


def test_one_minute_bars_are_their_own_minutes() -> None:
    bars = good_bars(["202512"], EQUITY.sessions(*WEEKS[0]), share=0.1)
    pd.testing.assert_frame_equal(resample(bars, ONE_MINUTE, EQUITY), bars.loc[:, list(BAR_COLUMNS)])


@EVERY_TIMEFRAME
def test_no_bars_give_no_bars_of_the_right_types(length: Timeframe) -> None:
    check_schema(resample(empty_frame(BAR_COLUMNS), length, EQUITY))


@EVERY_TIMEFRAME
def test_contracts_that_trade_in_the_same_minute_stay_apart(length: Timeframe) -> None:
    bars = good_bars(["202512", "202603"], EQUITY.sessions(*WEEKS[0]))
    minute = bars[bars["timestamp"] == bars["timestamp"].iloc[0]]
    assert list(resample(minute, length, EQUITY)["contract"]) == ["202512", "202603"]


@pytest.mark.parametrize("week", WEEKS, ids=lambda week: str(week[0]))
@EVERY_TIMEFRAME
def test_buckets_are_anchored_at_the_open_of_each_session_through_daylight_saving(
    week: tuple[date, date], length: Timeframe
) -> None:
    sessions = EQUITY.sessions(*week)
    derived = resample(good_bars(["202512"], sessions), length, EQUITY)
    for session in sessions:
        starts = derived.loc[derived["trade_date"] == pd.Timestamp(session.trade_date), "timestamp"]
        span = session.close - session.open if length.is_session else length.length
        minutes = pd.DatetimeIndex(session.minutes()).tz_localize("UTC")
        # A bucket that lies in an outage has no minute, and so no bar.
        assert list(starts) == [session.open + i * span for i in sorted(set((minutes - session.open) // span))]


def test_session_bars_keep_their_local_open_when_the_clocks_change() -> None:
    daily = resample(good_bars(["202512"], EQUITY.sessions(*WEEKS[0])), timeframe("1d"), EQUITY)
    assert set(daily["timestamp"].dt.tz_convert("America/Chicago").dt.strftime("%H:%M")) == {"17:00"}
    assert len(set(daily["timestamp"].dt.strftime("%H:%M"))) == 2


def test_a_trade_date_without_a_session_is_refused() -> None:
    bars = good_bars(["202512"], EQUITY.sessions(*WEEKS[0]), share=0.01)
    bars["trade_date"] = pd.Timestamp("2025-11-02").as_unit("s")
    with pytest.raises(InvalidBars, match="2025-11-02"):
        resample(bars, timeframe("1h"), EQUITY)


@needs_market_data
@pytest.mark.parametrize("month", ["201312", "201403"])
def test_hour_bars_of_october_2013_equal_the_publishers_own(month: str) -> None:
    contracts = {c.month: c for c in replay_contracts("ES")}
    raw = replay_bars(contracts[month].local_symbol).assign(contract=month)
    good = validate(raw, ES, contracts, EQUITY).good
    october = good[good["trade_date"].between("2013-10-07", "2013-10-11")]
    columns = ["timestamp", "open", "high", "low", "close", "volume"]
    derived = resample(october, timeframe("1h"), EQUITY)[columns]
    published = publisher_hour_bars(month)
    week = published["timestamp"].between("2013-10-06 22:00Z", "2013-10-11 20:59Z")
    # The publisher leaves out the last quarter of an hour of each session, 16:00 to 16:15 in Chicago.
    local = derived["timestamp"].dt.tz_convert("America/Chicago")
    derived = derived[local.dt.hour != 16].reset_index(drop=True)
    assert len(derived) > 100
    pd.testing.assert_frame_equal(derived, published[week].reset_index(drop=True))
