"""Sessions that still have to be requested: unknown ones, ones that may be restated, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.bars.minute_classes import session_quality
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.services.extraction.answers import Answer, independent_answers
from g4qc_core.services.extraction.needed_sessions import Need, leaves_no_doubt, needed_sessions
from tests.core.bars.builders import EQUITY, es_contract

CONTRACT = es_contract("202512")
SESSIONS = EQUITY.sessions(date(2025, 10, 6), date(2025, 10, 8))
DAY = SESSIONS[1]
LATER = datetime(2025, 12, 1, tzinfo=UTC)
MARGIN = timedelta(hours=12)
NONE = pd.DatetimeIndex([], tz="UTC")
ASKED = [Need(DAY, DAY.open, DAY.close)]


def stamps(session: Session, first: int, last: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(session.minutes()[first:last]).tz_localize("UTC")


def answer(session: Session = DAY, at: datetime = LATER, whole: bool = False) -> Answer:
    return Answer(session.open, session.close, at, whole)


def twice(session: Session = DAY) -> list[Answer]:
    return [answer(session, LATER - timedelta(hours=1)), answer(session, LATER)]


def need(
    bars: int = 0,
    answers: Sequence[Answer] = (),
    until: datetime = LATER,
    head: datetime | None = None,
    session: Session = DAY,
    settled_after: timedelta | None = None,
) -> list[Need]:
    stored = stamps(session, 0, bars)
    return needed_sessions(CONTRACT, [session], lambda start, end: stored, answers, until, head, settled_after)


def test_a_session_is_needed_until_it_is_answered_with_bars_or_twice_without() -> None:
    assert need() == ASKED
    assert need(bars=1375) == ASKED
    assert need(bars=1375, answers=[answer()]) == []
    assert need(bars=0, answers=[answer()]) == ASKED
    assert need(bars=0, answers=twice()) == []


@pytest.mark.parametrize("bars", [1, 2, 29, 30, 300])
def test_a_session_that_falls_silent_for_an_hour_is_asked_twice_however_few_bars_came_before(bars: int) -> None:
    assert need(bars, [answer()]) == ASKED
    assert need(bars, twice()) == []
    assert not leaves_no_doubt(CONTRACT, SESSIONS, stamps(DAY, 0, bars), (DAY.open, DAY.close))


def test_answers_of_one_outage_do_not_confirm_one_another() -> None:
    soon = [answer(at=LATER - timedelta(minutes=m)) for m in (59, 30, 0)]
    for bars in (0, 1, 300):
        assert need(bars, soon) == ASKED
        assert need(bars, [answer(at=LATER - timedelta(minutes=60)), *soon]) == []


def test_an_answer_of_a_clock_that_was_ahead_is_none() -> None:
    at_close, ahead = DAY.close + timedelta(minutes=5), DAY.close + timedelta(days=400)
    assert need(until=at_close, answers=[answer(at=ahead, whole=True)]) == ASKED
    assert need(until=at_close, answers=[answer(at=at_close + timedelta(minutes=1), whole=True)]) == []


def test_a_whole_answer_is_believed_without_a_look_at_the_bars() -> None:
    def unread(start: datetime, end: datetime) -> pd.DatetimeIndex:
        raise AssertionError("the bars were read")

    assert needed_sessions(CONTRACT, SESSIONS, unread, [answer(s, whole=True) for s in SESSIONS], LATER) == []
    assert len(needed_sessions(CONTRACT, SESSIONS, unread, [], LATER)) == 3
    week = Answer(SESSIONS[0].open, SESSIONS[-1].close, LATER, whole=True)
    assert needed_sessions(CONTRACT, SESSIONS, unread, [week], LATER) == []


def test_answers_may_cover_a_session_together() -> None:
    first, second = DAY.open + timedelta(hours=10), DAY.open + timedelta(hours=9)
    assert need(1380, [Answer(DAY.open, first, LATER), Answer(second, DAY.close, LATER)]) == []
    assert need(1380, [Answer(DAY.open, second, LATER), Answer(first, DAY.close, LATER)]) != []


def test_minutes_of_a_known_outage_are_never_asked_for_again() -> None:
    outage = EQUITY.session(date(2025, 11, 28))
    assert outage is not None
    [(start, end)] = outage.outages
    around = [Answer(outage.open, start, LATER), Answer(end, outage.close, LATER)]
    assert need(2000, around, session=outage) == []


def test_an_open_session_is_asked_up_to_the_last_full_minute_and_never_done() -> None:
    until = DAY.open + timedelta(hours=3, seconds=42)
    full = DAY.open + timedelta(hours=3)
    asked = Answer(DAY.open, full, until)
    assert need(5, [asked], until) == [Need(DAY, DAY.open, full)]
    assert need(5, [asked], DAY.close) == ASKED
    assert need(until=DAY.open + timedelta(seconds=59)) == []


def test_a_contract_is_asked_only_while_it_trades() -> None:
    last, beyond = EQUITY.sessions(date(2025, 12, 19), date(2025, 12, 22))
    until = datetime(2026, 1, 1, tzinfo=UTC)
    assert need(until=until, session=beyond) == []
    [asked] = need(until=until, session=last)
    ends = CONTRACT.last_trade_at
    assert (asked.start, asked.end) == (last.open, ends)
    assert need(930, [Answer(last.open, ends, ends)], ends, session=last) == []


def test_nothing_is_asked_before_the_first_bar() -> None:
    assert need(head=DAY.close) == []
    assert need(head=DAY.open + timedelta(hours=1, seconds=20))[0].start == DAY.open + timedelta(hours=1)


def test_a_session_is_asked_once_more_when_its_bars_have_settled() -> None:
    at_close = [answer(at=DAY.close + timedelta(minutes=5), whole=True)]
    settled = DAY.close + MARGIN
    for until, expected in ((settled - timedelta(seconds=1), []), (settled, ASKED)):
        assert need(5, at_close, until, settled_after=MARGIN) == expected
    assert need(5, at_close, LATER) == []
    for late in (answer(at=settled), answer(at=settled, whole=True)):
        assert need(5, [*at_close, late], LATER, settled_after=MARGIN) == []
    half = Answer(DAY.open, DAY.open + timedelta(hours=9), settled)
    assert need(5, [*at_close, half], LATER, settled_after=MARGIN) == ASKED


instants = st.integers(-500, 3 * 1440 + 500).map(lambda n: SESSIONS[0].open + timedelta(minutes=n))
answers = st.builds(Answer, instants, instants, instants, st.booleans())


@settings(deadline=None)
@given(
    st.sets(st.integers(0, 2)),
    st.lists(answers, max_size=6),
    instants,
    st.none() | instants,
    st.none() | st.just(MARGIN),
)
def test_asking_for_what_is_needed_until_nothing_is_ends_and_leaves_nothing_unknown(
    alive: set[int],
    answered: list[Answer],
    until: datetime,
    head: datetime | None,
    settled_after: timedelta | None,
) -> None:
    stored = pd.DatetimeIndex([SESSIONS[i].open for i in sorted(alive)], tz="UTC")
    closed = [s for s in SESSIONS if s.close <= until]
    # A conclusive answer leaves no doubt by definition.
    answered = [
        a for a in answered if not a.whole or leaves_no_doubt(CONTRACT, SESSIONS, stored, (a.start, a.end), head)
    ]

    def needed() -> list[Need]:
        return needed_sessions(CONTRACT, closed, lambda a, b: stored, answered, until, head, settled_after)

    for _ in range(2):
        until += timedelta(hours=1)
        answered += [Answer(n.start, n.end, until) for n in needed()]
    assert needed() == []
    windows = [(a.start, a.end) for a in independent_answers(answered) for _ in range(2 if a.whole else 1)]
    windows += [(SESSIONS[0].open, head)] * 2 if head is not None else []
    found = session_quality(CONTRACT, closed, stored, NONE, windows, [], until)
    assert (found["traded"] + found["no_trade"] == found["expected"]).all()


@pytest.mark.parametrize(
    ("bars", "end", "expected"),
    [
        (stamps(DAY, 0, 1380), DAY.close, True),
        (stamps(DAY, 0, 1371), DAY.close, True),
        (stamps(DAY, 0, 1370), DAY.close, False),
        (stamps(DAY, 0, 5), DAY.close, False),
        (stamps(DAY, 0, 1380)[::40], DAY.close, True),
        (NONE, DAY.close, False),
        (stamps(DAY, 0, 1379), DAY.close - timedelta(minutes=1), False),
        (stamps(DAY, 0, 1380), SESSIONS[2].close, False),
        (stamps(DAY, 0, 1380).append(stamps(SESSIONS[2], 0, 1375)), SESSIONS[2].close, True),
    ],
    ids=["all", "pause", "hole", "few", "thin", "none", "cut", "empty day", "two days"],
)
def test_an_answer_leaves_no_doubt_when_each_session_in_it_is_whole_and_has_no_long_silence(
    bars: pd.DatetimeIndex, end: datetime, expected: bool
) -> None:
    assert leaves_no_doubt(CONTRACT, SESSIONS, bars, (DAY.open, end)) is expected
