"""The mark of the stored bars changes with each committed write to them, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from g4qc_core.storage.bar_stores import write_watch
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.write_watch import WriteWatch
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.quick_reads import QuickReads
from tests.core.storage.frames import END, START, market_bars

WATCHED = (
    "contracts",
    "data_versions",
    "market_bars",
    "market_exact",
    "quarantine_decisions",
    "quarantined_bars",
    "raw_exact",
    "raw_minutes",
    "roll_calendars",
    "rolls",
    "session_quality",
    "validated_sessions",
)


@pytest.fixture
def watch(database: Database) -> Iterator[WriteWatch]:
    reads = QuickReads(database)
    yield WriteWatch(reads)
    reads.close()


def run(database: Database, statement: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("table", WATCHED)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
def test_a_write_to_a_watched_table_changes_the_mark_once(
    watch: WriteWatch, database: Database, table: str, statement: str
) -> None:
    before = watch.mark()
    assert watch.mark() is before
    run(database, statement.format(table))
    after = watch.mark()
    assert after is not before
    assert watch.mark() is after


def test_bars_that_are_copied_in_change_the_mark(watch: WriteWatch, database: Database) -> None:
    before = watch.mark()
    BarStore(database).replace_bars("ES", "1min", START, END, market_bars())
    assert watch.mark() is not before


def test_other_writes_and_those_that_were_rolled_back_change_nothing(watch: WriteWatch, database: Database) -> None:
    before = watch.mark()
    run(database, "INSERT INTO job_ends VALUES ('a', now(), '')")
    with database.engine.connect() as connection:
        connection.execute(text("DELETE FROM market_bars"))
        connection.rollback()
    assert watch.mark() is before


def test_transactions_are_noticed_when_they_end_in_whatever_order(
    watch: WriteWatch, database: Database, reopen: Callable[..., Database]
) -> None:
    first, second = database.engine.connect(), reopen().engine.connect()
    marks = [watch.mark()]
    for connection in (first, second):
        connection.execute(text("DELETE FROM rolls"))
        assert watch.mark() is marks[-1]
    for connection in (second, first):
        connection.commit()
        marks.append(watch.mark())
        connection.close()
    assert len(set(map(id, marks))) == 3


def test_notes_are_removed_after_a_day_and_a_watch_that_slept_trusts_none(
    watch: WriteWatch, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = watch.mark()
    run(database, "INSERT INTO bar_writes VALUES (3, now() - interval '2 days')")
    run(database, "DELETE FROM rolls")
    with database.transaction() as connection:
        assert connection.scalar(text("SELECT min(transaction) FROM bar_writes")) > 3
    after = watch.mark()
    assert after is not before
    monkeypatch.setattr(write_watch, "_LONGEST_SECONDS", 0.0)
    assert watch.mark() is not after


def test_a_lost_connection_is_replaced_and_the_mark_with_it(watch: WriteWatch, database: Database) -> None:
    before = watch.mark()
    run(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    after = watch.mark()
    assert after is not before
    assert watch.mark() is after
