"""Ten years of minutes of three instruments, on a virtual clock: the fewest requests, at the earliest times.

The expected values are computed here without the code of the plan and the pacer.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest

from g4qc_core.bars.bar_source import BarRequest, MemorySource
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.chain import contracts_for
from g4qc_core.ib.pacing_limits import IB_RULES, paced_bars, paced_head
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.pacing.memory import MemoryPacer, VirtualTime
from g4qc_core.pacing.port import paced
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import es_contract
from tests.fixtures.extraction import extract

pytestmark = pytest.mark.integration

REGISTRY = load_registry()
SYMBOLS = ("ES", "NQ", "EC")
FIRST, LAST = date(2016, 11, 21), date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
NO_SILENCE = timedelta(minutes=55)
"""From bar to bar: after an hour of silence an answer would be doubted."""

_SECOND = timedelta(seconds=1)
LISTED = timedelta(days=200)
"""How long before its last trade a contract has its first bar: later than it is wanted, for some."""


@dataclass(frozen=True)
class Question:
    """A request as the source met it: what it was about, and when it began and was answered."""

    contract: Contract
    window: tuple[datetime, datetime] | None
    began: datetime
    answered: datetime


class PacedSource(MemorySource):
    """A source with a bar at each session's open, whose answers take time and whose requests are paced."""

    def __init__(self) -> None:
        super().__init__({}, NOW)
        self.time = VirtualTime(NOW)
        self.questions: list[Question] = []
        self._pacer = MemoryPacer(IB_RULES, self.time, self.time.sleep)
        self._chance = random.Random(20261120)

    def server_time(self) -> datetime:
        return self.time()

    def head_timestamp(self, contract: Contract) -> datetime:
        with paced(self._pacer, paced_head("DU1", contract)):
            self._answer(contract, None)
        return head(contract)

    def bars(self, request: BarRequest) -> pd.DataFrame:
        with paced(self._pacer, paced_bars("DU1", request)):
            self._answer(request.contract, (request.start, request.end))
        sessions = calendar(REGISTRY[request.contract.symbol].calendar)
        spans = [
            pd.date_range(max(s.open, request.start), min(s.close, request.end), freq=NO_SILENCE, inclusive="left")
            for s in sessions.sessions_between(request.start, request.end)
        ]
        times = spans[0].append(spans[1:]).as_unit("us")
        prices = dict.fromkeys(("open", "high", "low", "close", "wap"), 100.0)
        return pd.DataFrame({"timestamp": times, **prices, "volume": 1, "count": 1})

    def _answer(self, contract: Contract, window: tuple[datetime, datetime] | None) -> None:
        began = self.time()
        self.time.sleep(self._chance.uniform(0.1, 4.0))
        self.questions.append(Question(contract, window, began, self.time()))


def head(contract: Contract) -> datetime:
    return (contract.last_trade_at - LISTED).replace(second=0)


def chain(symbol: str) -> list[Contract]:
    """Quarterly contracts that cover the ten years, with the last trade on the third Friday."""
    months = pd.date_range("2016-12-01", "2027-03-01", freq="3MS")
    fridays = [date(m.year, m.month, 15 + (4 - date(m.year, m.month, 15).weekday()) % 7) for m in months]
    return [replace(es_contract(f"{m:%Y%m}", friday), symbol=symbol) for m, friday in zip(months, fridays, strict=True)]


def least(sessions: Sequence[Session], contract: Contract) -> int:
    """The least number of requests that cover the sessions: the best of all ways to cut them, not a greedy one."""
    parts = [(max(s.open, head(contract)), min(s.close, contract.last_trade_at)) for s in sessions]
    parts = [(start, end) for start, end in parts if start < end]

    @cache
    def best(count: int) -> int:
        if count == 0:
            return 0
        end = parts[count - 1][1]
        fits = [at for at in range(max(0, count - 5), count) if end - parts[at][0] <= timedelta(weeks=1)]
        return 1 + min(best(at) for at in fits)

    return best(len(parts))


def violations(questions: Sequence[Question]) -> list[str]:
    """Rules of Interactive Brokers that the questions break, and what other clients found to be borne."""
    found = []
    by_contract, by_window = defaultdict(list), defaultdict(list)
    for question in questions:
        by_contract[question.contract].append(question.began)
        by_window[question.contract, question.window].append(question.began)
    for name, groups, apart in (("contract", by_contract, 0.3), ("window", by_window, 15.0)):
        for key, times in groups.items():
            found += [f"{name} {key}: {b - a}" for a, b in pairwise(times) if b - a < timedelta(seconds=apart)]
    begun = [question.began for question in questions]
    return found + [f"50 in a second at {a}" for a, b in zip(begun, begun[50:], strict=False) if b - a < _SECOND]


def test_ten_years_of_three_instruments_take_as_few_requests_and_as_little_time_as_the_rules_permit(
    embedded_database: Database,
) -> None:
    stores, source, fewest, sessions = Stores(embedded_database), PacedSource(), 0, 0
    wanted = {}
    for symbol in SYMBOLS:
        instrument, known = REGISTRY[symbol], chain(symbol)
        stores.contracts.merge(known, NOW)
        wanted[symbol] = contracts_for(known, FIRST, LAST, instrument, calendar(instrument.calendar))
        fewest += sum(least(tuple(held), contract) for contract, held in wanted[symbol].items())
        sessions += sum(len(held) for held in wanted[symbol].values())
    assert sessions > 3 * 10 * 252
    asked = 0
    for symbol in SYMBOLS:
        done = extract(REGISTRY[symbol], wanted[symbol], source, stores)
        asked += done.requests
    assert asked == fewest
    assert sum(q.window is None for q in source.questions) == sum(len(held) for held in wanted.values())
    assert violations(source.questions) == []
    # One request is open at a time, so that a kill costs one: nothing is quicker than one answer after another.
    assert source.time() - NOW <= 1.05 * sum((q.answered - q.began for q in source.questions), timedelta())
    before = len(source.questions)
    for symbol in SYMBOLS:
        again = extract(REGISTRY[symbol], wanted[symbol], source, stores)
        assert again.requests == 0
    assert len(source.questions) == before
