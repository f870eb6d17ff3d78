"""Waits for locks of other processes have a limit."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.errors import DatabaseUnavailable, TransientError
from g4qc_core.files import alone_with
from g4qc_core.ib.pacing_limits import IB_RULES
from g4qc_core.pacing.port import Slot
from g4qc_core.pacing.rules import PacedKind, PacedRequest
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.named_locks import NamedLocks

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def test_a_month_that_another_process_holds_is_given_up_in_one_sentence(database: Database) -> None:
    waiting = Database(database.url, lock_seconds=1)
    with NamedLocks(database).hold("ES|2026-10-01"):
        with pytest.raises(DatabaseUnavailable, match="held a lock"), NamedLocks(waiting).hold("ES|2026-10-01"):
            pass
        with NamedLocks(waiting).hold("NQ|2026-10-01"):
            pass
    with NamedLocks(waiting).hold("ES|2026-10-01"):
        pass
    waiting.close()


def test_a_file_that_another_process_writes_is_given_up_in_one_sentence(tmp_path: Path) -> None:
    held = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(TransientError, match="has been writing in"), alone_with(tmp_path / "mine.toml", 0.1):
        pass
    os.close(held)
    with alone_with(tmp_path / "mine.toml", 0.1):
        pass


def history(database: Database, at: datetime, now: datetime) -> tuple[PacingStore, PacedRequest]:
    """A pacer whose clock is at `now`, after the largest number of open requests was sent at another instant."""
    clock = [at]
    pacer = PacingStore(database, IB_RULES, clock=lambda: clock[0])
    request = PacedRequest("DU1", PacedKind.LARGE, "ES 202612", "", 1)
    for number in range(60):
        made = PacedRequest("DU1", PacedKind.LARGE, "ES 202612", f"{number}", 1)
        if not isinstance(pacer.attempt(made), Slot):
            break
    clock[0] = now
    return pacer, request


def test_requests_that_a_wrong_clock_dated_hold_nobody_up(embedded_database: Database) -> None:
    pacer, request = history(embedded_database, NOW + timedelta(days=730), NOW)
    with pacer:
        assert isinstance(pacer.attempt(request), Slot)


def test_a_process_that_stands_still_with_requests_open_holds_nobody_up_for_ever(embedded_database: Database) -> None:
    pacer, request = history(embedded_database, NOW, NOW + timedelta(hours=1))
    with pacer:
        assert isinstance(pacer.attempt(request), Slot)
