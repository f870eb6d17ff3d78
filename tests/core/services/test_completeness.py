"""The law of completeness: readers of the stores name the sessions that they cannot give.

It holds for any subset of the derived months that is missing or out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from psycopg2.errors import UniqueViolation
from sqlalchemy import text

from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.bars.missing_sessions import Completeness, Lack
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import BarsIncomplete
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry
from g4qc_core.services.coverage.completeness import completeness, life_of, not_made_of
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.services.quality.repairs import repairs_of
from g4qc_core.services.series.continuous_series import Series, read_contract, read_series
from g4qc_core.services.window_ends import window_of
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.version_store import Made
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, TIMEFRAMES, timeframe
from tests.core.bars.builders import EQUITY, ES, es_contract, good_bars, raw_bars
from tests.fixtures.tampering import tamper

OLD, NEW = es_contract("202509"), es_contract("202512")
MONTHS = (date(2025, 8, 1), date(2025, 9, 1), date(2025, 10, 1))
SESSIONS = EQUITY.sessions(date(2025, 8, 25), date(2025, 10, 8))
NEVER = {date(2025, 9, 22), date(2025, 9, 23)}
SILENT, BAD = date(2025, 9, 25), date(2025, 9, 26)
NOW = SESSIONS[-1].close + timedelta(hours=1)
KINDS = [timeframe(name) for name in ("1h", "1d")]
HELD = sorted({s.trade_date for s in SESSIONS} - NEVER - {SILENT, BAD})


@dataclass
class World:
    """Two contracts over three months and a roll, with sessions of every kind that has no bars."""

    stores: Stores
    broken: set[tuple[str, date]] = field(default_factory=set)

    def break_(self, name: str, month: date, how: str) -> None:
        """Remove the month's bars (`rows`), also with their data version (`all`), or make them outdated (`stale`)."""
        self.broken.add((name, month))
        key = {"kind": name, "month": month, "last": month_window(month)[1]}
        statements = {
            "rows": "DELETE FROM market_data WHERE timeframe = :kind AND trade_date BETWEEN :month AND :last",
            "versions": "DELETE FROM data_versions WHERE kind = :kind AND month = :month",
            "stale": "UPDATE data_versions SET made_of = 'another' WHERE kind = :kind AND month = :month",
        }
        with self.stores.database.transaction() as connection:
            for statement in {"all": ("rows", "versions")}.get(how, (how,)):
                tamper(connection, statements[statement] + " AND :last >= :month", key)

    def mend(self) -> None:
        """Derive the broken months again."""
        for name, month in sorted(self.broken):
            derive_month(ES, *month_window(month), timeframe(name), self.stores)
        self.broken.clear()


@pytest.fixture(scope="module")
def world(embedded_migrated) -> Iterator[World]:  # type: ignore[no-untyped-def]
    from tests.fixtures.database import _cleaned

    for database in _cleaned(embedded_migrated):
        stores = Stores(database)
        stores.contracts.merge([OLD, NEW], datetime(2025, 1, 1, tzinfo=UTC))
        for at, contract in enumerate((OLD, NEW)):
            for session in SESSIONS:
                if session.open < contract.last_trade_at and session.trade_date not in NEVER:
                    _receive(stores, contract, session, at)
        for month in MONTHS:
            validate_month(ES, *month_window(month), stores)
        bad = stores.quarantine.listed("ES", SESSIONS[0].open, SESSIONS[-1].close)
        stores.quarantine.decide("ES", bad, Decision.DROP, "a test", NOW)
        for month in MONTHS:
            for kind in TIMEFRAMES[1:]:
                derive_month(ES, *month_window(month), kind, stores)
        minutes = good_bars(["202509", "202512"], SESSIONS, share=0.02)
        stores.rolls.replace(RollMaker(minutes, [OLD, NEW], ES, EQUITY).calendar(DaysBeforeExpiry(8)))
        yield World(stores)


def _receive(stores: Stores, contract, session, seed: int) -> None:  # type: ignore[no-untyped-def]
    """A session as a gateway gives it: bars, none (twice), or bars off the tick grid."""
    bars = raw_bars(contract.month, [session], seed, 0.02)[list(RAW_COLUMNS)]
    if session.trade_date == BAD:
        bars[["open", "high", "low", "close"]] += 0.1
    for later in (1, 4):
        at = session.close + timedelta(hours=later)
        key = ("ES", contract.month, "1min", session.open, session.close)
        if session.trade_date == SILENT:
            stores.ledger.record(LedgerEntry(*key, Outcome.NO_DATA, at, 1))
        elif later == 1:
            stores.raw.write(contract, bars, LedgerEntry(*key, Outcome.DATA, at, 1, whole=True))


