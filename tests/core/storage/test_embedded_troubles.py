"""Problems of the embedded server: each ends in one sentence that says what to do."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

import pandas as pd
import psutil
import pytest

from g4qc_core.errors import DatabaseUnavailable, SettingsError
from g4qc_core.storage import migrations
from g4qc_core.storage.bar_stores.raw_store import RawStore, WriteResult
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server import embedded
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.embedded import embedded_server
from g4qc_core.storage.server.embedded_process import server_process
from tests.core.storage.frames import END, START, contract, raw_bars
from tests.fixtures.users import as_root

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="g4qc-tests-"))
    embedded_server(folder).leave()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(made_home: Path) -> Iterator[Path]:
    """A home whose server was made and does not run."""
    yield made_home
    embedded_server(made_home, start=False).leave()


@contextmanager
def disk(megabytes: int) -> Iterator[Path]:
    """A disk of that size."""
    place = Path(tempfile.mkdtemp(prefix="g4qc-tests-"))
    place.chmod(0o711)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "tmpfs", str(place)])
    if mounted.returncode != 0:
        place.rmdir()
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


@as_root
def test_a_disk_that_is_too_small_for_a_new_server_is_said_and_nothing_is_left() -> None:
    with disk(megabytes=10) as place:
        with pytest.raises(SettingsError, match=r"cannot make its files in .*No space left on device\): make room"):
            embedded_server(place / "home")
        assert {entry.name for entry in (place / "home" / "postgres").iterdir()} == {"start.lock", "users.lock"}


@as_root
def test_a_full_disk_is_said_and_once_there_is_room_the_data_are_there() -> None:
    with disk(megabytes=150) as place:
        home = place / "home"
        embedded_server(home).leave()
        filler = place / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(place).free)
        with pytest.raises(DatabaseUnavailable, match=r"does not start \(.*No space left on device\): free some space"):
            embedded_server(home)
        filler.unlink()
        assert embedded_server(home).url("postgres")
        embedded_server(home).leave()


@as_root
def test_a_disk_that_gets_full_stops_a_write_with_one_sentence_and_loses_no_bar() -> None:
    with disk(megabytes=250) as place:
        home, filler = place / "home", place / "filler"
        database = Database(embedded_server(home).url("g4qc"))
        migrations.upgrade(database)
        store = RawStore(database)
        receive(store, raw_bars(1_400), 0)
        first_day = START, START + timedelta(days=1)
        stored = store.bars("ES", *first_day)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(place).free - 2**20)
        with pytest.raises(DatabaseUnavailable, match=r"disk of the database .* is full or fails .*: free some space"):
            write_for_ever(store)
        filler.unlink()
        database.close()
        embedded_server(home).leave()
        database = Database(embedded_server(home).url("g4qc"))
        again = RawStore(database)
        pd.testing.assert_frame_equal(again.bars("ES", *first_day), stored)
        assert receive(again, raw_bars(1_400), 0).unchanged == 1_400
        database.close()
        embedded_server(home).leave()


def write_for_ever(store: RawStore) -> None:
    for number in count():
        receive(store, raw_bars(1_400).assign(close=float(number)), 1 + number % 30)


def receive(store: RawStore, bars: pd.DataFrame, day: int) -> WriteResult:
    """Store the bars as those of another day."""
    moved = bars.assign(timestamp=bars["timestamp"] + timedelta(days=day))
    entry = LedgerEntry("ES", "202403", "1min", START, END + timedelta(days=40), Outcome.DATA, END, 1)
    return store.write(contract(), moved, entry)


@as_root
def test_a_disk_that_cannot_be_written_is_said(home: Path) -> None:
    with disk(megabytes=10) as place:
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        with pytest.raises(SettingsError, match=r"cannot be written \(Read-only file system\): set G4QC_HOME"):
            embedded_server(place / "home")


@pytest.mark.parametrize("torn", ["", "\0\0", "eighteen", None])
def test_a_torn_version_is_said_and_what_the_sentence_advises_mends_it(home: Path, torn: str | None) -> None:
    version = home / "postgres" / "data" / "PG_VERSION"
    if torn is None:
        version.unlink()
    else:
        version.write_text(torn)
    with pytest.raises(SettingsError, match=r"cannot tell its version, .*PG_VERSION .*: .*write the line 18 into it\."):
        embedded_server(home)
    version.write_text("18\n")
    assert embedded_server(home).url("postgres")


def test_a_folder_without_any_version_is_said(home: Path) -> None:
    data = home / "postgres" / "data"
    kept = data.rename(data.with_name("kept"))
    data.mkdir(mode=0o700)
    (data / "something").write_text("")
    with pytest.raises(SettingsError, match=r"PG_VERSION is missing: put a copy of .* from a backup in its place"):
        embedded_server(home)
    assert [entry.name for entry in data.iterdir()] == ["something"]
    shutil.rmtree(data)
    kept.rename(data)


@pytest.mark.parametrize("number", ["another server", "nothing", "words"])
def test_a_pid_file_that_names_another_server_or_is_torn_is_no_obstacle(
    home: Path, number: str, tmp_path: Path
) -> None:
    server = embedded_server(home)
    left = (server.data / "postmaster.pid").read_text()
    server.leave()
    sleeper = shutil.copy(shutil.which("sleep") or "", tmp_path / "postgres")
    with subprocess.Popen([sleeper, "100"]) as other:
        texts = {"another server": left.replace(left.split()[0], str(other.pid), 1), "nothing": "", "words": "no pid\n"}
        (server.data / "postmaster.pid").write_text(texts[number])
        assert embedded_server(home).url("postgres")
        other.kill()


def test_a_server_that_was_killed_is_known_to_be_dead_and_comes_back_at_the_same_address(home: Path) -> None:
    server = embedded_server(home)
    address = server.url("postgres")
    assert not server.is_dead
    number = server_process(server.data)
    assert number is not None
    os.kill(number, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(number)] if psutil.pid_exists(number) else [], timeout=10)
    deadline = time.monotonic() + 10
    while not server.is_dead:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert embedded_server(home).url("postgres") == address
    assert not server.is_dead


def test_a_start_that_another_process_does_not_end_is_given_up(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedded, "_GATE_SECONDS", 0.2)
    with (home / "postgres" / "start.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DatabaseUnavailable, match=r"Another G4QC process starts or stops .* within 0 s: end the"):
            embedded_server(home)
