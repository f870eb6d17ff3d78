from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.columns import CLASSES, OPEN, QUALITY_COLUMNS
from g4qc_core.bars.minute_classes import gaps, session_quality
from g4qc_core.bars.windows import Window
from g4qc_core.calendars.session_calendar import Session
from tests.core.bars.builders import EQUITY, es_contract

CONTRACT = es_contract("202512")
SESSIONS = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 8))
DAY = SESSIONS[1]
LATER = datetime(2025, 12, 1, tzinfo=UTC)
NONE = pd.DatetimeIndex([], tz="UTC")


def whole(session: Session) -> Window:
    return session.open, session.close


def stamps(session: Session, first: int, last: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(session.minutes()[first:last]).tz_localize("UTC")


def quality(sessions=(DAY,), good=NONE, quarantined=NONE, answered=(), failed=(), until=LATER):
    frame = session_quality(CONTRACT, list(sessions), good, quarantined, answered, failed, until)
    return frame.set_index(frame["trade_date"].dt.date)


def row(**arguments) -> dict[str, int]:
    counts = quality(**arguments).iloc[0]
    return {name: counts[name] for name in ("expected", *CLASSES) if counts[name]}


def test_what_nobody_asked_about_is_never_asked() -> None:
    assert row() == {"expected": 1380, "never_asked": 1380}


def test_minutes_without_a_bar_in_an_answered_session_with_bars_are_no_trade() -> None:
    good, bad = stamps(DAY, 0, 1370), stamps(DAY, 1370, 1375)
    found = row(good=good, quarantined=bad, answered=[whole(DAY)])
    assert found == {"expected": 1380, "traded": 1370, "quarantined": 5, "no_trade": 5}


def test_one_empty_answer_is_not_believed_and_a_second_one_is() -> None:
    assert row(answered=[whole(DAY)]) == {"expected": 1380, "failed": 1380}
    assert row(answered=[whole(DAY)] * 2) == {"expected": 1380, "no_trade": 1380}


def test_two_answers_that_share_the_session_do_not_confirm_it() -> None:
    middle = DAY.open + timedelta(hours=10)
    assert row(answered=[(DAY.open, middle), (middle, DAY.close)]) == {"expected": 1380, "failed": 1380}


def test_a_failed_request_is_failed_and_never_no_trade() -> None:
    part = (DAY.open, DAY.open + timedelta(hours=1))
    found = row(good=stamps(DAY, 60, 1380), answered=[(part[1], DAY.close)], failed=[part])
    assert found == {"expected": 1380, "traded": 1320, "failed": 60}


def test_a_good_answer_after_a_failure_heals_it() -> None:
    found = row(good=stamps(DAY, 1, 1380), answered=[whole(DAY)], failed=[whole(DAY)])
    assert found == {"expected": 1380, "traded": 1379, "no_trade": 1}


def test_a_halt_is_its_own_class() -> None:
    [session] = EQUITY.sessions(date(2013, 10, 8), date(2013, 10, 8))
    contract = es_contract("201312", date(2013, 12, 20))
    [found] = session_quality(contract, [session], NONE, NONE, [], [], LATER).to_dict("records")
    assert (found["expected"], found["halt"], found["never_asked"]) == (1395, 15, 1380)


OUTAGE = EQUITY.session(date(2025, 11, 28))
AWAY = 645  # minutes from 20:45 on the eve of 2025-11-28 to 07:30 of the day, Chicago


def test_minutes_of_a_known_outage_are_closed() -> None:
    assert OUTAGE is not None
    expected = 1140 + 1155  # 17:00 to 12:00 of Thanksgiving, 17:00 to 12:15 of the day after
    assert row(sessions=[OUTAGE]) == {"expected": expected, "closed": AWAY, "never_asked": expected - AWAY}
    traded = stamps(OUTAGE, 0, 3000)
    assert row(sessions=[OUTAGE], good=traded) == {"expected": expected, "traded": expected - AWAY, "closed": AWAY}


def test_the_hours_in_which_a_holiday_closes_the_market_are_expected_of_nobody() -> None:
    presidents = EQUITY.session(date(2025, 2, 18))
    assert presidents is not None
    assert row(sessions=[presidents]) == {"expected": 1140 + 1380, "never_asked": 2520}
    early, late = presidents.intervals
    one = {"expected": 2520, "traded": 1140, "never_asked": 1380}
    assert row(sessions=[presidents], good=stamps(presidents, 0, 1140), answered=[early]) == one
    # While the market is closed, nothing more is expected than before it closed.
    noon = early[1] + timedelta(hours=2)
    assert row(sessions=[presidents], until=noon) == {"expected": 1140, "never_asked": 1140}
    assert row(sessions=[presidents], until=late[0] + timedelta(minutes=7)) == {"expected": 1147, "never_asked": 1147}


def test_a_silence_around_an_outage_is_not_doubted_because_of_it() -> None:
    assert OUTAGE is not None
    good = stamps(OUTAGE, 0, 3000).delete([1340, 1341, 1370])
    found = row(sessions=[OUTAGE], good=good, answered=[whole(OUTAGE)])
    assert found == {"expected": 2295, "traded": 2295 - AWAY - 3, "closed": AWAY, "no_trade": 3}


def test_a_bar_in_an_outage_counts_as_what_it_is() -> None:
    assert OUTAGE is not None
    start = OUTAGE.outages[0][0]
    good, bad = (pd.DatetimeIndex([start + timedelta(minutes=n)]) for n in (0, 1))
    found = row(sessions=[OUTAGE], good=good, quarantined=bad, answered=[whole(OUTAGE)])
    assert (found["traded"], found["quarantined"], found["closed"]) == (1, 1, AWAY - 2)


def test_nothing_is_expected_after_expiry_or_in_the_future() -> None:
    assert row(until=DAY.open + timedelta(minutes=30, seconds=59))["expected"] == 30
    assert row(until=DAY.open) == {}
    last, beyond = EQUITY.sessions(date(2025, 12, 19), date(2025, 12, 22))
    found = quality([last, beyond], until=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(found["expected"]) == [930, 0]  # 17:00 to 08:30 in Chicago


def test_no_sessions_give_a_frame_of_no_rows_with_the_same_types() -> None:
    none, some = quality(sessions=[]), quality()
    assert tuple(none.columns) == QUALITY_COLUMNS
    assert none.dtypes.equals(some.dtypes)


instants = st.integers(-500, 3 * 1440 + 500).map(lambda n: SESSIONS[0].open + timedelta(minutes=n))
windows = st.lists(st.tuples(instants, instants), max_size=6)
bars = st.sets(instants, max_size=12).map(lambda found: pd.DatetimeIndex(sorted(found), tz="UTC"))


@settings(deadline=None)
@given(bars, bars, windows, windows, instants)
def test_the_classes_partition_the_expected_minutes(good, quarantined, answered, failed, until) -> None:
    found = quality(SESSIONS, good, quarantined, answered, failed, until)
    assert (found[list(CLASSES)].sum(axis=1) == found["expected"]).all()
    assert (found[list(CLASSES)] >= 0).all(axis=None)


@settings(deadline=None)
@given(bars, bars, windows, windows, instants)
@pytest.mark.slow
def test_coverage_equals_the_plain_reference(good, quarantined, answered, failed, until) -> None:
    found = quality(SESSIONS, good, quarantined, answered, failed, until)
    for session in SESSIONS:
        expected = [m for m in _minutes(session) if m + timedelta(minutes=1) <= until]
        has_bar = {m for m in expected if m in good or m in quarantined}
        believed = has_bar or all(_answers(m, answered) >= 2 for m in expected)
        doubted = _long_runs([m for m in expected if m not in has_bar and _answers(m, answered)])
        counts = dict.fromkeys(CLASSES, 0)
        for minute in expected:
            if minute in has_bar:
                counts["traded" if minute in good else "quarantined"] += 1
            elif _answers(minute, answered):
                sure = _answers(minute, answered) >= 2 or minute not in doubted
                counts["no_trade" if believed and sure else "failed"] += 1
            else:
                counts["failed" if _answers(minute, failed) else "never_asked"] += 1
        assert found.loc[session.trade_date, list(CLASSES)].to_dict() == counts


def _minutes(session: Session) -> list[datetime]:
    return [t.to_pydatetime() for t in stamps(session, 0, 2000)]


def _long_runs(minutes: list[datetime]) -> set[datetime]:
    """Return the minutes in runs of an hour or more; the sessions here have too few bars to be known as thin."""
    runs: list[list[datetime]] = []
    for minute in minutes:
        if runs and minute == runs[-1][-1] + timedelta(minutes=1):
            runs[-1].append(minute)
        else:
            runs.append([minute])
    return {minute for run in runs if len(run) >= 60 for minute in run}


def _answers(minute: datetime, answered: list[Window]) -> int:
    return sum(start <= minute and minute + timedelta(minutes=1) <= end for start, end in answered)


def test_windows_that_end_inside_a_minute_do_not_cover_it() -> None:
    window = (DAY.open + timedelta(seconds=1), DAY.open + timedelta(minutes=2, seconds=59))
    assert row(failed=[window])["failed"] == 1


def test_a_busy_session_that_falls_silent_for_an_hour_is_believed_only_after_a_second_answer() -> None:
    cut = stamps(DAY, 0, 300)
    found = row(good=cut, answered=[whole(DAY)])
    assert found == {"expected": 1380, "traded": 300, "failed": 1080}
    assert row(good=cut, answered=[whole(DAY)] * 2) == {"expected": 1380, "traded": 300, "no_trade": 1080}


@pytest.mark.parametrize(
    ("begin", "end", "every", "believed"),
    [
        (600, 609, 1, True),
        (600, 610, 1, False),
        (0, 10, 1, False),
        (1370, 1380, 1, False),
        (1371, 1380, 1, True),
        (600, 658, 2, True),
        (600, 659, 2, False),
    ],
)
def test_a_pause_is_believed_at_once_where_it_is_short_or_not_amid_trading_of_almost_every_minute(
    begin: int, end: int, every: int, believed: bool
) -> None:
    good = stamps(DAY, 0, begin)[::every].append(stamps(DAY, end, 1380)[::every])
    silent = "no_trade" if believed else "failed"
    found = row(good=good, answered=[whole(DAY)])
    assert found.get("failed", 0) == (0 if believed else end - begin + (every == 2))
    assert found[silent] >= end - begin
    assert "failed" not in row(good=good, answered=[whole(DAY)] * 2)


def test_the_long_silences_of_a_thin_contract_are_believed_at_once() -> None:
    good = stamps(DAY, 0, 1380)[::20].append(stamps(DAY, 600, 610))
    thin = good[(good < DAY.open + timedelta(hours=3)) | (good > DAY.open + timedelta(hours=9))].unique().sort_values()
    found = row(good=thin, answered=[whole(DAY)])
    assert found == {"expected": 1380, "traded": len(thin), "no_trade": 1380 - len(thin)}


@given(st.lists(st.tuples(st.integers(0, 1379), st.integers(1, 300)), max_size=4), st.data())
@settings(max_examples=40, deadline=None)
@pytest.mark.slow
def test_gaps_are_the_open_minutes_that_quality_counts_and_no_bar_lies_in_one(asked, data) -> None:
    ends = [(DAY.open + timedelta(minutes=m), DAY.open + timedelta(minutes=m + n)) for m, n in asked]
    bars = data.draw(st.lists(st.integers(0, 1379), unique=True, max_size=30))
    minutes = pd.DatetimeIndex(DAY.minutes()).tz_localize("UTC")
    good, bad = minutes[sorted(bars[::2])], minutes[sorted(bars[1::2])]
    given_ = (CONTRACT, [DAY, SESSIONS[2]], good, bad, ends[::2], ends[1::2], LATER)
    counted, found = session_quality(*given_), gaps(*given_)
    length = (found["end"] - found["start"]) // pd.Timedelta(minutes=1)
    for name in OPEN:
        assert length[found["class"] == name].sum() == counted[name].sum()
    assert not any(((found["start"] <= bar) & (bar < found["end"])).any() for bar in good)
    assert (found["start"].to_numpy()[1:] >= found["end"].to_numpy()[:-1]).all()
