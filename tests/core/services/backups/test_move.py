"""The move: both databases to another server, as a stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from g4qc_core.errors import DatabaseRefused, DatabaseUnavailable, SettingsError
from g4qc_core.services.backups.move_run import move
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.storage import migrations
from g4qc_core.storage.server.database import Database, dagster_url, parse_url
from tests.core.services.backups.stored import fill, rows_of, settings_of

pytestmark = pytest.mark.slow

SILENT = SilentProgress()


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("goal", ["embedded", "timescale"])
def test_every_row_arrives_and_the_former_database_stays(
    source: Database, goal: str, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(source, minutes=2_000)
    settings, before = settings_of(source, tmp_path / "home"), rows_of(source)
    dagster = Database(parse_url(dagster_url(settings), "G4QC_DAGSTER_DATABASE_URL"))
    with dagster.transaction() as connection:
        connection.execute(text("CREATE TABLE runs (id bigserial PRIMARY KEY, run_id varchar(255) UNIQUE, body text)"))
        connection.execute(text("CREATE TABLE event_logs (id bigserial PRIMARY KEY, run_id varchar(255) "
                                "REFERENCES runs (run_id), at timestamp without time zone DEFAULT now())"))  # fmt: skip
        connection.execute(text("CREATE INDEX idx_at ON event_logs (at) WHERE run_id IS NOT NULL"))
        connection.execute(text("INSERT INTO runs (run_id, body) SELECT g::text, 'x' FROM generate_series(1, 9) g"))
        connection.execute(text("INSERT INTO event_logs (run_id) SELECT run_id FROM runs"))
    dagster.close()
    new = database_on(goal)
    done = move(settings, address(new), SILENT)
    assert rows_of(new) == before == rows_of(source)
    assert sum(done.databases.values()) == sum(map(len, before.values())) + 18
    assert done.settings == {"G4QC_DATABASE_URL": new.url.set(drivername="postgresql").render_as_string()}
    beside = Database(new.url.set(database=f"{new.url.database}_dagster"))
    with beside.transaction() as connection:
        assert connection.scalar(text("SELECT count(*) FROM event_logs")) == 9
        assert connection.scalar(text("INSERT INTO runs (run_id) VALUES ('a') RETURNING id")) == 10
        assert "WHERE (run_id IS NOT NULL)" in str(
            connection.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'idx_at'"))
        )
    beside.close()


def test_the_present_database_is_no_target(embedded_source: Database, tmp_path: Path) -> None:
    fill(embedded_source, minutes=5)
    with pytest.raises(SettingsError, match="is the database that is used now: name another one"):
        move(settings_of(embedded_source, tmp_path / "home"), address(embedded_source), SILENT)


def test_a_target_that_holds_something_is_left_alone(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(embedded_source, minutes=5)
    held = database_on("embedded")
    fill(held, minutes=6)
    before = rows_of(held)
    with pytest.raises(DatabaseRefused, match="is not empty"):
        move(settings_of(embedded_source, tmp_path / "home"), address(held), SILENT)
    assert rows_of(held) == before


def test_a_source_that_goes_away_in_the_middle_leaves_the_target_empty(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(embedded_source, minutes=5_000)
    new = database_on("embedded")

    class Ending(SilentProgress):
        """Ends the source's connections once rows have arrived."""

        def add(self, rows: int) -> None:
            query = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name "
                         "AND pid <> pg_backend_pid()")  # fmt: skip
            with new.transaction() as connection:
                connection.execute(query, {"name": embedded_source.url.database})

    with pytest.raises(DatabaseUnavailable):
        move(settings_of(embedded_source, tmp_path / "home"), address(new), Ending())
    assert migrations.current(new) is None
