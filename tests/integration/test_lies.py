"""A source that gives false answers for less than an hour: no bar is lost, and after true answers all are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from g4qc_core.bars.bar_source import BarRequest, MemorySource
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.errors import BarsDenied, NoData
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.extraction.answers import reopen
from g4qc_core.services.extraction.extraction_result import Extraction
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.tables import metadata
from tests.core.bars.builders import EQUITY, ES, es_contract, raw_bars
from tests.fixtures.extraction import extract

pytestmark = pytest.mark.integration

CONTRACT = es_contract("202512")
SESSIONS = EQUITY.sessions(date(2025, 11, 3), date(2025, 11, 4))
START, END = SESSIONS[0].open, SESSIONS[-1].close
TRUE = raw_bars("202512", SESSIONS, seed=3, share=0.9)[list(RAW_COLUMNS)].assign(wap=100.25)
LATER = datetime(2025, 12, 1, tzinfo=UTC)

Told = Callable[[pd.DataFrame], pd.DataFrame]


class Liar(MemorySource):
    """A source that gives one false answer per lie, with the remaining true bars, and then true answers."""

    def __init__(self, now: datetime, lies: list[Told], bars: pd.DataFrame = TRUE) -> None:
        super().__init__({CONTRACT: bars}, now)
        self.lies = lies

    def bars(self, request: BarRequest) -> pd.DataFrame:
        true = super().bars(request)
        told = self.lies.pop(0)(true) if self.lies else true
        if told.empty:
            raise NoData(f"{request.contract}: the gateway has no bars in this window", 162)
        return told.reset_index(drop=True)


def nothing(bars: pd.DataFrame) -> pd.DataFrame:
    return bars.iloc[:0]


def first(count: int) -> Told:
    return lambda bars: bars.iloc[:count]


def without(blocks: set[int]) -> Told:
    """Hide blocks of two hours, counted from the first open; markets, too, have gaps of less than an hour."""
    return lambda bars: bars[~((bars["timestamp"] - START) // timedelta(hours=2)).isin(blocks)]


BLOCKS = (END - START) // timedelta(hours=2)
lies = st.lists(st.sets(st.integers(0, BLOCKS), min_size=1) | st.just(set(range(BLOCKS + 1))), max_size=5)


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    return emptied(embedded_database)


def emptied(database: Database) -> Stores:
    with database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    stores = Stores(database)
    stores.contracts.merge([CONTRACT], LATER)
    return stores


def ask(source: Liar, stores: Stores) -> Extraction:
    return extract(ES, {CONTRACT: SESSIONS}, source, stores)


def stored(stores: Stores) -> pd.DataFrame:
    return stores.raw.bars("ES", START, END).drop(columns="contract")


def ledger(stores: Stores) -> list[LedgerEntry]:
    return stores.ledger.entries("ES", "202512", "1min", START, END)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lies, st.integers(0, 9))
def test_an_hour_of_lies_loses_no_bar_and_leaves_none_out(
    embedded_database: Database, hidden: list[set[int]], minutes: int
) -> None:
    stores, liar = emptied(embedded_database), Liar(LATER, [without(blocks) for blocks in hidden])
    had: set[pd.Timestamp] = set()
    while liar.lies:
        try:
            done = ask(liar, stores)
        except BarsDenied:
            pass
        else:
            if not done.requests:
                break  # only what lacks nothing is believed, as the end shows
        has = set(stored(stores)["timestamp"])
        assert had <= has
        had = has
        liar = Liar(liar.server_time() + timedelta(minutes=minutes), liar.lies)
    for _ in range(2):
        liar = Liar(liar.server_time() + timedelta(hours=1), [])
        ask(liar, stores)
    assert not ask(liar, stores).requests
    assert_frame_equal(stored(stores), TRUE)


def test_a_denial_of_bars_that_are_stored_is_an_error_and_no_emptiness(stores: Stores) -> None:
    ask(Liar(LATER, [first(300)]), stores)
    with pytest.raises(BarsDenied, match="Of this window 300 bars are stored"):
        ask(Liar(LATER, [nothing]), stores)
    assert [e.outcome for e in ledger(stores)] == [Outcome.DATA, Outcome.DENIED]
    assert ledger(stores)[-1].code == 162
    assert_frame_equal(stored(stores), TRUE.iloc[:300])
    ask(Liar(LATER, []), stores)
    assert_frame_equal(stored(stores), TRUE)


def test_emptiness_is_confirmed_an_hour_later_and_not_in_the_same_outage(stores: Stores) -> None:
    for minutes in (0, 1, 30, 59):
        assert ask(Liar(LATER + timedelta(minutes=minutes), [nothing]), stores).requests == 1
    assert {e.outcome for e in ledger(stores)} == {Outcome.NO_DATA}
    hour_later = LATER + timedelta(hours=1)
    ask(Liar(hour_later, [nothing]), stores)
    assert ledger(stores)[-1].outcome is Outcome.CONFIRMED_EMPTY
    assert not ask(Liar(hour_later, [nothing]), stores).requests


def test_bars_that_the_source_has_dropped_for_good_stay_and_are_not_asked_for_in_circles(stores: Stores) -> None:
    few = TRUE.iloc[np.arange(0, 40)]
    ask(Liar(LATER, [], few), stores)
    asked = 0
    for hours in range(1, 20):
        source = Liar(LATER + timedelta(hours=2 * hours), [nothing] * 9, few)
        try:
            asked += ask(source, stores).requests
        except BarsDenied:
            asked += 1
    assert asked <= 4
    assert_frame_equal(stored(stores), few)
    assert Outcome.CONFIRMED_EMPTY not in {e.outcome for e in ledger(stores)}


def test_a_first_bar_after_the_end_or_in_the_future_is_not_believed(stores: Stores) -> None:
    class Late(Liar):
        def head_timestamp(self, contract: Contract) -> datetime:
            return LATER + timedelta(days=1)

    assert ask(Late(LATER, []), stores).requests == 1
    assert stores.contracts.heads("ES") == {}
    assert_frame_equal(stored(stores), TRUE)


class Late(Liar):
    """A liar about where the bars begin, too: at the second session."""

    head = SESSIONS[1].open
    heads_asked = 0

    def head_timestamp(self, contract: Contract) -> datetime:
        self.heads_asked += 1
        return self.head


class Early(Late):
    head = SESSIONS[0].open


def test_a_first_bar_that_leaves_sessions_out_is_asked_for_again_after_a_week_and_the_earliest_counts(
    stores: Stores,
) -> None:
    assert ask(Late(LATER, []), stores).requests == 1
    assert stored(stores)["timestamp"].min() >= SESSIONS[1].open
    soon = Early(LATER + timedelta(days=6), [])
    assert (ask(soon, stores).requests, soon.heads_asked) == (0, 0)
    assert ask(Early(LATER + timedelta(days=7), []), stores).requests == 1
    assert_frame_equal(stored(stores), TRUE)
    settled = Late(LATER + timedelta(days=70), [])
    assert (ask(settled, stores).requests, settled.heads_asked) == (0, 0)
    assert stores.contracts.heads("ES") == {"202512": Early.head}


def test_a_stored_bar_proves_a_later_first_bar_wrong_whichever_came_first(stores: Stores) -> None:
    stores.contracts.keep_head(CONTRACT, SESSIONS[1].open, LATER)
    entry = LedgerEntry("ES", "202512", "1min", START, END, Outcome.DATA, LATER, 1)
    stores.raw.write(CONTRACT, TRUE, entry)
    assert stores.contracts.heads("ES") == {}
    stores.contracts.keep_head(CONTRACT, SESSIONS[1].open, LATER)
    assert stores.contracts.heads("ES") == {}
    first_bar = TRUE["timestamp"].iloc[0].to_pydatetime() + timedelta(seconds=30)
    stores.contracts.keep_head(CONTRACT, first_bar, LATER)
    stores.raw.write(CONTRACT, TRUE.assign(volume=TRUE["volume"] + 1), entry)
    assert stores.contracts.heads("ES") == {"202512": first_bar}


def test_a_bar_that_was_withdrawn_is_restored_by_asking_again_and_nothing_else_is_asked(stores: Stores) -> None:
    ask(Liar(LATER, []), stores)
    true, lost = stored(stores), TRUE["timestamp"].iloc[100]
    assert not ask(Liar(LATER, []), stores).requests
    asked_again = {CONTRACT: SESSIONS[:1]}
    reopen(ES, asked_again, stores, LATER)
    assert ask(Liar(LATER, [lambda bars: bars[bars["timestamp"] != lost]]), stores).withdrawn == 1
    assert not ask(Liar(LATER, []), stores).requests
    reopen(ES, asked_again, stores, LATER)
    reopen(ES, asked_again, stores, LATER)
    with pytest.raises(BarsDenied):
        ask(Liar(LATER, [nothing]), stores)
    done = ask(Liar(LATER, []), stores)
    assert [(r.start, r.end) for r in done.plan.requests] == [(SESSIONS[0].open, SESSIONS[0].close)]
    assert (done.inserted, done.revised) == (1, 0)
    assert_frame_equal(stored(stores), true)
    assert not ask(Liar(LATER, []), stores).requests
