"""Raw bars: kept as received, with their ledger entry, and what a restatement replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from g4qc_core.errors import DatabaseUnavailable, InvalidBars
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome, RequestLedger
from g4qc_core.storage.server.database import Database
from tests.core.storage.frames import END, START, contract, die_at, drawn_raw_bars, raw_bars

_SYMBOLS = (f"X{number}" for number in count())


@pytest.fixture
def store(database: Database) -> RawStore:
    return RawStore(database)


def _entry(symbol: str = "ES", outcome: Outcome = Outcome.DATA) -> LedgerEntry:
    return LedgerEntry(symbol, "202403", "1min", START, END, outcome, requested_at=END, duration_ms=120)


def _raw(store: RawStore, symbol: str = "ES") -> pd.DataFrame:
    return store.bars(symbol, START, END).drop(columns="contract")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bars=drawn_raw_bars())
def test_reading_back_equals_writing_and_writing_again_changes_nothing(store: RawStore, bars: pd.DataFrame) -> None:
    symbol = next(_SYMBOLS)
    first = store.write(contract(symbol=symbol), bars, _entry(symbol))
    again = store.write(contract(symbol=symbol), bars, _entry(symbol))
    assert (first.inserted, first.unchanged, first.revised) == (len(bars), 0, 0)
    assert (again.inserted, again.unchanged, again.revised) == (0, len(bars), 0)
    assert_frame_equal(_raw(store, symbol), bars, check_exact=True)
    assert store.revisions(symbol, START, END).empty


def test_the_ledger_says_what_each_answer_held(store: RawStore, database: Database) -> None:
    for bars in (raw_bars(5), raw_bars(5), raw_bars(6), raw_bars(0)):
        store.write(contract(), bars, _entry())
    entries = RequestLedger(database).entries("ES", "202403", "1min", START, END)
    assert [entry.bars for entry in entries] == [5, 5, 6, 0]
    hashes = [entry.content_hash for entry in entries]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_a_restated_bar_replaces_the_old_one_which_is_kept(store: RawStore) -> None:
    old, new = raw_bars(5), raw_bars(5)
    new.loc[2, "close"] += 0.25
    new.loc[3, "wap"] = 4801.0
    before = store.write(contract(), old, _entry())
    after = store.write(contract(), new, _entry())
    assert (after.inserted, after.unchanged, after.revised) == (0, 3, 2)
    assert_frame_equal(_raw(store), new)
    revisions = store.revisions("ES", START, END)
    assert_frame_equal(revisions[list(old.columns)], old.loc[2:3].reset_index(drop=True))
    assert set(revisions["request_id"]) == {before.request_id}
    assert set(revisions["replaced_by"]) == {after.request_id}


def test_a_bar_restated_twice_under_a_clock_that_stands_still_keeps_both_old_values(store: RawStore) -> None:
    for close in (1.0, 2.0, 3.0):
        store.write(contract(), raw_bars(1).assign(close=close), _entry())
    assert list(store.revisions("ES", START, END)["close"]) == [1.0, 2.0]
    assert list(_raw(store)["close"]) == [3.0]


def test_an_answer_that_overlaps_adds_only_what_is_new(store: RawStore) -> None:
    store.write(contract(), raw_bars(5), _entry())
    result = store.write(contract(), raw_bars(8, first=3), _entry())
    assert (result.inserted, result.unchanged, result.revised) == (3, 2, 0)
    assert_frame_equal(_raw(store), raw_bars(8))


def test_a_bar_that_a_later_answer_leaves_out_is_withdrawn_and_kept_as_a_revision(store: RawStore) -> None:
    store.write(contract(), raw_bars(300), _entry())
    left = raw_bars(300).drop([70, 200]).reset_index(drop=True)
    left.loc[100, "close"] += 0.25
    result = store.write(contract(), left, _entry())
    assert (result.inserted, result.unchanged, result.revised, result.withdrawn) == (0, 297, 1, 2)
    assert_frame_equal(_raw(store), left)
    revisions = store.revisions("ES", START, END)
    columns = list(left.columns)
    assert_frame_equal(revisions[columns], raw_bars(300).loc[[70, 101, 200], columns].reset_index(drop=True))
    assert set(revisions["replaced_by"]) == {result.request_id}
    again = store.write(contract(), raw_bars(300), _entry())
    assert (again.inserted, again.revised, again.withdrawn) == (2, 1, 0)
    assert_frame_equal(_raw(store), raw_bars(300))


@pytest.mark.parametrize(
    "left",
    [[0, 4], [1, 2, 3], [0, 1, 2], [0, *range(5, 300)], [*range(3000), *range(3060, 6900)]],
    ids=["middle", "ends", "tail", "one in a hundred", "an hour of a week"],
)
def test_an_answer_that_was_cut_short_takes_nothing_away(store: RawStore, left: list[int]) -> None:
    known = raw_bars(max(left) + 1 if len(left) > 5 else 5)
    store.write(contract(), known, _entry())
    result = store.write(contract(), known.iloc[left], _entry())
    assert result.withdrawn == 0
    assert_frame_equal(_raw(store), known)
    assert store.revisions("ES", START, END).empty


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 399), st.integers(0, 400)), min_size=1, max_size=6))
def test_no_answer_loses_a_bar_and_a_good_one_brings_all_back(store: RawStore, holes: list[tuple[int, int]]) -> None:
    good = raw_bars(400)
    store.write(contract(), good, _entry())
    for start, length in holes:
        before = _raw(store)
        answer = good.drop(range(start, min(400, start + length))).reset_index(drop=True)
        done = store.write(contract(), answer, _entry())
        kept = _raw(store)
        assert done.withdrawn <= 4
        assert len(kept) >= len(before) - done.withdrawn
        gone = set(good["timestamp"]) - set(kept["timestamp"])
        assert gone <= set(store.revisions("ES", START, END)["timestamp"])
    store.write(contract(), good, _entry())
    assert_frame_equal(_raw(store), good)


def test_contracts_are_apart_also_at_the_same_minute(store: RawStore) -> None:
    store.write(contract("202403"), raw_bars(3), _entry())
    store.write(contract("202406"), raw_bars(3).assign(close=1.0), _entry())
    assert_frame_equal(_raw(store)[:3], raw_bars(3))
    later = store.bars("ES", START, END, "202406")
    assert list(later["contract"]) == ["202406"] * 3
    assert list(later["close"]) == [1.0] * 3


@pytest.mark.parametrize("bars", [raw_bars(3).iloc[::-1], raw_bars(3).iloc[[0, 1, 1]]], ids=["descending", "repeated"])
def test_bars_out_of_order_are_refused_with_their_ledger_entry(
    store: RawStore, database: Database, bars: pd.DataFrame
) -> None:
    with pytest.raises(InvalidBars, match="ascending and unique"):
        store.write(contract(), bars, _entry())
    assert RequestLedger(database).entries("ES", "202403", "1min", START, END) == []


def test_a_connection_killed_in_the_middle_leaves_neither_bars_nor_entry(empty_database: Database) -> None:
    migrations.upgrade(empty_database)
    store = RawStore(empty_database)
    die_at(empty_database, "raw_minutes", "2024-01-01 00:03+00")
    with pytest.raises(DatabaseUnavailable):
        store.write(contract(), raw_bars(5), _entry())
    assert store.bars("ES", START, END).empty
    assert RequestLedger(empty_database).entries("ES", "202403", "1min", START, END) == []


def test_writers_of_one_contract_take_turns(store: RawStore, reopen: Callable[..., Database]) -> None:
    answers = [raw_bars(200).assign(close=float(number)) for number in range(4)]
    stores = [RawStore(reopen()) for _ in answers]
    threads = [
        threading.Thread(target=other.write, args=(contract(), bars, _entry()))
        for other, bars in zip(stores, answers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_raw(store)) == 200
    revisions = store.revisions("ES", START, END)
    assert len(revisions) == 3 * 200
    assert set(revisions["close"]) | set(_raw(store)["close"]) == {0.0, 1.0, 2.0, 3.0}


def test_entries_are_found_by_their_window_and_outcome(database: Database) -> None:
    ledger, hour = RequestLedger(database), timedelta(hours=1)
    windows = {
        Outcome.DATA: (START, START + hour),
        Outcome.NO_DATA: (START + hour, START + 3 * hour),
        Outcome.TIMEOUT: (START + 3 * hour, START + 4 * hour),
    }
    for outcome, (start, end) in windows.items():
        entry = LedgerEntry("ES", "202403", "1min", start, end, outcome, END, 5, code=162, message="said so")
        assert ledger.record(entry) > 0
    found = ledger.entries("ES", "202403", "1min", START, START + hour)
    assert [e.outcome for e in found] == [Outcome.DATA]
    assert ledger.entries("ES", "202406", "1min", START, END) == []
    found = ledger.entries("ES", "202403", "1min", START, END, [Outcome.TIMEOUT])
    assert [(e.outcome, e.code, e.message) for e in found] == [(Outcome.TIMEOUT, 162, "said so")]
