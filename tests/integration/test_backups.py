"""Backups of a whole home by the commands: made, listed, restored, and compared table by table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.fixtures.home import Home

pytestmark = pytest.mark.integration


def document(home: Home, *arguments: str) -> dict[str, Any]:
    """Run a command with --json."""
    done = home.run(*arguments, "--json")
    assert done.code == 0, done.errors
    return dict(json.loads(done.text))


def content(home: Home, suffix: str = "") -> dict[str, list[str]]:
    """All rows of all tables of a database as sorted texts, without what belongs to the server alone."""
    engine = create_engine(home.database.set(database=f"{home.database.database}{suffix}"))
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        found = {
            name: sorted(connection.scalars(text(f'SELECT t::text FROM "{name}" t')).all())
            for name in names
            if name != "bar_writes"
        }
    engine.dispose()
    return found


def indices(home: Home, suffix: str = "") -> set[str]:
    engine = create_engine(home.database.set(database=f"{home.database.database}{suffix}"))
    with engine.connect() as connection:
        made = set(connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")).all())
        made |= set(
            connection.scalars(
                text("SELECT conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint "
                     "WHERE connamespace = 'public'::regnamespace")
            ).all()
        )  # fmt: skip
    engine.dispose()
    return made


def test_a_home_is_backed_up_and_restored_equal_table_by_table(
    full_home: Home, make_home: Callable[..., Home], tmp_path: Path
) -> None:
    reports = full_home.folder / "reports"
    reports.mkdir(exist_ok=True)
    (reports / "one.html").write_text("a report")
    made = document(full_home, "db", "backup", str(tmp_path))
    assert [one["role"] for one in made["contents"]] == ["bars", "dagster"]
    assert made["contents"][0]["tables"]["contracts"] > 0
    assert made["own_files"]["reports"] == len(list(reports.iterdir()))
    new = make_home()
    done = document(new, "db", "restore", str(tmp_path))
    assert done["backup"] == made["backup"]
    for suffix in ("", "_dagster"):
        assert content(new, suffix) == content(full_home, suffix)
        assert indices(new, suffix) == indices(full_home, suffix)
    assert (new.folder / "reports" / "one.html").read_text() == "a report"
    assert new.run("status").code == 0


def test_what_is_stored_is_what_comes_out(full_home: Home) -> None:
    found = document(full_home, "db", "verify")
    assert found["months"] == 1
    assert found["findings"] == []
