"""The plan of an extraction: every request of minutes that it will make, in order, and what it leaves out and why.

Pure functions of what is known. Must not know where knowledge is stored, nor how a request is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.bars.windows import possible
from g4qc_core.calendars.session_calendar import Session, SessionCalendar
from g4qc_core.errors import unknown
from g4qc_core.ib.history_requests import TRADE_WEEK, chunk_sessions
from g4qc_core.ib.retention import dropped_on, drops_soon, is_dropped
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.extraction.needs import Answer, Bars, needed_sessions
from g4qc_core.timeframes import ONE_MINUTE

# A gateway may be wrong about a contract's first bar: where that leaves sessions out, it is asked anew after a while.
_HEAD_BELIEVED = timedelta(days=7)
# It may also tell none that can be: that only costs requests for bars, and is asked anew sooner.
_HEADLESS = timedelta(days=1)


class FetchOrder(StrEnum):
    """Which bars come first."""

    NEWEST = "newest"
    OLDEST = "oldest"

    @classmethod
    def named(cls, name: str) -> FetchOrder:
        """The order of that name.

        Raises:
            UsageError: there is none.
        """
        if name not in set(cls):
            raise unknown("order", name, cls)
        return cls(name)


class LeftOut(StrEnum):
    """Why a session is not asked for."""

    COVERED = "covered by the ledger"
    BEFORE = "before the first bar"
    AFTER = "after the last trade"
    AHEAD = "not begun"


@dataclass(frozen=True)
class PlanRules:
    """How extraction plans.

    Attributes:
        settled_after: how long after a session's close its bars are final; what was fetched before is fetched again.
        sessions_a_request: at most, of minutes.
        order: of requests; contracts that Interactive Brokers will soon drop come before all others.
    """

    settled_after: timedelta = timedelta(hours=12)
    sessions_a_request: int = TRADE_WEEK
    order: FetchOrder = FetchOrder.NEWEST


USUAL = PlanRules()
"""The rules where nobody sets others."""


@dataclass(frozen=True)
class Known:
    """What is known of a contract before it is asked about.

    Attributes:
        sessions: those that are wanted, ascending.
        answers: of the source, in any order.
        bars: reads the starts of the contract's stored bars; called only where answers leave doubt.
        head: start of the contract's first bar; None where it is not known.
    """

    contract: Contract
    sessions: Sequence[Session]
    answers: Sequence[Answer]
    bars: Bars
    head: datetime | None = None


@dataclass(frozen=True)
class ExtractionPlan:
    """Requests in the order in which they are made, the sessions that they cover, and those that are left out.

    Attributes:
        asked: trade sessions to ask for, by contract; no contract without one.
        left_out: number of sessions by contract and reason.
    """

    requests: tuple[BarRequest, ...] = ()
    asked: Mapping[Contract, tuple[Session, ...]] = field(default_factory=dict)
    left_out: Mapping[Contract, Mapping[LeftOut, int]] = field(default_factory=dict)

    @property
    def sessions(self) -> int:
        """Number of sessions to ask for, over all contracts."""
        return sum(len(sessions) for sessions in self.asked.values())


def plan(known: Iterable[Known], calendar: SessionCalendar, now: datetime, rules: PlanRules = USUAL) -> ExtractionPlan:
    """The fewest requests that bring what is missing of the contracts, in the order of the rules.

    Contracts that Interactive Brokers will drop within 90 days come first, the next one to go before the others; then
    all requests by time, of all contracts together; last those of contracts that are two years past their expiry, which
    the gateway may know no more.

    Args:
        now: the gateway's clock, UTC.
    """
    requests: list[BarRequest] = []
    asked: dict[Contract, tuple[Session, ...]] = {}
    left_out: dict[Contract, Mapping[LeftOut, int]] = {}
    for one in known:
        needs = needed_sessions(one.contract, one.sessions, one.bars, one.answers, now, one.head, rules.settled_after)
        needed = [need.session for need in needs]
        if needed:
            asked[one.contract] = tuple(needed)
        left_out[one.contract] = _left_out(one, {s.trade_date for s in needed}, now)
        requests += chunk_sessions(one.contract, ONE_MINUTE, needed, calendar, now, rules.sessions_a_request, one.head)
    return ExtractionPlan(tuple(sorted(requests, key=lambda r: _place(r, now, rules.order))), asked, left_out)


def heads_to_ask(
    wanted: Mapping[Contract, Sequence[Session]],
    planned: ExtractionPlan,
    heads: Mapping[str, datetime],
    asked_at: Mapping[str, datetime],
    now: datetime,
) -> list[Contract]:
    """The contracts of which the source shall tell, first of all or once more, where their bars begin.

    Those of which it is not known, as far as anything of them is to be asked for; and those of which it was told a week
    ago or more, and leaves out minutes of wanted sessions.

    Args:
        wanted: sessions, ascending.
        heads, asked_at: start of the first bar, and when the source was last asked for it, by contract month.
        now: the gateway's clock, UTC.
    """
    found = []
    for contract, sessions in wanted.items():
        head, at = heads.get(contract.month), asked_at.get(contract.month)
        leaves_out = head is not None and any(s.open < min(head, now) for s in sessions[:1])
        matters = leaves_out if head is not None else contract in planned.asked
        lasts = _HEADLESS if head is None else _HEAD_BELIEVED
        # What was asked in the future, was asked by a clock that was wrong.
        if matters and (at is None or not now - lasts < at <= now + lasts):
            found.append(contract)
    return found


def _place(request: BarRequest, now: datetime, order: FetchOrder) -> tuple[int, float, float, str]:
    contract = request.contract
    by_time = request.start.timestamp() if order is FetchOrder.OLDEST else -request.end.timestamp()
    if drops_soon(contract, now):
        return 0, dropped_on(contract).toordinal(), by_time, contract.month
    return (2 if is_dropped(contract, now) else 1), by_time, 0.0, contract.month


def _left_out(one: Known, needed: set[object], now: datetime) -> dict[LeftOut, int]:
    counts: dict[LeftOut, int] = {}
    for reason in _reasons(one, needed, now):
        counts[reason] = counts.get(reason, 0) + 1
    return counts


def _reasons(one: Known, needed: set[object], now: datetime) -> Iterator[LeftOut]:
    for session in one.sessions:
        if session.trade_date in needed:
            continue
        if session.open >= one.contract.last_trade_at:
            yield LeftOut.AFTER
        elif one.head is not None and min(session.close, one.contract.last_trade_at) <= one.head:
            yield LeftOut.BEFORE
        elif possible(session, one.contract, now) is None:
            yield LeftOut.AHEAD
        else:
            yield LeftOut.COVERED
