"""Data versions: a month is outdated when what it was made of holds something else now."""

from __future__ import annotations

from datetime import date

from g4qc_core.storage.bar_stores.version_store import RAW, VersionStore, outdated
from g4qc_core.storage.server.database import Database

MONTH, NEXT = date(2026, 10, 1), date(2026, 11, 1)


def test_a_month_is_outdated_from_the_change_of_its_source_until_it_is_made_anew(database: Database) -> None:
    store = VersionStore(database)
    for month in (MONTH, NEXT):
        store.record("ES", RAW, month, "raw 1")
        store.record("ES", "1min", month, "good 1", "raw 1")
    assert outdated(store.versions(), "1min", RAW) == set()
    store.record("ES", RAW, MONTH, "raw 2")
    assert outdated(store.versions("ES"), "1min", RAW) == {("ES", MONTH)}
    assert outdated(store.versions("NQ"), "1min", RAW) == set()
    store.record("ES", "1min", MONTH, "good 1", "raw 2")
    assert outdated(store.versions(), "1min", RAW) == set()


def test_the_time_of_a_change_is_that_of_the_last_one(database: Database) -> None:
    store = VersionStore(database)
    store.record("ES", "1min", MONTH, "good 1", "raw 1")
    (first,) = store.versions()
    store.record("ES", "1min", MONTH, "good 1", "raw 2")
    (same,) = store.versions()
    assert (same.changed_at, same.made_of) == (first.changed_at, "raw 2")
    store.record("ES", "1min", MONTH, "good 2", "raw 2")
    (other,) = store.versions()
    assert other.changed_at > first.changed_at
