"""The daily update: one request a contract that brings today's session and what yesterday's was restated to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import cast

import pandas as pd
import pytest
from sqlalchemy import Connection

from g4qc_core.bars.bar_source import MemorySource
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.extraction.extraction_result import Extraction
from g4qc_core.services.extraction.plan import plan_extraction
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import EQUITY, ES, es_contract, raw_bars
from tests.fixtures.extraction import extract

pytestmark = pytest.mark.integration

CONTRACT = es_contract("202512")
MONTH = EQUITY.sessions(date(2025, 10, 1), date(2025, 10, 31))
AFTER_CLOSE = timedelta(minutes=5)


class Restating(MemorySource):
    """A source with an adjustable clock, whose closes of a session are a tick higher from the evening on."""

    def __init__(self, bars: pd.DataFrame) -> None:
        super().__init__({CONTRACT: bars}, datetime(2025, 10, 1, tzinfo=UTC))
        self._received = bars

    def turn_to(self, now: datetime) -> None:
        restated = self._received["timestamp"] < now - timedelta(hours=4) - timedelta(days=1) / 2
        closes = self._received["close"].where(~restated, self._received["high"])
        self._now, self._bars = now, {CONTRACT: self._received.assign(close=closes)}


def update(source: Restating, stores: Stores) -> Extraction:
    return extract(ES, {CONTRACT: MONTH}, source, stores)


def test_a_daily_update_is_one_request_that_brings_the_last_two_sessions(embedded_database: Database) -> None:
    stores = Stores(embedded_database)
    stores.contracts.merge([CONTRACT], MONTH[0].open)
    source = Restating(raw_bars("202512", MONTH, share=0.5)[list(RAW_COLUMNS)])
    source.turn_to(MONTH[4].close + AFTER_CLOSE)
    assert update(source, stores).requests == 1
    for yesterday, today in pairwise(MONTH[4:]):
        source.turn_to(today.close + AFTER_CLOSE)
        done = update(source, stores)
        assert [(r.start, r.end) for r in done.plan.requests] == [(yesterday.open, today.close)]
        assert done.revised > 0
        assert done.inserted > 0
        assert update(source, stores).requests == 0
    source.turn_to(MONTH[-1].close + timedelta(days=2))
    assert update(source, stores).requests == 1
    assert update(source, stores).requests == 0
    stored = stores.raw.bars("ES", MONTH[0].open, MONTH[-1].close, "202512").drop(columns="contract")
    pd.testing.assert_frame_equal(stored, source._bars[CONTRACT].reset_index(drop=True))


class Counted(Database):
    """A database that counts its statements."""

    asked = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self.asked += 1
        with super().transaction() as connection:
            yield connection


def settled(contract: Contract, stores: Stores) -> None:
    """A ledger with one request for every session of the month except the last."""
    for session in MONTH[:-1]:
        window = (contract.symbol, contract.month, "1min", session.open, session.close)
        answered_at = session.close + timedelta(days=1)
        stores.ledger.record(LedgerEntry(*window, Outcome.DATA, answered_at, 1, bars=0, whole=True))


@pytest.mark.parametrize("number", [1, 4])
def test_planning_asks_the_database_no_more_for_many_contracts_than_for_one_and_reads_no_bar(
    embedded_database: Database, number: int
) -> None:
    stores = Stores(embedded_database)
    contracts = [replace(CONTRACT, month=f"2025{month:02d}", con_id=month) for month in range(12, 12 - number, -1)]
    stores.contracts.merge(contracts, MONTH[0].open)
    for contract in contracts:
        settled(contract, stores)
    counted = Counted(embedded_database.url)
    unreadable = Stores(counted)
    unreadable.raw, unreadable.bars = cast("RawStore", None), cast("BarStore", None)
    plan = plan_extraction(ES, dict.fromkeys(contracts, MONTH), unreadable, MONTH[-1].close + AFTER_CLOSE)
    counted.close()
    assert len(plan.requests) == number
    assert counted.asked == 4
