"""Kept pages of bars are those that would be read now, whatever is written in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from g4qc_core.api.bar_encoding import BarFormat
from g4qc_core.api.bar_pages import BarPages, read_page
from g4qc_core.api.bar_request import SeriesRequest
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import G4qcError
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import TIMEFRAMES
from tests.core.bars.builders import EQUITY, ES, es_contract, good_bars, raw_bars
from tests.fixtures.tampering import tamper

OLD, NEW = es_contract("202509"), es_contract("202512")
MONTHS = (date(2025, 9, 1), date(2025, 10, 1))
SESSIONS = EQUITY.sessions(date(2025, 9, 3), date(2025, 10, 3))
LAST = SESSIONS[-1]
RULE = "days_before_expiry(8)"


@dataclass
class World:
    """Stored bars, pages of them that are kept, and a clock."""

    stores: Stores
    pages: BarPages
    now: datetime = LAST.close + timedelta(hours=1)

    def kept(self, asked: SeriesRequest, form: BarFormat) -> Any:
        return _outcome(lambda: self.pages.page(self.stores, ES, asked, form, self.now))

    def read(self, asked: SeriesRequest, form: BarFormat) -> Any:
        return _outcome(lambda: read_page(Stores(self.stores.database), ES, asked, form, self.now))

    def sql(self, statement: str) -> None:
        with self.stores.database.transaction() as connection:
            tamper(connection, statement)


def _outcome(act: Callable[[], Any]) -> Any:
    try:
        page = act()
    except G4qcError as error:
        return type(error), str(error)
    return page.content, dict(page.headers), page.bars


@pytest.fixture
def world(embedded_database: Database) -> Iterator[World]:
    stores = Stores(embedded_database)
    stores.contracts.merge([OLD, NEW], datetime(2025, 1, 1, tzinfo=UTC))
    for at, contract in enumerate((OLD, NEW)):
        for session in SESSIONS[:-2]:
            if session.open < contract.last_trade_at:
                receive(stores, contract, session, at)
    world = World(stores, BarPages())
    made(stores)
    decide(world, Decision.DROP)
    made(stores)
    roll(8)(world)
    yield world
    world.pages.close()


def receive(stores: Stores, contract: Any, session: Any, seed: int) -> None:
    bars = raw_bars(contract.month, [session], seed, 0.02)[list(RAW_COLUMNS)]
    if session.trade_date.day == 26:
        bars[["open", "high", "low", "close"]] += 0.1
    at = session.close + timedelta(hours=1)
    key = ("ES", contract.month, "1min", session.open, session.close)
    stores.raw.write(contract, bars, LedgerEntry(*key, Outcome.DATA, at, 1, whole=True))


def made(stores: Stores) -> None:
    for month in MONTHS:
        validate_month(ES, *month_window(month), stores)
        for kind in TIMEFRAMES[1:]:
            derive_month(ES, *month_window(month), kind, stores)


def roll(days: int) -> Callable[[World], None]:
    """Make the roll calendar with the roll so many days before expiry, under one name."""

    def write(world: World) -> None:
        minutes = good_bars(["202509", "202512"], SESSIONS, share=0.02)
        found = RollMaker(minutes, [OLD, NEW], ES, EQUITY).calendar(DaysBeforeExpiry(days))
        rolls = found.rolls.assign(rule=RULE)
        world.stores.rolls.replace(replace(found, rule=RULE, rolls=rolls))

    return write


def restate(world: World) -> None:
    receive(world.stores, NEW, SESSIONS[-5], 7)


def arrive(world: World) -> None:
    for session in SESSIONS[-2:]:
        receive(world.stores, NEW, session, 3)


def decide(world: World, decision: Decision = Decision.ACCEPT) -> None:
    waiting = world.stores.quarantine.listed("ES", SESSIONS[0].open, LAST.close)
    world.stores.quarantine.decide("ES", waiting, decision, "a test", world.now)


def later(world: World) -> None:
    world.now += timedelta(hours=5)


def earlier(world: World) -> None:
    world.now -= timedelta(hours=30)


def sql(statement: str) -> Callable[[World], None]:
    return lambda world: world.sql(statement)


WRITES: dict[str, Callable[[World], None]] = {
    "revise a bar": sql("UPDATE market_data SET close = close + 0.25 WHERE trade_date = '2025-09-29'"),
    "restate raw bars": restate,
    "receive more": arrive,
    "make all months anew": lambda world: made(world.stores),
    "roll earlier": roll(11),
    "roll later": roll(3),
    "forget the rolls": lambda world: world.stores.rolls.forget("ES", RULE) and None,
    "delete a month of hours": sql("DELETE FROM market_data WHERE timeframe = '1h' AND trade_date >= '2025-10-01'"),
    "delete a month": sql("DELETE FROM market_data WHERE trade_date >= '2025-10-01'"),
    "forget a month": sql("DELETE FROM data_versions WHERE month = '2025-10-01'"),
    "delete the quality of a day": sql("DELETE FROM session_quality WHERE trade_date = '2025-09-30'"),
    "decide about quarantine": decide,
    "empty the quarantine": sql("DELETE FROM quarantined_bars"),
    "hear of a head": sql("UPDATE contracts SET head = '2025-09-10' WHERE contract = '202512'"),
    "let time pass": later,
    "set the clock back": earlier,
    "nothing": lambda world: None,
}

ASKED = st.builds(
    SeriesRequest,
    timeframe=st.sampled_from(["1min", "1h", "1d"]),
    start_date=st.sampled_from([None, "2025-09-24", "2025-09-25T03:00Z"]),
    end_date=st.sampled_from([None, "2025-10-01", "2025-09-30T15:00Z"]),
    contract=st.sampled_from([None, None, "202512"]),
    adjustment=st.sampled_from(["none", "additive", "ratio"]),
    rule=st.sampled_from([None, RULE, RULE]),
    order=st.sampled_from(["asc", "desc"]),
    limit=st.sampled_from([3, 40, 2000]),
)


@examples(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=st.lists(st.tuples(ASKED, st.sampled_from(BarFormat)), min_size=1, max_size=4),
    writes=st.lists(st.sampled_from(sorted(WRITES)), min_size=1, max_size=4),
)
def test_a_kept_page_is_the_one_that_would_be_read(world: World, asked: list[Any], writes: list[str]) -> None:
    for write in writes:
        for one, form in asked:
            world.kept(one, form)
        WRITES[write](world)
        for one, form in asked:
            wanted = world.read(one, form)
            assert world.kept(one, form) == wanted, write
            assert world.kept(one, form) == wanted, write


@pytest.mark.parametrize("write", ["revise a bar", "make all months anew", "roll later", "delete a month"])
def test_a_write_is_seen_by_the_next_answer(world: World, write: str) -> None:
    asked = SeriesRequest(timeframe="1h", rule=RULE, adjustment="additive", order="desc", limit=500)
    before = world.kept(asked, BarFormat.COLUMNS)
    if write == "make all months anew":
        restate(world)
    WRITES[write](world)
    after = world.kept(asked, BarFormat.COLUMNS)
    assert after != before
    assert after == world.read(asked, BarFormat.COLUMNS)


def test_pages_are_kept_until_something_is_written(world: World) -> None:
    asked = SeriesRequest(timeframe="1h", rule=RULE, limit=50)
    pages, form = world.pages, BarFormat.JSON
    first = pages.page(world.stores, ES, asked, form, world.now)
    assert pages.page(world.stores, ES, asked, form, world.now) is first
    assert pages.page(world.stores, ES, asked, BarFormat.CSV, world.now) is not first
    world.sql("DELETE FROM market_bars WHERE series = 0")
    assert pages.page(world.stores, ES, asked, form, world.now) is not first


def test_kept_pages_have_a_largest_size(world: World) -> None:
    pages = BarPages(most_bytes=40_000)
    asked = [SeriesRequest(timeframe="1h", rule=RULE, limit=limit) for limit in range(20, 40)]
    first = [pages.page(world.stores, ES, one, BarFormat.JSON, world.now) for one in asked]
    again = [pages.page(world.stores, ES, one, BarFormat.JSON, world.now) for one in reversed(asked)]
    kept = [page for page in again if any(page is one for one in first)]
    assert 0 < sum(len(page.content) for page in kept) <= 40_000
    assert len(kept) < len(asked)
    pages.close()
