"""Sessions with several trading intervals, from the requests to the derived bars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.bar_comparison import by_trade_date, compare_bars, faults
from g4qc_core.bars.columns import VALUES
from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.validation.validate import validate
from g4qc_core.bars.windows import minutes_of, tradable_window
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.gateway.markets.history import bars as served
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.protocol.bar_request_rules import BarsQuery
from g4qc_core.ib.history_requests import chunk_sessions, history_query
from g4qc_core.services.extraction.answers import Answer
from g4qc_core.services.extraction.needed_sessions import leaves_no_doubt, needed_sessions
from g4qc_core.timeframes import DERIVED, ONE_MINUTE, SESSION, Timeframe, timeframe
from tests.core.bars.builders import EQUITY, ES, es_contract, good_bars, raw_bars

CONTRACT = es_contract("202512")
LATER = datetime(2025, 12, 1, tzinfo=UTC)
LABOR_DAY = date(2025, 9, 1)
FUTURES = ("equity_index", "fx", "energy", "metals", "rates")


def session_of(day: date) -> Session:
    found = EQUITY.session(day)
    assert found is not None
    return found


TUESDAY = session_of(date(2025, 9, 2))
NOON = TUESDAY.breaks[0][0]


@pytest.mark.parametrize(
    ("name", "trade_date", "intervals"),
    [
        ("equity_index", "2023-02-21", ["02-19 17:00", "02-20 12:00", "02-20 17:00", "02-21 16:00"]),
        ("metals", "2023-02-21", ["02-19 17:00", "02-20 13:30", "02-20 17:00", "02-21 16:00"]),
        ("fx", "2023-02-21", ["02-19 17:00", "02-20 16:00", "02-20 17:00", "02-21 16:00"]),
        ("equity_index", "2023-11-24", ["11-22 17:00", "11-23 12:00", "11-23 17:00", "11-24 12:15"]),
        ("energy", "2024-07-05", ["07-03 17:00", "07-04 13:30", "07-04 17:00", "07-05 16:00"]),
        ("rates", "2025-07-07", ["07-03 17:00", "07-04 12:00", "07-06 17:00", "07-07 16:00"]),
        ("equity_index", "2025-07-03", ["07-02 17:00", "07-03 12:15"]),
        ("equity_index", "2021-06-01", ["05-30 17:00", "05-31 12:00", "05-31 17:00", "06-01 16:00"]),
        ("equity_index", "2024-12-26", ["12-25 17:00", "12-26 16:00"]),
        ("equity_index", "2026-06-22", ["06-18 17:00", "06-19 12:00", "06-21 17:00", "06-22 16:00"]),
    ],
)
def test_the_trade_date_is_the_one_under_which_the_exchange_settles(
    name: str, trade_date: str, intervals: list[str]
) -> None:
    hours = calendar(name)
    session = hours.session(date.fromisoformat(trade_date))
    assert session is not None
    told = [f"{edge.astimezone(hours.timezone):%m-%d %H:%M}" for span in session.intervals for edge in span]
    assert told == intervals
    for start, end in session.intervals:
        assert hours.trade_date_of(start) == hours.trade_date_of(end - timedelta(minutes=1)) == session.trade_date
        assert hours.trade_date_of(end) is None
    assert len(session.all_minutes()) == sum((end - start) // timedelta(minutes=1) for start, end in session.intervals)


@given(st.sampled_from(FUTURES), st.dates(date(2010, 1, 10), date(2027, 12, 1)))
def test_sessions_taken_apart_are_the_sessions(name: str, day: date) -> None:
    hours = calendar(name)
    for session in hours.sessions(day, day + timedelta(days=14)):
        days = hours.by_day(session)
        assert [(one.open, one.close) for one in days] == list(session.intervals)
        assert np.array_equal(np.concatenate([one.minutes() for one in days]), session.minutes())
        assert [hours.trade_date_for(one.trade_date) for one in days] == [session.trade_date] * len(days)
        assert hours.sessions_between(session.open, session.close) == [session]
        for start, end in session.breaks:
            assert hours.sessions_between(start, end) == []


def test_a_bar_in_the_hours_in_which_a_holiday_closes_the_market_is_outside_the_session() -> None:
    raw = raw_bars("202512", [TUESDAY], share=0.1)
    stray = raw.iloc[[0]].assign(timestamp=pd.DatetimeIndex([NOON + timedelta(hours=1)]).as_unit("us"))
    contracts = {"202512": CONTRACT}
    found = validate(pd.concat([raw, stray], ignore_index=True), ES, contracts, EQUITY)
    assert list(found.quarantined["reason"]) == [str(Reason.OUTSIDE_SESSION)]
    assert set(found.good["trade_date"].dt.date) == {TUESDAY.trade_date}
    assert set(found.good["session_open"]) == {TUESDAY.open}


def test_one_request_holds_a_session_with_its_break_and_ends_where_trading_does() -> None:
    [request] = chunk_sessions(CONTRACT, ONE_MINUTE, [TUESDAY], EQUITY, LATER)
    assert (request.start, request.end) == (TUESDAY.open, TUESDAY.close)
    assert history_query(request).duration == "2 D"
    week = EQUITY.sessions(date(2025, 9, 2), date(2025, 9, 5))
    [request] = chunk_sessions(CONTRACT, ONE_MINUTE, week, EQUITY, LATER)
    assert (request.start, request.end) == (week[0].open, week[-1].close)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (NOON - timedelta(minutes=30), NOON - timedelta(minutes=30)),
        (NOON, NOON),
        (NOON + timedelta(hours=3), NOON),  # nothing trades until the evening
        (TUESDAY.breaks[0][1] + timedelta(minutes=5), TUESDAY.breaks[0][1] + timedelta(minutes=5)),
        (LATER, TUESDAY.close),
    ],
)
def test_of_a_running_session_no_closed_hours_are_needed(now: datetime, end: datetime) -> None:
    [need] = needed_sessions(CONTRACT, [TUESDAY], lambda *_: pd.DatetimeIndex([], tz="UTC"), [], now)
    assert (need.start, need.end) == (TUESDAY.open, end)
    minutes = minutes_of(TUESDAY, tradable_window(TUESDAY, CONTRACT, now))
    assert not np.isin(np.arange(*(_plain(edge) for edge in TUESDAY.breaks[0]), np.timedelta64(1, "m")), minutes).any()
    assert len(minutes) == (TUESDAY.all_minutes() < _plain(now)).sum()
    [request] = chunk_sessions(CONTRACT, ONE_MINUTE, [TUESDAY], EQUITY, now + timedelta(seconds=5))
    assert request.end == end


def test_answers_about_both_intervals_leave_nothing_to_ask() -> None:
    good = pd.DatetimeIndex(TUESDAY.minutes()).tz_localize("UTC")
    halves = [Answer(start, end, LATER) for start, end in TUESDAY.intervals]
    assert needed_sessions(CONTRACT, [TUESDAY], lambda *_: good, halves, LATER) == []
    assert len(needed_sessions(CONTRACT, [TUESDAY], lambda *_: good, halves[:1], LATER)) == 1
    assert leaves_no_doubt(CONTRACT, [TUESDAY], good, (TUESDAY.open, TUESDAY.close))


@pytest.mark.parametrize("length", [one for one in DERIVED if not one.is_session], ids=str)
def test_no_bucket_spans_the_hours_in_which_a_holiday_closes_the_market(length: Timeframe) -> None:
    bars = good_bars(["202512"], [TUESDAY, session_of(date(2025, 11, 28))])
    made = resample(bars, length, EQUITY)
    starts = made["timestamp"].to_list()
    for day in (TUESDAY.trade_date, date(2025, 11, 28)):
        for opened, closed in session_of(day).intervals:
            own = [start for start in starts if opened <= start < closed]
            assert own[0] == opened
            assert all((start - opened) % length.length == timedelta() for start in own)
    assert made["volume"].sum() == bars["volume"].sum()
    assert list(made["trade_date"].dt.date.unique()) == [TUESDAY.trade_date, date(2025, 11, 28)]


def test_a_session_bar_is_the_whole_trade_date() -> None:
    bars = good_bars(["202512"], [TUESDAY])
    [made] = resample(bars, SESSION, EQUITY).to_dict("records")
    assert (made["timestamp"], made["trade_date"].date()) == (TUESDAY.open, TUESDAY.trade_date)
    assert (made["open"], made["close"]) == (bars["open"].iloc[0], bars["close"].iloc[-1])
    assert (made["high"], made["low"], made["volume"]) == (bars["high"].max(), bars["low"].min(), bars["volume"].sum())


def test_the_gateways_bars_of_a_holiday_are_part_of_its_trade_date() -> None:
    now = datetime(2026, 9, 12, tzinfo=UTC)
    market = SyntheticMarket({"ES": ES})
    item = next(one for one in market.listings(now) if one.contract.month == "202609")
    start, end = datetime(2026, 9, 3, 22, tzinfo=UTC), datetime(2026, 9, 11, 21, tzinfo=UTC)
    found = {
        size: served(market, item, BarsQuery(**_query(end, size)), now, 176) for size in (SESSION, timeframe("1h"))
    }
    assert "20260907" in found[SESSION].dates  # Labor Day: a separate bar at the gateway
    minutes = market.minutes(item, start, end)
    frame = pd.DataFrame({name: getattr(minutes, name) for name in (*VALUES, "count")})
    stamps = pd.DatetimeIndex(minutes.start).tz_localize("UTC").as_unit("us")
    frame = frame.assign(timestamp=stamps, contract="202609", trade_date=EQUITY.assign(stamps)["trade_date"])
    ours = resample(frame, SESSION, EQUITY)
    assert "2026-09-07" not in set(ours["trade_date"].dt.strftime("%Y-%m-%d"))
    bars = found[SESSION].bars
    theirs = pd.DataFrame({name: getattr(bars, name) for name in VALUES}).assign(
        timestamp=pd.DatetimeIndex(bars.start).tz_localize("UTC").as_unit("us"),
        trade_date=np.array([f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in found[SESSION].dates], "datetime64[s]"),
    )
    merged = by_trade_date(theirs, EQUITY).assign(contract="202609")
    merged = merged[merged["trade_date"].isin(ours["trade_date"])]
    assert len(merged) == len(ours) == 5
    assert faults(compare_bars(ours, merged, SESSION, ES)).empty
    # One that comes as one bar already stays what it is.
    assert by_trade_date(ours.drop(columns="contract"), EQUITY)["trade_date"].equals(ours["trade_date"])


def _query(end: datetime, size: Timeframe) -> dict[str, object]:
    length = {"end": end, "number": 6, "unit": "D", "seconds": 60 * (size.minutes or 0)}
    return {**length, "what": "TRADES", "regular_hours": False, "date_format": 2}


def _plain(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "us")
