"""Only its owner can use the embedded server: other users of the machine reach neither its socket nor its files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.storage.server.embedded import EmbeddedServer, embedded_server
from g4qc_core.storage.server.embedded_access import is_private
from g4qc_core.storage.server.embedded_process import server_process
from tests.core.storage.test_embedded import USER
from tests.fixtures.users import SOMEBODY, SOMEBODY_ELSE, as_root, command_as, python_as, uid

pytestmark = pytest.mark.slow

CONNECT = "import sys, psycopg2; psycopg2.connect(host=sys.argv[1], user='postgres', dbname='postgres')"


@pytest.fixture(scope="module")
def deep() -> Iterator[Path]:
    """A home with a path that is too long for a socket; tests share it."""
    folder = Path(tempfile.mkdtemp(prefix="g4qc-tests-"))
    folder.chmod(0o711)
    home = folder / ("long" * 20) / ("name" * 10)
    home.mkdir(parents=True)
    for part in (home.parent, home):
        part.chmod(0o711)
    yield home
    embedded_server(home).leave()
    shutil.rmtree(folder)


@pytest.fixture
def server(deep: Path) -> Iterator[EmbeddedServer]:
    """A running server whose socket is in a separate folder."""
    yield embedded_server(deep)
    embedded_server(deep).leave()


def test_the_socket_lies_in_a_folder_that_only_the_server_enters_and_no_port_is_open(server: EmbeddedServer) -> None:
    owner = server.data.stat().st_uid
    assert is_private(server.socket, owner)
    assert is_private(server.data, owner)
    number = server_process(server.data)
    assert number is not None
    assert psutil.Process(number).net_connections("inet") == []
    assert (server.socket / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0


@as_root
def test_another_user_is_refused_even_where_the_folder_lets_everybody_in(server: EmbeddedServer) -> None:
    server.socket.chmod(0o755)
    (server.socket / ".s.PGSQL.5432").chmod(0o777)
    refused = python_as(SOMEBODY, CONNECT, str(server.socket))
    assert 'Peer authentication failed for user "postgres"' in refused.stderr


@as_root
def test_another_user_reads_no_file_of_it(server: EmbeddedServer) -> None:
    look = subprocess.run(
        ["setpriv", "--reuid", SOMEBODY, "--clear-groups", "ls", str(server.data)], capture_output=True, text=True
    )
    assert "Permission denied" in look.stderr


@as_root
@pytest.mark.parametrize("mode", [0o700, 0o777])
def test_a_folder_that_another_user_placed_in_our_way_is_not_used(deep: Path, mode: int, tmp_path: Path) -> None:
    embedded_server(deep).leave()
    trap = Path(tempfile.mkdtemp(prefix="g4qc-trap-"))
    os.chown(trap, uid(SOMEBODY), -1)
    trap.chmod(mode)
    (deep / "postgres" / "socket").write_text(f"{trap}\n")
    server = embedded_server(deep)
    assert server.socket != trap
    assert is_private(server.socket, server.data.stat().st_uid)
    assert list(trap.iterdir()) == []
    server.leave()
    trap.rmdir()


def test_a_link_in_our_way_is_not_followed(deep: Path, tmp_path: Path) -> None:
    embedded_server(deep).leave()
    link = Path(tempfile.mkdtemp(prefix="g4qc-trap-")) / "link"
    link.symlink_to(tmp_path)
    (deep / "postgres" / "socket").write_text(f"{link}\n")
    server = embedded_server(deep)
    assert server.socket != link
    assert list(tmp_path.iterdir()) == []
    server.leave()
    shutil.rmtree(link.parent)


def test_a_socket_whose_folder_was_cleared_away_comes_back(server: EmbeddedServer, deep: Path) -> None:
    place = server.socket
    shutil.rmtree(place)
    assert embedded_server(deep).url("postgres").query["host"] == str(place)
    assert is_private(place, server.data.stat().st_uid)


def test_a_server_that_an_earlier_version_left_open_is_closed_and_keeps_its_data(
    server: EmbeddedServer, deep: Path
) -> None:
    hba = server.data / "pg_hba.conf"
    with _connected(server) as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS one")
    hba.write_text("local all all trust\n")
    embedded_server(deep)
    with _connected(server) as cursor:
        cursor.execute("SELECT auth_method FROM pg_hba_file_rules")
        assert cursor.fetchall() == [("peer",)]
    server.leave()
    hba.write_text("local all all trust\nhost all all 127.0.0.1/32 trust\n")
    embedded_server(deep)
    with _connected(embedded_server(deep)) as cursor:
        cursor.execute("SELECT auth_method FROM pg_hba_file_rules")
        assert cursor.fetchall() == [("peer",)]
        cursor.execute("SELECT one FROM kept")
        assert cursor.fetchall() == [(1,)]


@as_root
def test_the_server_of_an_ordinary_user_lets_that_user_in_and_no_other() -> None:
    home = Path(tempfile.mkdtemp(prefix="g4qc-tests-"))
    os.chown(home, uid(SOMEBODY), -1)
    command = command_as(SOMEBODY, sys.executable, "-c", USER, str(home))
    owner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        socket = str(home / "postgres" / "data")
        assert python_as(SOMEBODY, CONNECT, socket).returncode == 0
        refused = python_as(SOMEBODY_ELSE, CONNECT, socket)
        assert "Permission denied" in refused.stderr or "Peer authentication failed" in refused.stderr
        with pytest.raises(SettingsError, match=f"belongs to the user '{SOMEBODY}'"):
            embedded_server(home)
    finally:
        owner.communicate("")
        shutil.rmtree(home)
    assert owner.returncode == 0


class _connected:
    """A cursor at the server, in a connection that commits each statement."""

    def __init__(self, server: EmbeddedServer) -> None:
        self._connection = psycopg2.connect(host=str(server.socket), user="postgres", dbname="postgres")
        self._connection.autocommit = True

    def __enter__(self) -> psycopg2.extensions.cursor:
        return self._connection.cursor()

    def __exit__(self, *_: object) -> None:
        self._connection.close()
