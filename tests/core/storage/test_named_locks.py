"""A block that two processes enter one after the other, so that neither writes what the other made outdated."""

from __future__ import annotations

import threading

import pytest

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.storage.frames import END, START, market_bars

PATIENCE = 20.0


def elsewhere(database: Database) -> Stores:
    return Stores(Database(database.url))


def test_the_second_to_come_waits_for_the_first_to_leave(database: Database) -> None:
    first, second = Stores(database), elsewhere(database)
    entered, seen = threading.Event(), []

    def come() -> None:
        with second.locks.hold("ES|2024-01-01"):
            seen.append(len(second.bars.bars("ES", "1min", START, END)))
            entered.set()

    with first.locks.hold("ES|2024-01-01"):
        waiting = threading.Thread(target=come, daemon=True)
        waiting.start()
        bars = market_bars(3)
        first.bars.replace_bars("ES", "1min", START, END, bars)
        assert not entered.is_set()
    assert entered.wait(PATIENCE)
    waiting.join(PATIENCE)
    assert seen == [len(bars)]


def test_another_name_does_not_wait(database: Database) -> None:
    with Stores(database).locks.hold("ES|2024-01-01"), elsewhere(database).locks.hold("NQ|2024-01-01"):
        pass


def test_an_error_leaves_the_block(database: Database) -> None:
    with pytest.raises(RuntimeError), Stores(database).locks.hold("ES|2024-01-01"):
        raise RuntimeError
    with elsewhere(database).locks.hold("ES|2024-01-01"):
        pass
