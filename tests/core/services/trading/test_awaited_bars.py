"""Minutes are complete by a later one, by time after the last one, or by a new history; each contract by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.live.awaited_bars import GRACE, AwaitedBars, AwaitedMinutes
from g4qc_core.services.trading.live.live_minutes import LiveMinutes
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import LiveBar

CLOSE = datetime(2026, 10, 6, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SOON = timedelta(seconds=1)


class Heard:
    """The live minutes of one contract, and what a test lets them hear."""

    def __init__(self, database: Database, symbol: str) -> None:
        self.symbol = symbol
        hours = calendar(load_registry()[symbol].calendar)
        self.feed = LiveMinutes(symbol, "202612", hours, Stores(database).live_bars)

    def hears(self, start: datetime, at: datetime, source: Literal["history", "updates"] = "updates", *,
              ends: bool = False) -> None:  # fmt: skip
        """Take a bar."""
        self.feed.take(LiveBar(1, start, 5000.0, 5001.0, 4999.0, 5000.0, 3, source, ends), at)

    def until(self, instant: datetime = CLOSE) -> AwaitedMinutes:
        """Its minutes up to an instant."""
        return AwaitedMinutes(f"{self.symbol} 202612", self.feed, instant)


@pytest.fixture
def es(embedded_database: Database) -> Heard:
    return Heard(embedded_database, "ES")


@pytest.fixture
def nq(embedded_database: Database) -> Heard:
    return Heard(embedded_database, "NQ")


def lacking(bars: AwaitedBars, now: datetime, *awaited: AwaitedMinutes) -> tuple[str, ...]:
    """Names of what is not complete, where the history need not be asked."""
    found = bars.lacking(awaited, now)
    assert not found.ask
    return found.names


def test_a_later_minute_of_each_contract_is_waited_for(es: Heard, nq: Heard) -> None:
    bars, now = AwaitedBars(), CLOSE + SOON
    es.hears(CLOSE, now)
    nq.hears(CLOSE - MINUTE, CLOSE - SOON)
    assert lacking(bars, now, es.until(), nq.until()) == ("NQ 202612",)
    nq.hears(CLOSE, now)
    assert lacking(bars, now, es.until(), nq.until()) == ()


def test_the_last_state_of_the_last_minute_will_do(es: Heard) -> None:
    bars = AwaitedBars()
    es.hears(CLOSE - MINUTE, CLOSE - SOON)
    assert lacking(bars, CLOSE, es.until()) == ("ES 202612",)
    assert lacking(bars, CLOSE + GRACE, es.until()) == ()
    es.hears(CLOSE - MINUTE, CLOSE)
    assert lacking(bars, CLOSE, es.until()) == ()


def test_each_contract_has_its_own_instant(es: Heard, nq: Heard) -> None:
    bars, early = AwaitedBars(), CLOSE - 30 * MINUTE
    es.hears(CLOSE, CLOSE)
    nq.hears(early, early)
    assert lacking(bars, CLOSE, es.until(), nq.until(early)) == ()
    assert lacking(bars, CLOSE, es.until(), nq.until(early), nq.until()) == ("NQ 202612",)


def test_after_a_silence_the_history_is_asked_once_and_then_believed(es: Heard, nq: Heard) -> None:
    bars, early, now = AwaitedBars(), CLOSE - 10 * MINUTE, CLOSE + GRACE
    es.hears(CLOSE, CLOSE)
    nq.hears(early, early)
    found = bars.lacking([es.until(), nq.until()], now)
    assert (found.names, found.ask) == (("NQ 202612",), {"NQ 202612"})
    assert lacking(bars, now + SOON, es.until(), nq.until()) == ("NQ 202612",)
    nq.hears(early - MINUTE, now + SOON, "history")
    assert lacking(bars, now + SOON, es.until(), nq.until()) == ("NQ 202612",)
    nq.hears(early, now + SOON, "history", ends=True)
    assert lacking(bars, now + SOON, es.until(), nq.until()) == ()


def test_history_that_came_unasked_proves_no_silence(nq: Heard) -> None:
    bars, early, now = AwaitedBars(), CLOSE - 10 * MINUTE, CLOSE + GRACE
    nq.hears(early, early, "history", ends=True)
    assert bars.lacking([nq.until()], now).ask == {"NQ 202612"}
    assert lacking(bars, now, nq.until()) == ("NQ 202612",)


def test_a_contract_without_minutes_is_never_complete(es: Heard) -> None:
    bars = AwaitedBars()
    unknown = AwaitedMinutes("NQ 202612", None, CLOSE)
    es.hears(CLOSE, CLOSE)
    assert lacking(bars, CLOSE, es.until(), unknown) == ("NQ 202612",)
    assert bars.lacking([unknown], CLOSE + GRACE).ask == {"NQ 202612"}
    assert lacking(bars, CLOSE + timedelta(hours=1), es.until(), unknown) == ("NQ 202612",)
