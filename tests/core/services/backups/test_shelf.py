"""Which backups stay, and what goes with those that do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.errors import BackupDamaged, NotFound, PermanentError
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.backup_shelf import BackupShelf, Retention, found_backup
from g4qc_core.services.backups.manifest import (
    FORMAT,
    MANIFEST,
    Manifest,
    Piece,
    SavedFiles,
    load_manifest,
    save_manifest,
)

NIGHT = datetime(2026, 11, 2, 3, tzinfo=UTC)  # a Monday


def backup(at: datetime, *paths: str) -> Manifest:
    files = tuple(SavedFiles(kind=path, count=1, stamp="", piece=Piece(path=path, size=1, sha256="")) for path in paths)
    name = f"{at:%Y%m%dT%H%M%SZ}"
    return Manifest(form=FORMAT, id=name, made_at=at, program="1", databases=(), files=files, settings={}, written=1)


def stored(store: FileStore, *backups: Manifest) -> None:
    for one in backups:
        for piece in one.pieces:
            with store.writing(piece.path) as file:
                file.write(b"x")
        save_manifest(store, one)


def test_the_newest_of_each_day_and_of_each_week_stay() -> None:
    nights = [backup(NIGHT + timedelta(days=day)) for day in range(30)]
    twice = backup(NIGHT + timedelta(days=29, hours=5))
    kept = Retention(daily=3, weekly=3).kept([*nights, twice])
    days = sorted(datetime.strptime(name[:8], "%Y%m%d").replace(tzinfo=UTC).date() for name in kept)
    # The last three days, and the Sundays before: the newest of each of three weeks.
    assert [f"{day:%a %d %b}" for day in days] == ["Sun 22 Nov", "Sun 29 Nov", "Mon 30 Nov", "Tue 01 Dec"]
    assert twice.id in kept
    assert nights[29].id not in kept


@pytest.mark.parametrize("retention", [Retention(1, 0), Retention(7, 4)])
def test_the_newest_backup_always_stays(retention: Retention) -> None:
    one = backup(NIGHT)
    assert retention.kept([one]) == {one.id}


def test_a_piece_stays_as_long_as_any_backup_uses_it(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    first = backup(NIGHT, "20261102T030000Z/1.zst", "20261102T030000Z/2.zst")
    second = backup(NIGHT + timedelta(days=1), "20261102T030000Z/1.zst", "20261103T030000Z/1.zst")
    stored(store, first, second)
    shelf = BackupShelf(store)
    assert shelf.prune(Retention(1, 0), NIGHT) == [first.id]
    assert [one.id for one in shelf.backups()] == [second.id]
    assert sorted(path.name for path in (tmp_path / first.id).iterdir()) == ["1.zst"]
    third = backup(NIGHT + timedelta(days=2), "20261104T030000Z/1.zst")
    stored(store, third)
    assert shelf.prune(Retention(1, 0), NIGHT) == [second.id]
    assert store.folders() == [third.id]


def test_nothing_goes_while_another_process_writes_a_backup(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    stored(store, backup(NIGHT, "20261102T030000Z/1.zst"), backup(NIGHT + timedelta(days=1)))
    shelf = BackupShelf(store)
    name = shelf.begin(NIGHT + timedelta(days=2))
    assert shelf.sweep(NIGHT) == []
    assert shelf.prune(Retention(1, 0), NIGHT) == []
    # After two days nobody writes it any more, whatever process has the number now.
    assert shelf.sweep(NIGHT + timedelta(days=5)) == [name]


def test_two_backups_of_one_second_have_names_of_their_own(tmp_path: Path) -> None:
    shelf = BackupShelf(FileStore(str(tmp_path)))
    assert [shelf.begin(NIGHT) for _ in range(2)] == ["20261102T030000Z", "20261102T030001Z"]


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"x")
    store = FileStore(str(tmp_path))
    stored(store, backup(NIGHT), backup(NIGHT + timedelta(days=1)))
    BackupShelf(store).prune(Retention(1, 0), NIGHT)
    assert (tmp_path / "photos" / "one.jpg").exists()


def test_a_backup_is_found_by_its_place_or_by_its_own_folder(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "backups"))
    first, second = backup(NIGHT), backup(NIGHT + timedelta(days=1))
    stored(store, first, second)
    assert found_backup(str(tmp_path / "backups"))[1] == second
    found, one = found_backup(str(tmp_path / "backups" / first.id))
    assert (found.place, one) == (store.place, first)
    with pytest.raises(NotFound, match=r"There is no backup at .*: `g4qc db backup` makes one"):
        found_backup(str(tmp_path / "elsewhere"))


def test_a_backup_that_cannot_be_read_holds_up_no_other_one_and_none_is_removed(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    days = [backup(NIGHT + timedelta(days=day)) for day in range(3)]
    stored(store, *days)
    (tmp_path / days[1].id / MANIFEST).write_text("{}")
    shelf = BackupShelf(store)
    assert [one.id for one in shelf.backups()] == [days[0].id, days[2].id]
    assert shelf.unreadable() == [days[1].id]
    assert shelf.prune(Retention(1, 0), NIGHT) == []
    assert shelf.newest() == days[2]
    (tmp_path / days[2].id / MANIFEST).write_text("{}")
    # Who restores the newest one wants that one, and no older one instead.
    with pytest.raises(BackupDamaged):
        found_backup(str(tmp_path))


def test_a_damaged_manifest_and_one_of_a_newer_program_are_told_apart(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path))
    one = backup(NIGHT)
    stored(store, one.model_copy(update={"form": FORMAT + 1}))
    with pytest.raises(PermanentError, match=r"A newer G4QC wrote the backup .*: install that version"):
        load_manifest(store, one.id)
    stored(store, one)
    file = tmp_path / one.id / MANIFEST
    for text in (file.read_text()[:-40], file.read_text().replace("20261102", "20261103", 1), "[]", ""):
        file.write_text(text)
        with pytest.raises(BackupDamaged, match="is damaged"):
            load_manifest(store, one.id)
