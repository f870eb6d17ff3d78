"""A backup restored is the database: on each server, from one to the other, and from an older schema."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from g4qc_core.errors import BackupDamaged, BackupRunning, DatabaseRefused
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.backup_check import check_backup
from g4qc_core.services.backups.backup_run import back_up
from g4qc_core.services.backups.backup_shelf import BackupShelf, found_backup
from g4qc_core.services.backups.restore_run import RestoreDone, restore
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.settings import Settings
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import BACKUPS, SessionLock
from g4qc_core.storage.transfer import table_slices
from tests.core.services.backups.stored import NOW, add_month, back, fill, rows_of, settings_of
from tests.core.storage.frames import END, START, market_bars

pytestmark = pytest.mark.slow

SILENT = SilentProgress()


def put_back(settings: Settings, target: Path) -> RestoreDone:
    return restore(settings, *found_backup(str(target)), SILENT)


@pytest.mark.parametrize("goal", ["embedded", "timescale"])
def test_every_row_comes_back_on_any_server(
    source: Database, goal: str, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(source, minutes=2_000)
    add_month(source, "ES")
    back(settings_of(source, tmp_path / "home"), tmp_path / "backups")
    new = database_on(goal)
    put_back(settings_of(new, tmp_path / "new"), tmp_path / "backups")
    assert rows_of(new) == rows_of(source)
    # What is stored next gets numbers and chunks of its own.
    add_month(new, "NQ")
    assert len(BarStore(new).bars("NQ", "1min", END, END + timedelta(days=28))) == 500


def test_large_tables_get_their_indices_after_their_rows(
    source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(source, minutes=31_000)
    back(settings_of(source, tmp_path / "home"), tmp_path / "backups")
    new = database_on("timescale" if source.has_timescale else "embedded")
    put_back(settings_of(new, tmp_path / "new"), tmp_path / "backups")
    query = text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
    found = []
    for database in (source, new):
        with database.transaction() as connection:
            found.append(connection.scalars(query).all())
    assert found[0] == found[1]


def test_what_did_not_change_is_not_written_again(
    source: Database, database_on: Callable[[str], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_slices, "SLICE_ROWS", 400)
    fill(source)
    settings, target = settings_of(source, tmp_path / "home"), tmp_path / "backups"
    first = back(settings, target)
    again = back(settings, target, days=1)
    assert (first.reused, again.manifest.written) == (0, 0)
    add_month(source, "ES")
    third = back(settings, target, days=2)
    [bars] = [t for t in third.manifest.databases[0].tables if t.total.rows == 1_500]
    by_whom = [one.piece.path.partition("/")[0] for one in bars.slices]
    # Both symbols have slices of their own; the month that came is the second of the first one.
    assert by_whom == [first.manifest.id, third.manifest.id, first.manifest.id]
    assert back(settings, target, days=3, whole=True).reused == 0
    new = database_on("embedded")
    restore(settings_of(new, tmp_path / "new"), FileStore(str(target)), third.manifest, SILENT)
    assert rows_of(new) == rows_of(source)


def test_a_changed_value_in_an_old_slice_is_noticed(embedded_source: Database, tmp_path: Path) -> None:
    fill(embedded_source)
    settings, target = settings_of(embedded_source, tmp_path / "home"), tmp_path / "backups"
    back(settings, target)
    bars = market_bars(500)
    bars.loc[250, "close"] += 0.25
    BarStore(embedded_source).replace_bars("ES", "1min", START, END, bars)
    assert back(settings, target, days=1).manifest.written > 0


def test_a_database_that_holds_something_is_left_alone(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(embedded_source)
    back(settings_of(embedded_source, tmp_path / "home"), tmp_path / "backups")
    held = database_on("embedded")
    fill(held, minutes=5, symbols=("ES",))
    before = rows_of(held)
    with pytest.raises(DatabaseRefused, match=r"is not empty \(its table '\w+' has rows\), and nothing is overwritten"):
        put_back(settings_of(held, tmp_path / "new"), tmp_path / "backups")
    assert rows_of(held) == before


def test_a_database_of_another_program_is_left_alone(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(embedded_source, minutes=5)
    back(settings_of(embedded_source, tmp_path / "home"), tmp_path / "backups")
    theirs = database_on("embedded")
    with theirs.transaction() as connection:
        connection.execute(text("CREATE TABLE accounts (name text)"))
    with pytest.raises(DatabaseRefused, match="holds a table 'accounts' of another program"):
        put_back(settings_of(theirs, tmp_path / "new"), tmp_path / "backups")


def test_a_damaged_file_is_named_and_nothing_is_restored(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(embedded_source)
    target = tmp_path / "backups"
    made = back(settings_of(embedded_source, tmp_path / "home"), target).manifest
    assert check_backup(FileStore(str(target)), made, SILENT).wrong == {}
    largest = max(made.pieces, key=lambda piece: piece.size)
    whole = (target / largest.path).read_bytes()
    new = database_on("embedded")
    for content in (whole[:-9], whole[:-9] + bytes(9), b""):
        (target / largest.path).write_bytes(content)
        assert list(check_backup(FileStore(str(target)), made, SILENT).wrong) == [largest.path]
        with pytest.raises(BackupDamaged, match="is missing or damaged, so that nothing was stored"):
            put_back(settings_of(new, tmp_path / "new"), target)
        assert migrations.current(new) is None
    (target / largest.path).unlink()
    assert check_backup(FileStore(str(target)), made, SILENT).wrong == {largest.path: "missing"}
    with pytest.raises(BackupDamaged, match=largest.path):
        put_back(settings_of(new, tmp_path / "new"), target)
    (target / largest.path).write_bytes(whole)
    put_back(settings_of(new, tmp_path / "new"), target)
    assert rows_of(new) == rows_of(embedded_source)


def test_a_backup_of_an_older_schema_is_migrated_forward(
    source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    migrations.enable_timescale(source)
    with source.transaction() as connection:
        command.upgrade(migrations._config(connection), "0008")
        connection.execute(text("INSERT INTO trials (family, fingerprint, symbol, timeframe, parameters, metrics, "
                                "created_at) VALUES ('f', 'x', 'ES', '1h', '{}', '{}', now())"))  # fmt: skip
    back(settings_of(source, tmp_path / "home"), tmp_path / "backups")
    new = database_on("embedded")
    done = put_back(settings_of(new, tmp_path / "new"), tmp_path / "backups")
    assert done.upgraded == migrations.current(new) == migrations._head()
    with new.transaction() as connection:
        assert connection.scalar(text("SELECT family FROM trials")) == "f"
        # The number that comes next was not given before.
        connection.execute(text("INSERT INTO trials (family, fingerprint, symbol, timeframe, parameters, metrics, "
                                "created_at) VALUES ('g', 'x', 'ES', '1h', '{}', '{}', now())"))  # fmt: skip
        assert connection.scalar(text("SELECT max(id) FROM trials")) == 2


def test_a_newer_schema_is_refused_by_backup_and_restore(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path
) -> None:
    fill(embedded_source, minutes=5)
    settings, target = settings_of(embedded_source, tmp_path / "home"), tmp_path / "backups"
    made = back(settings, target).manifest
    newer = made.model_copy(update={"databases": (made.databases[0].model_copy(update={"revision": "9999"}),)})
    new = database_on("embedded")
    with pytest.raises(DatabaseRefused, match=r"has the schema '9999' of a newer G4QC .*: install that version"):
        restore(settings_of(new, tmp_path / "new"), FileStore(str(target)), newer, SILENT)
    with embedded_source.transaction() as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(DatabaseRefused, match="has the schema '9999' of a newer G4QC: install that version"):
        back(settings, target, days=1)


def test_two_do_not_back_the_same_database_up_at_once(embedded_source: Database, tmp_path: Path) -> None:
    fill(embedded_source, minutes=5)
    other = SessionLock(embedded_source, BACKUPS, 1)
    assert other.take()
    with pytest.raises(BackupRunning, match="Another process backs the database"):
        back(settings_of(embedded_source, tmp_path / "home"), tmp_path / "backups")
    other.release()


def test_a_stopped_backup_leaves_nothing_and_a_killed_one_is_swept(
    embedded_source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(embedded_source)
    settings, target = settings_of(embedded_source, tmp_path / "home"), tmp_path / "backups"
    kept = back(settings, target).manifest.id

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("g4qc_core.services.backups.backup_run.save_manifest", stop)
        with pytest.raises(KeyboardInterrupt):
            back(settings, target, days=1, whole=True)
    assert FileStore(str(target)).folders() == [kept]
    # What a kill leaves: pieces and the mark of a process that is gone, and no manifest.
    left = BackupShelf(FileStore(str(target))).begin(NOW + timedelta(days=1))
    mark = target / left / "writing.json"
    mark.write_text(mark.read_text().replace(f'"process": {os.getpid()}', '"process": 999999999'))
    (target / left / "00001.bars.raw_bars.zst").write_bytes(b"half")
    assert [one.id for one in BackupShelf(FileStore(str(target))).backups()] == [kept]
    assert back(settings, target, days=2).swept == [left]
    assert left not in FileStore(str(target)).folders()


def test_a_bucket_holds_backups_as_a_folder_does(
    embedded_source: Database, database_on: Callable[[str], Database], tmp_path: Path, bucket: str
) -> None:
    fill(embedded_source)
    settings = settings_of(embedded_source, tmp_path / "home", backup_keep_daily=1, backup_keep_weekly=0)
    first = back_up(settings, bucket, NOW, SILENT)
    add_month(embedded_source, "ES")
    second = back_up(settings, bucket, NOW + timedelta(days=1), SILENT)
    assert second.reused > 0
    assert second.removed == [first.manifest.id]
    store, backup = found_backup(bucket)
    assert backup == second.manifest
    assert check_backup(store, backup, SILENT).wrong == {}
    new = database_on("embedded")
    restore(settings_of(new, tmp_path / "new"), store, backup, SILENT)
    assert rows_of(new) == rows_of(embedded_source)
