"""The progress of an extraction is shown while its process lives, and never after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from g4qc_core.storage.progress_store import ProgressStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import ib_plans


def test_progress_is_shown_until_its_block_ends(database: Database) -> None:
    store = ProgressStore(database)
    with store.begin("ES", 40, timedelta(minutes=5), "run") as progress, store.begin("NQ", 2, timedelta(seconds=1)):
        progress.update(3, timedelta(minutes=4))
        soon, late = store.running()
    assert (soon.subject, soon.done, soon.total, soon.run_id) == ("NQ", 0, 2, None)
    assert (late.subject, late.done, late.total, late.run_id) == ("ES", 3, 40, "run")
    assert late.finishes_at - late.updated_at == timedelta(minutes=4)
    assert store.running() == []


def test_the_progress_of_a_dead_process_is_not_shown_and_is_deleted(database: Database) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    orphan = {"holder": 1, "subject": "ES", "done": 1, "total": 2, "finishes_at": at, "updated_at": at}
    with database.transaction() as connection:
        connection.execute(ib_plans.insert().values(**orphan))
    store = ProgressStore(database)
    assert store.running() == []
    with store.begin("NQ", 2, timedelta(0)):
        assert [one.subject for one in store.running()] == ["NQ"]
        with database.transaction() as connection:
            assert connection.scalars(select(ib_plans.c.subject)).all() == ["NQ"]


def test_progress_ends_with_an_error_too(database: Database) -> None:
    store = ProgressStore(database)
    with pytest.raises(RuntimeError), store.begin("ES", 1, timedelta(0)):
        raise RuntimeError
    assert store.running() == []
