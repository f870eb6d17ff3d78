"""Revisions: each has the values before and after it, and pages hold all of them once."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.bar_stores.revision_store import RevisionStore, by_field, page_end
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from tests.core.storage.frames import END, START, contract, raw_bars


def entry() -> LedgerEntry:
    return LedgerEntry("ES", "202403", "1min", START, END, Outcome.DATA, requested_at=END, duration_ms=1)


def restated(closes: dict[int, float]) -> pd.DataFrame:
    """Five minutes, with these closes higher by so many points."""
    bars = raw_bars(5)
    for at, points in closes.items():
        bars.loc[at, ["high", "close"]] += points
    return bars


@pytest.fixture
def store(database: Database) -> RevisionStore:
    """Minute 1 restated twice, minute 3 once."""
    raw = RawStore(database)
    for closes in ({}, {1: 1.0}, {1: 5.0, 3: 2.0}):
        raw.write(contract(), restated(closes), entry())
    return RevisionStore(database)


def test_each_revision_has_the_values_before_it_and_after_it_the_newest_first(store: RevisionStore) -> None:
    found = store.revisions("ES")
    minutes = ((found["timestamp"] - START) // pd.Timedelta(minutes=1)).tolist()
    assert minutes == [3, 1, 1]
    assert (found["new_close"] - found["old_close"]).tolist() == [2.0, 4.0, 1.0]
    assert found["replaced_by"].is_monotonic_decreasing


def test_what_changed_is_a_row_a_field_and_what_did_not_is_none(store: RevisionStore) -> None:
    changes = by_field(store.revisions("ES"))
    assert changes["field"].tolist() == ["high", "close"] * 3
    assert np.isfinite(changes[["old", "new"]].to_numpy()).all()


def test_pages_of_any_size_hold_every_revision_once(store: RevisionStore) -> None:
    whole = store.revisions("ES")
    for size in (1, 2, 3, 9):
        pages, after = [], None
        while not (page := store.revisions("ES", after=after, limit=size)).empty:
            assert len(page) <= size
            pages.append(page)
            after = page_end(page)
        pd.testing.assert_frame_equal(pd.concat(pages, ignore_index=True), whole)
    assert page_end(whole.iloc[:0]) is None


def test_a_window_a_contract_and_a_request_narrow_it(store: RevisionStore) -> None:
    third = START + timedelta(minutes=3)
    assert len(store.revisions("ES", third, third + timedelta(minutes=1))) == 1
    assert store.revisions("ES", contract="202406").empty
    assert store.revisions("NQ").empty
    newest = int(store.revisions("ES")["replaced_by"].max())
    assert len(store.revisions("ES", since_request=newest)) == 2
    assert store.revisions("ES", since_request=newest + 1).empty
