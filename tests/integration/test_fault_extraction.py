"""After faults and a further extraction, only the ledger differs from that of an extraction without faults."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import URL, text

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.errors import G4qcError
from g4qc_core.gateway.faults.fault_script import KINDS, FaultScript
from g4qc_core.gateway.faults.order_faults import ORDER_FAULTS
from g4qc_core.gateway.faults.stream_faults import STREAM_FAULTS
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.extraction.extraction_result import Extraction
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import metadata
from g4qc_pipelines.resources import Stores
from tests.fixtures.extraction import extract
from tests.fixtures.gateway import NOW

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]
DEADLINE = 1.0
WATCHDOG = 30.0
"""By then even a slow machine has got past every fault, seconds."""

SESSIONS = calendar(ES.calendar).sessions(NOW.date() - timedelta(days=24), NOW.date() - timedelta(days=4))
"""Fifteen sessions: three requests."""

BARS = (
    "SELECT timestamp, contract, open, high, low, close, volume, wap, count FROM raw_bars ORDER BY contract, timestamp"
)


@dataclass(frozen=True)
class Case:
    """A fault at the second request for bars, and what the ledger may call that request."""

    outcomes: str
    fields: str = ""


CASES = {
    "close": Case("disconnected", "after_bytes = 20_000"),
    "mute": Case("disconnected timeout", "after_bytes = 20_000"),
    "half_open": Case("disconnected timeout"),
    "stall": Case("data", "seconds = 0.1"),
    "late": Case("timeout", f"seconds = {DEADLINE * 2}"),
    "unanswered": Case("timeout"),
    "error": Case("no_permission", 'code = 354\ntext = "Los datos de mercado no estan suscritos"'),
    "pacing": Case("pacing"),
    "no_data": Case("no_data"),
    "cancelled": Case("cancelled"),
    "maintenance": Case("no_definition"),
    "too_fast": Case("pacing"),
    "spanish": Case("data"),
    "garbled": Case("unreadable"),
    "market_farm_down": Case("data", "seconds = 0.1"),
    "doubled_bars": Case("data", "bars = 30"),
    "overlapping_bars": Case("data", "bars = 300"),
    "announce": Case("cancelled", "code = 1101"),
    "disconnect": Case("disconnected"),
    "restart": Case("disconnected", "seconds = 0.1"),
    "servers_lost": Case("timeout disconnected", f"seconds = {DEADLINE * 2}"),
    "farm_down": Case("timeout", f"seconds = {DEADLINE * 2}"),
}

ELSEWHERE = {"id_in_use", "head_text", "expiry_zone", "flat_bars", "unreadable_bars", *STREAM_FAULTS, *ORDER_FAULTS}
"""Tried elsewhere: what no request for bars can meet, flat bars, which validation finds, question marks."""


class Counted:
    """A source that passes everything on, and counts the requests for bars."""

    def __init__(self, source: IbSource) -> None:
        self._source = source
        self.asked: list[BarRequest] = []

    def bars(self, request: BarRequest) -> pd.DataFrame:
        self.asked.append(request)
        return self._source.bars(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def connected(gateway: SimulatedGateway) -> IbSource:
    return IbSource("127.0.0.1", gateway.port, 11, DEADLINE, DEADLINE, client_id_pauses=())


def run(source: Any, stores: Stores) -> Extraction:
    """One extraction of the front contract's sessions."""
    front = next(c for c in source.chain(ES) if c.last_trade_at > NOW)
    wanted: dict[Any, list[Session]] = {front: SESSIONS}
    return extract(ES, wanted, source, stores)


def attempt(source: Any, stores: Stores) -> Extraction | None:
    """One extraction; None where it failed, as it may, with a typed error."""
    try:
        return run(source, stores)
    except G4qcError:
        return None


def stored(database: Database) -> pd.DataFrame:
    with database.transaction() as connection:
        return pd.read_sql(text(BARS), connection)


def ledger(database: Database) -> pd.DataFrame:
    with database.transaction() as connection:
        return pd.read_sql(text("SELECT * FROM ib_requests ORDER BY id"), connection)


