"""The embedded server: shared by processes, ended by the last of them, unharmed by a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import dagster_url, open_database
from g4qc_core.storage.server.embedded import EmbeddedServer, embedded_server

pytestmark = pytest.mark.slow

# A user in another process: prints when the server is ready, and ends with its input.
USER = """
import sys
from pathlib import Path
from g4qc_core.storage.server.embedded import embedded_server
embedded_server(Path(sys.argv[1])).url("postgres")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made_home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="g4qc-tests-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(made_home: Path) -> Iterator[Path]:
    """A home whose server does not run; tests share it, because its files take a second to make."""
    yield made_home
    embedded_server(made_home).leave()


@pytest.fixture
def new_home() -> Iterator[Path]:
    """A home without anything in it."""
    folder = Path(tempfile.mkdtemp(prefix="g4qc-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _user(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USER, str(home)]
    user = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    return user


def _ends(user: subprocess.Popen[str]) -> None:
    user.communicate("")
    assert user.returncode == 0


def _runs(home: Path) -> bool:
    socket = EmbeddedServer(home.resolve() / "postgres").socket
    try:
        psycopg2.connect(host=str(socket), user="postgres", dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def test_the_last_user_stops_the_server(home: Path) -> None:
    first, second = _user(home), _user(home)
    _ends(first)
    assert _runs(home)
    _ends(second)
    assert not _runs(home)


def test_users_that_come_together_find_one_server(home: Path) -> None:
    command = [sys.executable, "-c", USER, str(home)]
    users = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for user in users:
        assert user.stdout is not None
        assert user.stdout.readline() == "ready\n"
    for user in users:
        assert _runs(home)
        _ends(user)
    assert not _runs(home)


def test_a_killed_user_neither_stops_the_server_nor_keeps_it(home: Path) -> None:
    killed, other = _user(home), _user(home)
    killed.kill()
    killed.communicate()
    assert _runs(home)
    _ends(other)
    assert not _runs(home)


def test_a_killed_server_starts_again_with_its_data(home: Path) -> None:
    settings = Settings(_env_file=None, home=home)  # type: ignore[call-arg]
    database = open_database(settings)
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE kept AS SELECT 1 AS one")
    pid = int((embedded_server(home).data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    again = open_database(settings)
    with again.transaction() as connection:
        assert connection.exec_driver_sql("SELECT one FROM kept").scalar() == 1
    database.close()
    again.close()


def test_a_pid_file_that_names_another_program_is_no_obstacle(home: Path) -> None:
    server = embedded_server(home)
    left = (server.data / "postmaster.pid").read_text()
    server.leave()
    stale = left.replace(left.split()[0], str(os.getpid()), 1)
    (server.data / "postmaster.pid").write_text(stale)
    assert embedded_server(home).url("postgres")
    assert _runs(home)


def test_a_start_that_was_killed_halfway_is_no_obstacle_nor_is_a_long_name(new_home: Path) -> None:
    deep = new_home / ("long" * 20) / ("name" * 10)
    (deep / "postgres" / "new-1" / "base").mkdir(parents=True)
    server = embedded_server(deep)
    assert _runs(deep)
    assert not (deep / "postgres" / "new-1").exists()
    server.leave()
    assert not _runs(deep)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has the server run under another account")
def test_a_folder_that_is_closed_to_others_stays_closed(new_home: Path) -> None:
    new_home.chmod(0o700)
    home = new_home / "home"
    server = embedded_server(home)
    assert server.url("postgres")
    server.leave()
    assert new_home.stat().st_mode & 0o777 == 0o700
    assert not server.data.is_relative_to(new_home)
    shutil.rmtree(server.data.parent)


def test_synthetic_and_real_bars_have_databases_of_their_own(home: Path) -> None:
    synthetic = Settings(_env_file=None, home=home)  # type: ignore[call-arg]
    real = Settings(_env_file=None, home=home, ib_host="127.0.0.1")  # type: ignore[call-arg]
    databases = [open_database(settings) for settings in (synthetic, real)]
    assert [d.url.database for d in databases] == ["g4qc_simulated", "g4qc"]
    assert dagster_url(synthetic) != dagster_url(real)
    for database in databases:
        database.close()


def test_bars_wait_for_the_disk_and_dagsters_events_do_not(home: Path) -> None:
    settings = Settings(_env_file=None, home=home)  # type: ignore[call-arg]
    database = open_database(settings)
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        assert connection.exec_driver_sql("SHOW fsync").scalar() == "on"
    connected = psycopg2.connect(dagster_url(settings).replace("+psycopg2", ""))
    with connected.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)
    connected.close()
    database.close()


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SettingsError, match="a file is in the way: set G4QC_HOME"):
        embedded_server(tmp_path / "home")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "postgres").write_text("")
    with pytest.raises(SettingsError, match="a file is in the way: set G4QC_HOME"):
        embedded_server(tmp_path / "other")


def test_a_folder_that_cannot_be_written_is_said() -> None:
    # /proc refuses even root.
    with pytest.raises(SettingsError, match=r"cannot be written \(.*\): set G4QC_HOME"):
        embedded_server(Path("/proc/g4qc"))


def test_data_of_an_unknown_version_are_left_alone(home: Path) -> None:
    server = embedded_server(home)
    server.leave()
    (server.data / "PG_VERSION").write_text("99\n")
    with pytest.raises(SettingsError, match="belongs to PostgreSQL 99"):
        embedded_server(home)
    (server.data / "PG_VERSION").write_text("18\n")
