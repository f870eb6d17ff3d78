"""The kill switch is on while the row or the file says so, and nothing but a release turns it off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.services.trading.orders.kill_switch import HALT_FILE, KillSwitch, file_halts, write_halt
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import Halt

NOW = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)
PAPER, OTHER = "DU1234567", "DU7654321"


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    """Stores of an empty database."""
    return Stores(embedded_database)


def test_row_and_file_are_each_enough(tmp_path: Path, stores: Stores) -> None:
    switch = KillSwitch(tmp_path, stores)
    assert switch.reason(PAPER) == ""
    switch.turn_on("ana", "too many orders", NOW)
    assert switch.halts() == [Halt("*", NOW, "ana", "too many orders")]
    assert switch.reason(PAPER) == "ana: too many orders"
    stores.safety.release("*")
    assert switch.reason(PAPER) == "ana: too many orders"
    stores.safety.halt("*", "ben", "again", NOW)
    (tmp_path / HALT_FILE).unlink()
    assert switch.reason(OTHER) == "ben: again"
    assert switch.turn_off() == [Halt("*", NOW, "ben", "again")]
    assert switch.halts() == []


def test_a_second_halt_changes_nothing(tmp_path: Path, stores: Stores) -> None:
    switch = KillSwitch(tmp_path, stores)
    assert switch.turn_on("ana", "first", NOW, PAPER) == switch.turn_on("ben", "second", NOW, PAPER)
    assert switch.reason(PAPER) == "ana: first"


def test_accounts_are_halted_and_released_apart(tmp_path: Path, stores: Stores) -> None:
    switch = KillSwitch(tmp_path, stores)
    switch.turn_on("ana", "mine", NOW, PAPER)
    switch.turn_on("ben", "yours", NOW, OTHER)
    assert [halt.by for halt in switch.turn_off(PAPER)] == ["ana"]
    assert switch.reason(PAPER) == ""
    assert switch.reason(OTHER) == "ben: yours"
    switch.turn_on("eva", "all", NOW)
    assert switch.turn_off(PAPER) == []
    assert switch.reason(PAPER) == "eva: all"


@pytest.mark.parametrize("text", ["", "stop\n", "DU1 yesterday ana: so\n", "\x00\xff", "DU1 2026-99-01T00:00Z a: b\n"])
def test_any_file_of_that_name_halts_everything(tmp_path: Path, stores: Stores, text: str) -> None:
    (tmp_path / HALT_FILE).write_text(text, "latin-1")
    switch = KillSwitch(tmp_path, stores)
    assert switch.reason(PAPER)
    assert switch.turn_off(PAPER) == []
    assert switch.reason(PAPER)
    switch.turn_off()
    assert switch.reason(PAPER) == ""


def test_a_file_that_cannot_be_read_halts(tmp_path: Path) -> None:
    (tmp_path / HALT_FILE).mkdir()
    assert [halt.account for halt in file_halts(tmp_path / HALT_FILE)] == ["*"]


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"\A(\*|[A-Za-z0-9_-]{1,12})\Z"),
            st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year >= 2000),
            st.text(),
            st.text(),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, halts: list[tuple]) -> None:
    file = tmp_path_factory.mktemp("home") / HALT_FILE
    written: dict[str, Halt] = {}
    for halt in halts:
        found = write_halt(file, Halt(*halt))
        assert written.setdefault(found.account, found) == found
    assert file_halts(file) == list(written.values())


@pytest.mark.parametrize("account", ["", "two words", "a\nb", "**"])
def test_no_account_is_called_so(tmp_path: Path, account: str) -> None:
    with pytest.raises(UsageError, match="is no account"):
        write_halt(tmp_path / HALT_FILE, Halt(account, NOW, "ana", "so"))