@pytest.fixture(scope="module")
def undisturbed(embedded_migrated: URL, simulated_gateway: SimulatedGateway) -> pd.DataFrame:
    """The bars that an extraction leaves where nothing goes wrong."""
    database = Database(embedded_migrated)
    with connected(simulated_gateway) as source:
        done = run(source, Stores(database))
    assert done.requests == 3
    bars = stored(database)
    with database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    database.close()
    return bars


def test_every_fault_that_a_request_for_bars_can_meet_is_tried() -> None:
    assert set(KINDS) - set(CASES) == ELSEWHERE


@pytest.mark.parametrize("kind", CASES)
def test_after_a_fault_extraction_ends_in_the_bars_of_an_undisturbed_one_and_a_true_ledger(
    kind: str,
    undisturbed: pd.DataFrame,
    embedded_database: Database,
    make_gateway: Callable[..., SimulatedGateway],
) -> None:
    case = CASES[kind]
    script = f'do = "{kind}"\non = "history"\nnth = 2\n{case.fields}'
    entries = extract_through(script, undisturbed, embedded_database, make_gateway)
    assert entries["outcome"].iloc[0] == "data"
    assert entries["outcome"].iloc[1] in case.outcomes.split(), entries["message"].iloc[1]


# The second request for the time comes before the first request for bars, the third before the second.
@pytest.mark.parametrize("nth", [2, 3])
@pytest.mark.parametrize("kind", ["close", "half_open", "late", "too_fast", "restart", "servers_lost"])
def test_after_a_fault_between_requests_nothing_is_missing_and_nothing_is_asked_twice(
    kind: str,
    nth: int,
    undisturbed: pd.DataFrame,
    embedded_database: Database,
    make_gateway: Callable[..., SimulatedGateway],
) -> None:
    fields = CASES[kind].fields.replace("after_bytes = 20_000", "after_bytes = 6")
    script = f'do = "{kind}"\non = "time"\nnth = {nth}\n{fields}'
    extract_through(script, undisturbed, embedded_database, make_gateway)


def extract_through(
    fault: str, undisturbed: pd.DataFrame, database: Database, make_gateway: Callable[..., SimulatedGateway]
) -> pd.DataFrame:
    """Extract repeatedly until nothing is missing; return the ledger, which has every request."""
    stores = Stores(database)
    with connected(make_gateway(script=FaultScript.parse(f"[[fault]]\n{fault}\n"))) as ib:
        source = Counted(ib)
        give_up = time.monotonic() + WATCHDOG
        while (done := attempt(source, stores)) is None or done.requests:
            assert time.monotonic() < give_up
            time.sleep(0.02)
    entries = ledger(database)
    pd.testing.assert_frame_equal(stored(database), undisturbed)
    assert len(entries) == len(source.asked)
    assert entries["outcome"].iloc[-1] == "data"
    # Answered sessions are never requested again.
    answered = entries[entries["outcome"] == "data"]
    assert len(answered) == 3
    assert answered["window_start"].is_unique
    failed = entries[~entries["outcome"].isin(["data", "no_data"])]
    assert (failed["bars"] == 0).all()
    assert failed["message"].str.len().gt(0).all()
    return entries


def test_flat_bars_are_kept_as_received_and_end_in_quarantine(
    embedded_database: Database, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    count = ES.flat_minutes
    script = FaultScript.parse(f'[[fault]]\ndo = "flat_bars"\nnth = 2\nbars = {count}\n')
    stores = Stores(embedded_database)
    with connected(make_gateway(script=script)) as source:
        run(source, stores)
        contracts = {contract.month: contract for contract in source.chain(ES)}
    raw = stores.raw.bars(ES.symbol, SESSIONS[0].open, SESSIONS[-1].close)
    flat = raw[(raw["volume"] == 0) & (raw["high"] == raw["low"])]
    assert len(flat) == count
    quarantined = validate(raw, ES, contracts, calendar(ES.calendar)).quarantined
    assert set(flat["timestamp"]) <= set(quarantined["timestamp"])
