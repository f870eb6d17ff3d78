"""Each obstacle to a database ends in one sentence that names the address and the setting, not the password."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text

from g4qc_core.errors import DatabaseRefused, DatabaseUnavailable, PermanentError, SettingsError, TransientError
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database, dagster_url, open_database, parse_url

PASSWORD = "hunter2"


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that is in use and where no server answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    """A user who may log in and nothing else."""
    name = f"role_{uuid4().hex}"
    with database.transaction() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"))
    yield name
    with database.transaction() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))


def _settings(url: str, dagster: str | None = None, home: Path = Path("/nowhere")) -> Settings:
    given = {"database_url": SecretStr(url), "dagster_database_url": dagster and SecretStr(dagster)}
    return Settings(_env_file=None, home=home, **given)  # type: ignore[call-arg,arg-type]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_the_scheme_is_one(scheme: str) -> None:
    url = parse_url(f"{scheme}://jo:{PASSWORD}@host:5433/bars", "G4QC_DATABASE_URL")
    assert url.render_as_string(hide_password=False) == f"postgresql+psycopg2://jo:{PASSWORD}@host:5433/bars"


@pytest.mark.parametrize(
    "wrong", [f"mysql://jo:{PASSWORD}@host/bars", f"jo:{PASSWORD}", f"postgresql://jo:{PASSWORD}@host:x/bars", ""]
)
def test_what_is_no_url_is_said_without_repeating_it(wrong: str) -> None:
    with pytest.raises(SettingsError, match="G4QC_DATABASE_URL must look like") as refused:
        parse_url(wrong, "G4QC_DATABASE_URL")
    assert PASSWORD not in str(refused.value)


def test_a_url_without_a_database_is_refused() -> None:
    with pytest.raises(SettingsError, match="names no database"):
        parse_url("postgresql://host", "G4QC_DATABASE_URL")


def test_the_password_shows_nowhere(database: Database, reopen: Callable[..., Database]) -> None:
    other = reopen(password=PASSWORD)
    assert PASSWORD not in repr(other)
    assert PASSWORD not in other.place


def test_no_server_is_transient_and_names_host_and_port(nobody: int) -> None:
    with pytest.raises(DatabaseUnavailable, match=rf"127.0.0.1:{nobody}.*G4QC_DATABASE_URL") as gone:
        open_database(_settings(f"postgresql://jo:{PASSWORD}@127.0.0.1:{nobody}/bars"))
    assert isinstance(gone.value, TransientError)
    assert PASSWORD not in str(gone.value)
    assert "\n" not in str(gone.value)


def test_a_host_that_has_no_address_is_transient() -> None:
    with pytest.raises(DatabaseUnavailable, match=r"nowhere.invalid:5432"):
        open_database(_settings("postgresql://jo@nowhere.invalid/bars"))


def test_an_unknown_database_is_refused(database: Database) -> None:
    url = database.url.set(database="no_such").render_as_string(hide_password=False)
    with pytest.raises(DatabaseRefused, match=r'"no_such" does not exist.*G4QC_DATABASE_URL') as refused:
        open_database(_settings(url))
    assert isinstance(refused.value, PermanentError)


def test_an_unknown_user_is_refused(database: Database) -> None:
    url = database.url.set(username="no_such", password=PASSWORD).render_as_string(hide_password=False)
    with pytest.raises(DatabaseRefused, match=r"no_such.*G4QC_DATABASE_URL") as refused:
        open_database(_settings(url))
    assert PASSWORD not in str(refused.value)


def test_a_wrong_password_is_refused(password_server: str) -> None:
    wrong = make_url(password_server).set(password=PASSWORD).render_as_string(hide_password=False)
    with pytest.raises(DatabaseRefused, match=r"password authentication failed.*G4QC_DATABASE_URL") as refused:
        open_database(_settings(wrong))
    assert PASSWORD not in str(refused.value)
    open_database(_settings(password_server)).close()


def test_missing_privileges_are_refused(database: Database, reopen: Callable[..., Database], role: str) -> None:
    limited = reopen(username=role, password=PASSWORD)
    with pytest.raises(DatabaseRefused, match="permission denied for table contracts"), limited.transaction() as c:
        c.execute(text("SELECT * FROM contracts"))


def test_dagsters_database_is_made_beside_the_bars(database_url: str) -> None:
    url = dagster_url(_settings(database_url))
    assert dagster_url(_settings(database_url)) == url
    assert url.startswith("postgresql+psycopg2://")
    dagster = Database(make_url(url))
    assert dagster.url.database == f"{make_url(database_url).database}_dagster"
    with dagster.transaction() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "off"
    dagster.close()
    bars = open_database(_settings(database_url))
    with bars.transaction() as connection:
        assert connection.scalar(text("SHOW server_version_num")) is not None
    bars.close()


def test_dagsters_database_is_the_one_of_the_settings(database_url: str) -> None:
    assert dagster_url(_settings("postgresql://127.0.0.1:1/none", database_url)) == database_url


def test_who_may_not_make_dagsters_database_is_told_so(database: Database, role: str) -> None:
    url = database.url.set(username=role, password=PASSWORD).render_as_string(hide_password=False)
    with pytest.raises(DatabaseRefused, match="G4QC_DAGSTER_DATABASE_URL"):
        dagster_url(_settings(url))


def test_sessions_run_in_utc(database: Database) -> None:
    with database.transaction() as connection:
        assert connection.scalar(text("SHOW timezone")) == "UTC"
