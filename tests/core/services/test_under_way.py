"""Progress of an extraction: described in plain words, and stored for other processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from g4qc_core.bars.bar_source import BarRequest, MemorySource
from g4qc_core.services.extraction.progress import in_words, time_left
from g4qc_core.storage.progress_store import ProgressStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE
from tests.core.ib.contracts import ESZ5

NOW = datetime(2026, 11, 20, tzinfo=UTC)
REQUESTS = [BarRequest(ESZ5, ONE_MINUTE, NOW, NOW + timedelta(days=n)) for n in range(1, 41)]


class Slow(MemorySource):
    """A source that needs half a minute for each request."""

    def time_left(self, requests: Sequence[BarRequest]) -> timedelta:
        return timedelta(seconds=30) * len(requests)


def test_the_time_left_is_told_before_each_request_and_kept_for_others(embedded_database: Database) -> None:
    stores, source, seconds = Stores(embedded_database), Slow({}, NOW), iter(range(0, 10_000, 10))
    store = ProgressStore(embedded_database)
    with time_left("ES", REQUESTS, source, stores, "run", lambda: next(seconds)) as before:
        assert before(1) == ", about 20 min left"
        assert (store.running()[0].done, store.running()[0].total) == (0, 40)
        assert before(39) == ", about 60 s left"
        (one,) = store.running()
        assert (one.subject, one.done, one.finishes_at - one.updated_at) == (
            "ES",
            38,
            timedelta(seconds=60),
        )
    assert store.running() == []


def test_of_work_that_ends_at_once_nothing_is_told(embedded_database: Database) -> None:
    stores = Stores(embedded_database)
    with time_left("ES", REQUESTS, MemorySource({}, NOW), stores, None) as before:
        assert before(1) == ""
    with time_left("ES", [], MemorySource({}, NOW), stores, None) as before:
        assert ProgressStore(embedded_database).running() == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 s"), (40, "40 s"), (90, "2 min"), (3540, "59 min"), (12_000, "3 h 20 min")]
)
def test_a_span_is_spelled_for_people(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
