"""A database: its address, its SQLAlchemy engine, and the driver's errors translated into G4QC's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import psycopg2
from psycopg2 import errorcodes
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from g4qc_core.errors import DatabaseRefused, DatabaseUnavailable, G4qcError, SettingsError
from g4qc_core.settings import Settings
from g4qc_core.storage.server.embedded import embedded_server

# Every wait ends, even if the server is missing or the network drops all packets.
_LIMITS = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
# Longer than any write or any month takes; a stalled process does not block others forever.
_LOCK_SECONDS = 600
_SCHEMES = ("postgres", "postgresql", "postgresql+psycopg2")
_BARS = "G4QC_DATABASE_URL"
_DAGSTER = "G4QC_DAGSTER_DATABASE_URL"
_REFUSALS = (
    "password",
    "authentication",
    "does not exist",
    "permission denied",
    "pg_hba.conf",
    "no encryption",
)
_FULL = (errorcodes.DISK_FULL, "58030")  # and an I/O error
_GONE = ("08", "53", "57")  # classes: connection, resources, operator intervention


Guard = Callable[[Connection], None]
"""Called before a commit, in the transaction; raises to prevent it."""


class Database:
    """One database and its engine; every session runs in UTC.

    No query is compiled: with many chunks, plans look costly, and compiling them takes seconds where they take
    milliseconds.

    Args:
        url: with the scheme `postgresql+psycopg2`.
        setting: name of the setting to change, for error messages.
        statement_seconds: time limit of a statement; None: no limit.
        lock_seconds: time limit for waiting for a lock of another process.
    """

    def __init__(
        self,
        url: URL,
        setting: str = _BARS,
        statement_seconds: int | None = None,
        lock_seconds: int = _LOCK_SECONDS,
    ) -> None:
        self.url = url
        self.setting = setting
        self._guards: tuple[Guard, ...] = ()
        limit = f" -c statement_timeout={statement_seconds}s" if statement_seconds else ""
        self.engine: Engine = create_engine(
            url,
            pool_pre_ping=True,
            connect_args={
                "options": f"-c timezone=UTC -c jit=off -c lock_timeout={lock_seconds}s{limit}",
                "application_name": "g4qc",
                **_LIMITS,
            },
        )
        event.listen(self.engine, "commit", self._ask_guards)

    def __repr__(self) -> str:
        return f"Database({self.url!r})"

    @property
    def place(self) -> str:
        """Name and address for messages, without user and password."""
        return f"'{self.url.database}' at {_address(self.url)}"

    @cached_property
    def has_timescale(self) -> bool:
        """True if this database has the TimescaleDB extension."""
        with self.transaction() as connection:
            found = connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'"))
            return found.first() is not None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection in one transaction: committed at the end, rolled back on any error.

        Raises:
            DatabaseUnavailable: no server answers, or it went away.
            DatabaseRefused: the server refuses the connection or the statement.
        """
        with self.translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Translate the driver's errors in the block into G4QC's errors if they are about the server."""
        try:
            yield
        except PoolTimeout:
            address = _address(self.url)
            raise DatabaseUnavailable(f"Every connection to the database at {address} is busy: try again.") from None
        except (DBAPIError, psycopg2.Error) as error:
            driver = error.orig if isinstance(error, DBAPIError) else error
            ours = _ours(driver, self.url, self.setting) if isinstance(driver, psycopg2.Error) else None
            if ours is None:
                raise
            raise ours from None

    @contextmanager
    def guarded(self, guard: Guard) -> Iterator[None]:
        """Call the guard before each commit within the block, in the transaction; what it raises rolls that back."""
        # Other threads commit meanwhile: the tuple is replaced, never changed.
        self._guards = (*self._guards, guard)
        try:
            yield
        finally:
            self._guards = tuple(one for one in self._guards if one is not guard)

    def _ask_guards(self, connection: Connection) -> None:
        for guard in self._guards:
            guard(connection)

    def check(self) -> None:
        """Connect once, and raise the errors of `transaction` if the database cannot be used."""
        with self.transaction() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close the connections of the pool."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Return the database of the bars, reachable: the settings' one, or an embedded one that is started if necessary.

    Synthetic and real bars have embedded databases with different names. The schema is not checked; see
    `migrations.make_ready`.

    Raises:
        SettingsError: the URL is malformed, or the folder of the embedded server cannot be used.
        DatabaseUnavailable, DatabaseRefused: see `Database.transaction`.
    """
    if settings.database_url is None:
        name = "g4qc_simulated" if settings.simulated else "g4qc"
        return Database(embedded_server(settings.home).url(name), "G4QC_HOME")
    database = Database(parse_url(settings.database_url.get_secret_value(), _BARS))
    database.check()
    return database


def bars_url(settings: Settings) -> str:
    """Return the address of the database of the bars, with the password; raises as `open_database`."""
    database = open_database(settings)
    database.close()
    return database.url.render_as_string(hide_password=False)


