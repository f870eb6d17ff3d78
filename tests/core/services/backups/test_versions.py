"""A home of another major version of PostgreSQL, carried over by a backup; the old one stays."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.services.backups.backup_shelf import found_backup
from g4qc_core.services.backups.restore_run import restore
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.server import embedded_files
from g4qc_core.storage.server.database import open_database
from g4qc_core.storage.server.embedded import embedded_server
from tests.core.services.backups.stored import back, fill, rows_of

pytestmark = pytest.mark.slow


@pytest.fixture
def homes() -> Iterator[Path]:
    """A folder for homes, which the embedded server's account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="g4qc-homes-"))
    yield folder
    shutil.rmtree(folder)


def test_a_home_of_the_version_before_is_carried_over_and_stays(homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (Settings(home=homes / name, database_url=None) for name in ("old", "new"))
    with monkeypatch.context() as before:
        before.setattr(embedded_files, "_VERSION", 16)
        stored = open_database(old)
        fill(stored)
    assert (embedded_server(old.home).data / "PG_VERSION").read_text() == "16\n"
    wanted = rows_of(stored)
    made = back(old, homes / "backups").manifest
    restore(new, *found_backup(str(homes / "backups")), SilentProgress())
    restored = open_database(new)
    assert (embedded_server(new.home).data / "PG_VERSION").read_text() == "18\n"
    assert (made.databases[0].server.partition(".")[0], rows_of(restored)) == ("16", wanted)
    assert rows_of(stored) == wanted
    for database, settings in ((stored, old), (restored, new)):
        database.close()
        embedded_server(settings.home).leave()


def test_a_home_of_an_unknown_version_is_refused_with_the_commands_that_carry_it_over(homes: Path) -> None:
    settings = Settings(home=homes / "home", database_url=None)
    server = embedded_server(settings.home)
    server.leave()
    (server.data / "PG_VERSION").write_text("99\n")
    commands = r"run `g4qc db backup FOLDER` with the G4QC that made it, .*run `g4qc db restore FOLDER` with this one"
    with pytest.raises(SettingsError, match=f"belongs to PostgreSQL 99, and G4QC has 16 and 18: {commands}"):
        back(settings, homes / "backups")
    assert not (homes / "backups").exists()
