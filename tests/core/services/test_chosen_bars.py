"""Where several sources have bars of a session, those of one source count, whatever else there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.columns import RAW_BAR_COLUMNS
from g4qc_core.bars.source_choice import GATEWAY, PRECEDENCE, Precedence, SourceRule, chosen_source
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.chosen_bars import chosen_bars
from g4qc_core.storage.bar_stores.validated_sessions import Received
from tests.core.storage.frames import END, MONTHS, START

ES = load_registry()["ES"]
HOURS = calendar(ES.calendar)
SESSIONS = HOURS.sessions(date(2024, 1, 2), date(2024, 1, 8))
SOURCES = ("archive", GATEWAY, "vendor")
# Just before and after each session's open and close, and in the middle of a weekend.
INSTANTS = sorted(
    {
        edge + timedelta(minutes=minutes)
        for session in SESSIONS
        for edge in (session.open, session.close)
        for minutes in (-90, -2, -1, 0, 1, 30)
    }
    | {datetime(2024, 1, 6, 12, tzinfo=UTC)}
)


class Bar(NamedTuple):
    contract: str
    timestamp: datetime
    source: str


BARS = st.sets(
    st.builds(Bar, st.sampled_from(MONTHS[:2]), st.sampled_from(INSTANTS), st.sampled_from(SOURCES)), max_size=40
)


def received(bars: Sequence[Bar]) -> Received:
    frame = pd.DataFrame(bars, columns=list(Bar._fields)).sort_values(["contract", "timestamp"], kind="stable")
    frame = frame.reset_index(drop=True).astype({"contract": "str", "source": "str"})
    frame["timestamp"] = pd.DatetimeIndex(frame["timestamp"], tz="UTC").as_unit("us")
    values = frame.reindex(columns=list(RAW_BAR_COLUMNS)).fillna({"volume": 1, "count": 1})
    series = np.array([10 * MONTHS.index(bar.contract) + SOURCES.index(bar.source) for bar in frame.itertuples()])
    return Received(values, series, np.ones(len(frame), bool), frame["source"], {})


def chosen(
    bars: Sequence[Bar], start: datetime = START, end: datetime = END, rules: tuple[SourceRule, ...] = ()
) -> set[Bar]:
    def within(symbol: str, low: datetime, high: datetime) -> Received:
        assert symbol == "ES"
        return received([bar for bar in bars if low <= bar.timestamp < high])

    stores: Any = SimpleNamespace(
        raw=SimpleNamespace(received=within), precedence=SimpleNamespace(of=lambda _: Precedence(rules))
    )
    found = chosen_bars(ES, start, end, stores)
    assert len(found.bars) == len(found.series) == len(found.shared) == len(found.sources)
    for row, number, source in zip(found.bars.itertuples(), found.series, found.sources, strict=True):
        assert number == 10 * MONTHS.index(str(row.contract)) + SOURCES.index(source)
    rows = zip(found.bars["contract"], found.bars["timestamp"], found.sources, strict=True)
    return {Bar(str(contract), at.to_pydatetime(), str(source)) for contract, at, source in rows}


def session_of(bar: Bar) -> tuple[str, date | None]:
    return bar.contract, HOURS.trade_date_of(bar.timestamp)


@given(BARS)
def test_each_session_of_a_contract_has_one_source_and_all_of_its_bars(bars: set[Bar]) -> None:
    found = chosen(list(bars))
    for session in {session_of(bar) for bar in bars}:
        own = {bar for bar in bars if session_of(bar) == session}
        best = chosen_source({bar.source for bar in own})
        assert {bar for bar in found if session_of(bar) == session} == {bar for bar in own if bar.source == best}


DAYS = [session.trade_date for session in SESSIONS]
RULES = st.builds(
    SourceRule,
    st.permutations(SOURCES).flatmap(lambda order: st.integers(1, 3).map(lambda ranked: tuple(order[:ranked]))),
    st.none() | st.sampled_from(DAYS),
    st.none() | st.sampled_from(DAYS),
)


@given(BARS, st.lists(RULES, max_size=4).map(tuple))
def test_the_newest_rule_of_a_day_says_which_source_counts(bars: set[Bar], rules: tuple[SourceRule, ...]) -> None:
    found = chosen(list(bars), rules=rules)
    for session in {session_of(bar) for bar in bars}:
        _, day = session
        order: tuple[str, ...] = PRECEDENCE
        for rule in rules:
            ends = (rule.first or date.min, rule.last or date.max)
            if (day is not None and ends[0] <= day <= ends[1]) or (day is None and ends == (date.min, date.max)):
                order = rule.sources
        own = {bar for bar in bars if session_of(bar) == session}
        best = chosen_source({bar.source for bar in own}, order)
        assert {bar for bar in found if session_of(bar) == session} == {bar for bar in own if bar.source == best}


@given(BARS, st.randoms(use_true_random=False))
def test_the_choice_depends_on_no_order_and_choosing_again_changes_nothing(bars: set[Bar], random: Any) -> None:
    ordered = sorted(bars)
    found = chosen(ordered)
    random.shuffle(ordered)
    assert chosen(ordered) == found == chosen(sorted(found))


@given(BARS, st.sampled_from(SESSIONS), st.sampled_from(SESSIONS))
def test_a_window_of_whole_sessions_chooses_as_the_whole_does(bars: set[Bar], one: Any, other: Any) -> None:
    first, last = sorted((one, other), key=lambda session: session.open)
    within = {bar for bar in bars if session_of(bar)[1] is not None and first.open <= bar.timestamp < last.close}
    whole = {bar for bar in chosen(list(bars)) if bar in within}
    assert {bar for bar in chosen(list(bars), first.open, last.close) if bar in within} == whole


@given(BARS, BARS)
def test_bars_of_other_sessions_and_contracts_change_no_choice(bars: set[Bar], others: set[Bar]) -> None:
    known = {session_of(bar) for bar in bars}
    others = {bar for bar in others if session_of(bar) not in known}
    assert {bar for bar in chosen(list(bars | others)) if session_of(bar) in known} == chosen(list(bars))


@given(st.sets(st.sampled_from("abcdef"), min_size=1), st.permutations("abcdef"), st.integers(0, 6))
def test_the_first_source_of_the_precedence_is_chosen_and_the_others_follow_by_name(
    sources: set[str], order: list[str], ranked: int
) -> None:
    precedence = tuple(order[:ranked])
    found = chosen_source(sources, precedence)
    assert found in sources
    listed = [source for source in precedence if source in sources]
    assert found == (listed[0] if listed else min(sources))
    # What was not chosen is not missed: the choice stays without it.
    assert all(chosen_source(sources - {other}, precedence) == found for other in sources - {found})
