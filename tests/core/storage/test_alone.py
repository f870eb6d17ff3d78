"""A block that two processes enter one after the other, so that neither writes what the other made outdated."""

from __future__ import annotations

import threading

import pytest

from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.server.database import Database
from tests.core.storage.frames import END, START, market_bars

PATIENCE = 20.0


def other_store(database: Database) -> BarStore:
    return BarStore(Database(database.url))


def test_the_second_to_come_waits_for_the_first_to_leave(database: Database) -> None:
    first, second = BarStore(database), other_store(database)
    entered, seen = threading.Event(), []

    def come() -> None:
        with second.alone("ES|2024-01-01"):
            seen.append(len(second.bars("ES", "1min", START, END)))
            entered.set()

    with first.alone("ES|2024-01-01"):
        waiting = threading.Thread(target=come, daemon=True)
        waiting.start()
        bars = market_bars(3)
        first.replace_bars("ES", "1min", START, END, bars)
        assert not entered.is_set()
    assert entered.wait(PATIENCE)
    waiting.join(PATIENCE)
    assert seen == [len(bars)]


def test_another_name_does_not_wait(database: Database) -> None:
    with BarStore(database).alone("ES|2024-01-01"), other_store(database).alone("NQ|2024-01-01"):
        pass


def test_an_error_leaves_the_block(database: Database) -> None:
    with pytest.raises(RuntimeError), BarStore(database).alone("ES|2024-01-01"):
        raise RuntimeError
    with other_store(database).alone("ES|2024-01-01"):
        pass