def lacks(known: Completeness) -> dict[date, Lack]:
    return {session.trade_date: session.lack for session in known.missing}


def read(world: World, kind: str, contract: str | None, window: tuple[date | None, date | None]) -> Series:
    if contract is None:
        return read_series(world.stores, ES, timeframe(kind), window=window, now=NOW)
    return read_contract(world.stores, ES, timeframe(kind), contract, window, NOW)


STATES = st.dictionaries(
    st.tuples(st.sampled_from(["1h", "1d"]), st.sampled_from(MONTHS)), st.sampled_from(["rows", "all", "stale"])
)
DAYS = st.none() | st.dates(date(2025, 8, 20), date(2025, 10, 12))


@examples(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(states=STATES, kind=st.sampled_from(KINDS), first=DAYS, last=DAYS, contract=st.sampled_from([None, "202512"]))
def test_no_reader_gives_fewer_sessions_than_asked_without_a_word(
    world: World, states, kind, first, last, contract
) -> None:  # type: ignore[no-untyped-def]
    if first is not None and last is not None and first > last:
        first, last = last, first
    world.mend()
    for (name, month), how in states.items():
        world.break_(name, month, how)
    begin, end = first or HELD[0], last or HELD[-1]
    asked = [s.trade_date for s in EQUITY.sessions(begin, end) if s.close <= NOW and s.trade_date != SILENT]
    wrong = {day.replace(day=1) for day in HELD if begin <= day <= end}
    wrong &= {month for name, month in states if name == kind.name}
    if wrong:
        with pytest.raises(BarsIncomplete, match=f"The {kind.name} bars of ES for .* run `g4qc extract ES --from"):
            read(world, kind.name, contract, (first, last))
        return
    found = read(world, kind.name, contract, (first, last))
    given_days = {day.date() for day in found.bars["trade_date"]}
    assert given_days | lacks(found.known).keys() == set(asked)
    assert not given_days & lacks(found.known).keys()
    assert (found.known.words() == "") == (given_days == set(asked))


def test_each_reason_is_told_by_its_name(world: World) -> None:
    world.mend()
    found = lacks(read(world, "1h", None, (date(2025, 8, 18), date(2025, 10, 31))).known)
    assert {found.pop(day) for day in NEVER} == {Lack.NEVER_ASKED}
    assert found.pop(BAD) is Lack.QUARANTINED
    assert SILENT not in found
    # The sessions before the first bar; future sessions are not requested.
    before = {s.trade_date for s in EQUITY.sessions(date(2025, 8, 18), date(2025, 8, 24))}
    assert found == dict.fromkeys(before, Lack.NEVER_ASKED)


def test_the_words_name_days_contract_and_reason(world: World) -> None:
    world.mend()
    words = read(world, "1d", None, (date(2025, 9, 15), date(2025, 9, 30))).known.words()
    assert words.startswith("3 of 11 sessions of ES from 2025-09-15 to 2025-09-30 have no 1d bars: ")
    assert "2025-09-22 to 2025-09-23 of 202512 never extracted" in words
    assert "2025-09-26 of 202512 in quarantine" in words


def test_minutes_that_were_received_and_not_validated_are_named(world: World) -> None:
    world.mend()
    with world.stores.database.transaction() as connection:
        for statement in (
            "DELETE FROM market_data WHERE trade_date >= '2025-10-01'",
            "DELETE FROM session_quality WHERE trade_date >= '2025-10-01'",
            "DELETE FROM data_versions WHERE month = '2025-10-01'",
        ):
            tamper(connection, statement)
    world.stores.versions.record("ES", "raw", MONTHS[-1], "received")
    try:
        for kind in ("1min", "1h", "1d"):
            found = lacks(read(world, kind, None, (None, None)).known)
            assert {day for day, lack in found.items() if lack is Lack.NOT_VALIDATED} == {
                day for day in HELD if day.month == 10
            }
    finally:
        validate_month(ES, *month_window(MONTHS[-1]), world.stores)
        for kind in TIMEFRAMES[1:]:
            derive_month(ES, *month_window(MONTHS[-1]), kind, world.stores)
    assert Lack.NOT_VALIDATED not in lacks(read(world, "1h", None, (None, None)).known).values()


def test_validated_minutes_that_are_gone_are_not_passed_over(world: World) -> None:
    world.mend()
    with world.stores.database.transaction() as connection:
        tamper(connection, "DELETE FROM market_data WHERE timeframe = '1min' AND trade_date = '2025-09-03'")
    try:
        with pytest.raises(BarsIncomplete, match="The 1min bars of ES for September 2025 are missing"):
            read(world, "1min", None, (date(2025, 9, 1), date(2025, 9, 5)))
        assert len(read(world, "1min", None, (date(2025, 9, 4), date(2025, 9, 5))).bars)
    finally:
        validate_month(ES, *month_window(MONTHS[1]), world.stores)


_SERIES = "series IN (SELECT id FROM bar_series WHERE contract = '202512')"
_OF_CONTRACT = {
    **dict.fromkeys(("market_bars", "market_exact", "validated_sessions", "raw_minutes", "raw_exact"), _SERIES),
    "session_quality": "contract = '202512'",
}


def test_a_roll_into_a_contract_of_which_nothing_is_stored_is_named(world: World) -> None:
    world.mend()
    made = world.stores.rolls.load("ES", "days_before_expiry(8)")
    assert made is not None
    roll = made.rolls["date"].iloc[0].date()
    around = [s.trade_date for s in EQUITY.sessions(roll - timedelta(days=5), roll + timedelta(days=5))]
    with world.stores.database.transaction() as connection:
        for table, own in _OF_CONTRACT.items():
            connection.execute(text(f"CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE {own}"))
            connection.execute(text(f"DELETE FROM {table} WHERE {own}"))
    try:
        found = read(world, "1h", None, (around[0], around[-1]))
        assert {day.date() for day in found.bars["trade_date"]} == {day for day in around if day < roll}
        assert {(s.trade_date, s.contract, s.lack) for s in found.known.missing} == {
            (day, "202512", Lack.NEVER_ASKED) for day in around if day >= roll
        }
    finally:
        with world.stores.database.transaction() as connection:
            for table in _OF_CONTRACT:
                connection.execute(text(f"INSERT INTO {table} SELECT * FROM kept_{table}"))
                connection.execute(text(f"DROP TABLE kept_{table}"))


def test_a_contract_is_asked_for_nothing_after_its_end(world: World) -> None:
    world.mend()
    found = read(world, "1h", "202509", (date(2025, 9, 15), date(2025, 10, 8)))
    assert found.known.asked[-1] == OLD.last_trade_date
    segments = life_of(world.stores, ES, "202509")
    later = window_of(ES, date(2025, 10, 1), date(2025, 10, 8))
    assert completeness(world.stores, ES, "1h", segments, later, NOW).asked == ()


@pytest.mark.parametrize("how", ["rows", "all", "stale"])
def test_every_timeframe_of_every_contract_is_judged_for_itself(world: World, how: str) -> None:
    world.mend()
    assert not_made_of(world.stores, ES, MONTHS[0], NOW.date()) == {}
    world.break_("4h", MONTHS[1], how)
    found = not_made_of(world.stores, ES, MONTHS[0], NOW.date())
    assert set(found) == {"4h"}
    days = [day for day in HELD if day.month == 9]
    assert {session.trade_date for session in found["4h"]} == set(days)
    assert {session.contract for session in found["4h"]} == {"202509", "202512"}
    world.mend()
    assert not_made_of(world.stores, ES, MONTHS[0], NOW.date()) == {}


@pytest.mark.parametrize("how", ["all", "stale"])
def test_a_repair_derives_what_an_interrupted_run_left_out(world: World, settings: Settings, how: str) -> None:
    world.mend()
    own = settings.model_copy(update={"first_month": "2025-01"})

    def partitions() -> set[str]:
        return {one.partition for one in repairs_of(ES, world.stores, NOW + timedelta(hours=3), own)}

    before = partitions()
    world.break_("4h", MONTHS[2], how)
    assert partitions() - before == {"ES|2025-10-01"}
    world.mend()
    assert partitions() == before


def test_a_kill_between_minutes_and_their_version_leaves_neither(world: World) -> None:
    world.mend()
    before = world.stores.versions.versions("ES", (ONE_MINUTE.name,))
    window = (SESSIONS[-1].open, SESSIONS[-1].close)
    bars = world.stores.bars.bars("ES", "1min", *window)
    twice, made = pd.concat([bars, bars], ignore_index=True), Made(MONTHS[2], "another")
    with pytest.raises(UniqueViolation):
        world.stores.bars.replace_bars("ES", "1min", *window, twice, made)
    assert world.stores.versions.versions("ES", (ONE_MINUTE.name,)) == before