def dagster_url(settings: Settings) -> str:
    """Return the address of Dagster's database, with the password: the settings' one, or one next to the bars'.

    The latter has the name of the bars' database with the suffix `_dagster` and is created if it is missing. Its
    commits do not wait for the disk: after a crash, Dagster may forget the events of the last moment.

    Raises:
        SettingsError, DatabaseUnavailable: see `open_database`.
        DatabaseRefused: see `open_database`; or the database is missing and the user may not create it.
    """
    if settings.dagster_database_url is not None:
        url = parse_url(settings.dagster_database_url.get_secret_value(), _DAGSTER)
        Database(url, _DAGSTER).check()
        return url.render_as_string(hide_password=False)
    bars = open_database(settings)
    url = database_beside(bars)
    bars.close()
    return url.render_as_string(hide_password=False)


def database_beside(bars: Database) -> URL:
    """Return the address of Dagster's database next to that of the bars, which is created if it is missing.

    Raises:
        DatabaseUnavailable, DatabaseRefused: see `dagster_url`.
    """
    url = bars.url.set(database=f"{bars.url.database}_dagster")
    _create_beside(bars, str(url.database))
    return url


def with_limits(address: str) -> str:
    """Return the address of a database, with a time limit for each wait that has none in the address."""
    url = make_url(address)
    limits = {name: value for name, value in _LIMITS.items() if name not in url.query}
    return url.update_query_dict(limits).render_as_string(hide_password=False)


def parse_url(given: str, setting: str) -> URL:
    """Return the URL with the psycopg2 driver.

    Args:
        given: the URL.
        setting: name of its setting, for the message.

    Raises:
        SettingsError: it is no PostgreSQL URL or names no database; the message does not repeat the password.
    """
    example = f"{setting} must look like postgresql://user:password@host:5432/database"
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise SettingsError(f"{example}.") from None
    if url.drivername not in _SCHEMES:
        raise SettingsError(f"{example}; it begins with '{url.drivername}'.")
    if not url.database:
        raise SettingsError(f"{example}; it names no database.")
    return url.set(drivername="postgresql+psycopg2")


def _create_beside(bars: Database, name: str) -> None:
    with (
        bars.translated(),
        bars.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        if connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name}).first():
            return
        quoted = bars.engine.dialect.identifier_preparer.quote(name)
        try:
            connection.execute(text(f"CREATE DATABASE {quoted}"))
            connection.execute(text(f"ALTER DATABASE {quoted} SET synchronous_commit = off"))
        except DBAPIError as error:
            code = getattr(error.orig, "pgcode", None)
            if code in (errorcodes.DUPLICATE_DATABASE, errorcodes.UNIQUE_VIOLATION):
                return  # another process was quicker
            if code == errorcodes.INSUFFICIENT_PRIVILEGE:
                raise DatabaseRefused(
                    f"Dagster's database '{name}' is missing at {_address(bars.url)} and this user may not "
                    f"make it: make it, or set {_DAGSTER}."
                ) from None
            raise


def _ours(error: psycopg2.Error, url: URL, setting: str) -> G4qcError | None:
    address, reason = _address(url), _first_line(error)
    code = error.pgcode or ""
    if code == errorcodes.UNDEFINED_TABLE or code == errorcodes.UNDEFINED_COLUMN:
        return DatabaseRefused(f"The database at {address} lacks part of the schema: run `g4qc db upgrade`.")
    if code == errorcodes.DEPENDENT_OBJECTS_STILL_EXIST:
        detail = str(error.diag.message_detail or reason).splitlines()[0]
        return DatabaseRefused(
            f"The schema of the database at {address} was not changed, because something of your own needs it ({detail}"
            "): drop that, upgrade, and make it again."
        )
    if code == errorcodes.INSUFFICIENT_PRIVILEGE:
        return DatabaseRefused(f"The database at {address} refuses: {reason}. Check the user in {setting}.")
    if code == errorcodes.LOCK_NOT_AVAILABLE:
        return DatabaseUnavailable(
            f"Another process has held a lock of the database at {address} for too long: end the one that stands "
            "still, and try again."
        )
    if code == errorcodes.QUERY_CANCELED:
        return DatabaseUnavailable(f"The database at {address} took too long: ask for less at once, or try again.")
    if code in _FULL:
        return DatabaseUnavailable(
            f"The disk of the database at {address} is full or fails ({reason}): free some space there, then run it "
            "again; what was under way was not stored."
        )
    if isinstance(error, psycopg2.InterfaceError) or code[:2] in _GONE:
        return DatabaseUnavailable(f"The database at {address} went away: {reason}. Check {setting}.")
    if code or not isinstance(error, psycopg2.OperationalError):
        return None
    # Errors of connecting have no code. A refusal comes from the server; otherwise the server is missing.
    if "FATAL" in str(error) and any(word in reason for word in _REFUSALS):
        return DatabaseRefused(f"The database at {address} refuses: {reason}. Check {setting}.")
    return DatabaseUnavailable(f"No database answers at {address}: {reason}. Check {setting}.")


def _first_line(error: psycopg2.Error) -> str:
    line = (str(error).strip().splitlines() or ["no reason given"])[0]
    for mark in ("FATAL:", "failed:", "ERROR:"):
        line = line.split(mark)[-1].strip()
    return line.rstrip(".")


def _address(url: URL) -> str:
    host: Any = url.host or url.query.get("host") or "localhost"
    return f"the socket in {host}" if str(host).startswith("/") else f"{host}:{url.port or 5432}"
