"""Processes that want the same client id at the same gateway come one after another; over the real wire."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack

import pytest

from g4qc_core.errors import ClientIdInUse
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.client_ids import client_id_held
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import CLIENT_IDS, SessionLock
from tests.fixtures.home import Home

DAYS = ("2026-11-16", "2026-11-17")


def heard(child: subprocess.Popen[str], words: str) -> str:
    """The error stream up to a line with these words."""
    assert child.stderr is not None
    lines: list[str] = []
    for line in child.stderr:
        lines.append(line)
        if words in line:
            return line
    raise AssertionError("".join(lines))


def test_extractions_under_one_client_id_come_one_after_another(
    home: Home, simulated_gateway: SimulatedGateway
) -> None:
    database = Database(home.database)
    first = SessionLock.named(database, CLIENT_IDS, f"11 at localhost:{simulated_gateway.port}")
    assert first.take()
    with ExitStack() as stack:
        window = [("extract", "ES", "--from", day, "--to", day) for day in DAYS]
        children = [stack.enter_context(home.started(*arguments)) for arguments in window]
        for child in children:
            assert f"127.0.0.1:{simulated_gateway.port}: waiting" in heard(child, "Another G4QC process")
        first.release()
        ends = [child.communicate() for child in children]
    database.close()
    assert [child.returncode for child in children] == [0, 0], ends
    for day, (output, _) in zip(DAYS, ends, strict=True):
        assert f"ES, trade dates {day} to {day}: 1 session," in output


def test_a_patience_that_ends_is_an_error_that_says_what_to_set(embedded_database: Database) -> None:
    told: list[str] = []
    naps: list[float] = []

    def held(patience: float, host: str = "127.0.0.1", client_id: int = 11) -> ExitStack:
        stack = ExitStack()
        address = (host, 4002)
        stack.enter_context(
            client_id_held(embedded_database, address, client_id, patience, told.append, sleep=naps.append)
        )
        return stack

    with held(0):
        with pytest.raises(ClientIdInUse, match=r"within 90 s: wait for it, set G4QC_IB_CLIENT_ID to another"):
            held(90, "localhost")
        assert told == [
            "Another G4QC process uses client id 11 at localhost:4002: waiting for it, up to 90 s more.",
            "Another G4QC process uses client id 11 at localhost:4002: waiting for it, up to 30 s more.",
        ]
        assert sum(naps) == 90
        held(0, client_id=12).close()
        held(0, host="elsewhere").close()
    held(0).close()
