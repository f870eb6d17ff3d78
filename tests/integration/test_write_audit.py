"""The audit of the drill sees a write without a right, and one under a right that another process has taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from g4qc_core.errors import RightLost
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.write_rights import WriteRights
from tests.drill import write_audit
from tests.drill.write_audit import Note, judged
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

_WRITE = (
    "INSERT INTO session_quality SELECT * FROM session_quality WHERE false",
    "INSERT INTO rolls SELECT * FROM rolls WHERE false",
)


@pytest.fixture
def database(make_home: Callable[..., Home]) -> Iterator[Database]:
    database = Database(make_home().database)
    write_audit.begin(database.url)
    yield database
    database.close()


def write(database: Database) -> None:
    with database.transaction() as connection:
        for statement in _WRITE:
            connection.execute(text(statement))


def test_writes_under_a_right_are_counted_and_others_are_wrong(database: Database) -> None:
    rights = WriteRights(database)
    with rights.held_for_step("run", "step"):
        write(database)
        write(database)
    found = write_audit.verdict(database.url)
    assert (found.wrong, found.taken_again) == ([], 0)
    # The right of the run and the one of the step are held each time.
    assert found.writes == 4
    write(database)
    assert write_audit.verdict(database.url).wrong == ["a transaction that wrote session_quality held no right"]


def test_a_process_whose_step_was_given_to_another_one_writes_nothing(database: Database) -> None:
    other = Database(database.url)
    with (
        pytest.raises(RightLost),
        WriteRights(database).held_for_step("run", "step"),
        WriteRights(other).held_for_step("run", "step"),
    ):
        write(database)
    other.close()
    found = write_audit.verdict(database.url)
    assert (found.writes, found.taken_again, found.wrong) == (0, 1, [])


def test_a_write_under_an_old_token_or_an_ended_right_is_wrong() -> None:
    taken = [Note("take", "run", 0), Note("take", "run/step", 1)]
    written = Note("write", "run/step", 1)
    assert judged([*taken, written]).wrong == []
    assert judged([*taken, Note("take", "run/step", 2), written]).wrong == [
        "run/step was written under 1, and 2 was taken"
    ]
    assert judged([*taken, Note("end", "run", 0), written]).wrong == ["run/step had ended"]
