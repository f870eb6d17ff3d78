"""A disk that is full in the middle of a backup, a real one of two megabytes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from g4qc_core.errors import StoreUnavailable
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.backup_check import check_backup
from g4qc_core.services.backups.backup_shelf import BackupShelf
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.storage.server.database import Database
from tests.core.services.backups.stored import back, fill, settings_of

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("a small disk needs root and mount")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_stops_a_backup_with_one_sentence_and_keeps_the_former_one(
    embedded_source: Database, small_disk: Path, tmp_path: Path
) -> None:
    fill(embedded_source, minutes=5_000)
    settings = settings_of(embedded_source, tmp_path / "home")
    kept = back(settings, small_disk).manifest
    (small_disk / "other").write_bytes(os.urandom(2 * 2**20 - kept.size - 150_000))
    with pytest.raises(StoreUnavailable, match=r"No space is left at .*disk: free some, then run it again"):
        back(settings, small_disk, days=1, whole=True)
    store = FileStore(str(small_disk))
    assert store.folders() == [kept.id]
    assert check_backup(store, kept, SilentProgress()).wrong == {}
    (small_disk / "other").unlink()
    made = back(settings, small_disk, days=1, whole=True).manifest
    assert [one.id for one in BackupShelf(store).backups()] == [kept.id, made.id]
