"""The plan of an extraction: its requests in order, and the sessions that it leaves out and why.

This is the last of the three modules that decide which requests are made. `answers` reads the ledger, `needed_sessions`
finds the sessions that are not known yet, and `plan_extraction` puts them into requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import pandas as pd

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.bars.windows import tradable_window
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.errors import unknown
from g4qc_core.ib.history_requests import TRADE_WEEK, chunk_sessions
from g4qc_core.ib.retention import dropped_on, drops_soon, is_dropped
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.chains import Wanted
from g4qc_core.services.extraction.answers import Answer, answers, reopened_sessions
from g4qc_core.services.extraction.file_days import days_by_file
from g4qc_core.services.extraction.needed_sessions import Bars, needed_sessions
from g4qc_core.settings import Settings
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


class FetchOrder(StrEnum):
    """The order of requests by time."""

    NEWEST = "newest"
    OLDEST = "oldest"

    @classmethod
    def named(cls, name: str) -> FetchOrder:
        """Return the order of that name.

        Raises:
            UsageError: there is none.
        """
        if name not in set(cls):
            raise unknown("order", name, cls)
        return cls(name)


class LeftOut(StrEnum):
    """The reason for which a session is not requested."""

    COVERED = "covered by the ledger"
    BY_FILE = "covered by a file"
    NOT_DESCRIBED = "the gateway does not know the contract"
    BEFORE = "before the first bar"
    AFTER = "after the last trade"
    AHEAD = "not begun"


@dataclass(frozen=True)
class PlanRules:
    """The rules by which extractions are planned.

    Attributes:
        settled_after: time after a session's close when its bars are final; bars from before are fetched again.
        sessions_a_request: most sessions of minutes in one request.
        order: of the requests; contracts that Interactive Brokers drops soon come first in either order.
    """

    settled_after: timedelta = timedelta(hours=12)
    sessions_a_request: int = TRADE_WEEK
    order: FetchOrder = FetchOrder.NEWEST

    @classmethod
    def of(cls, settings: Settings, order: FetchOrder = FetchOrder.NEWEST) -> PlanRules:
        """Return the rules of the settings."""
        return cls(timedelta(hours=settings.settled_after), settings.sessions_per_request, order)


USUAL = PlanRules()
"""The default rules."""


@dataclass(frozen=True)
class ContractState:
    """The wanted sessions of a contract and what is known of them.

    Attributes:
        sessions: the wanted ones, ascending.
        answers: of the source about the contract, in any order.
        bars: reads the starts of the contract's stored bars.
        head: start of the contract's first bar, UTC; None if unknown.
        by_file: trade dates with bars of a file that make requests needless.
    """

    contract: Contract
    sessions: Sequence[Session]
    answers: Sequence[Answer]
    bars: Bars
    head: datetime | None = None
    by_file: Collection[date] = ()


@dataclass(frozen=True)
class ExtractionPlan:
    """The requests of an extraction in order, the sessions they cover, and the numbers of those left out.

    Attributes:
        asked: sessions to request, by contract; only contracts that have some.
        left_out: number of wanted sessions that are not requested, by contract and reason.
    """

    requests: tuple[BarRequest, ...] = ()
    asked: Mapping[Contract, tuple[Session, ...]] = field(default_factory=dict)
    left_out: Mapping[Contract, Mapping[LeftOut, int]] = field(default_factory=dict)

    @property
    def sessions(self) -> int:
        """Number of sessions to request, over all contracts."""
        return sum(len(sessions) for sessions in self.asked.values())


def plan_extraction(
    instrument: Instrument,
    wanted: Wanted,
    stores: Stores,
    now: datetime,
    rules: PlanRules = USUAL,
    heads: Mapping[str, datetime] | None = None,
    reopened: Sequence[ReopenedWindow] = (),
) -> ExtractionPlan:
    """Plan the requests that complete the wanted sessions.

    The number of queries does not depend on the number of contracts.

    Args:
        instrument: the instrument of the contracts.
        wanted: sessions by contract.
        stores: read for answers, reopened windows and bars.
        now: time by the gateway's clock, UTC.
        rules: of planning.
        heads: start of the first bar, UTC, by contract month; None: the stored ones.
        reopened: windows to request again, in addition to the stored ones.
    """
    if heads is None:
        heads = stores.contracts.heads(instrument.symbol)
    filled = [sessions for sessions in wanted.values() if sessions]
    if not filled:
        return ExtractionPlan()
    window = min(s[0].open for s in filled), max(s[-1].close for s in filled)
    entries: dict[str, list[LedgerEntry]] = {}
    of_files = set()
    for entry in stores.ledger.entries(instrument.symbol, None, ONE_MINUTE.name, *window, source=None):
        if entry.source == GATEWAY:
            entries.setdefault(entry.contract, []).append(entry)
        else:
            of_files.add(entry.contract)
    all_reopened = [*reopened_sessions(instrument, *window, stores), *reopened]
    states = [
        ContractState(
            contract,
            sessions,
            answers(entries.get(contract.month, ()), all_reopened),
            _bar_reader(contract, stores),
            heads.get(contract.month),
            days_by_file(contract, sessions, now, stores) if contract.month in of_files else (),
        )
        for contract, sessions in wanted.items()
    ]
    plan = plan_requests(states, calendar(instrument.calendar), now, rules)
    return replace(plan, requests=failed_last(plan.requests, entries))


def plan_requests(
    states: Iterable[ContractState], calendar: SessionCalendar, now: datetime, rules: PlanRules = USUAL
) -> ExtractionPlan:
    """Return the fewest requests that complete the contracts' sessions, in the order of the rules.

    Contracts that Interactive Brokers drops soon come first, the next one before the others. Then come all other
    requests by time, of all contracts together, and last the contracts that it may have dropped already.

    Args:
        states: one per contract.
        calendar: of the contracts' instrument.
        now: time by the gateway's clock, UTC.
        rules: of planning.
    """
    requests: list[BarRequest] = []
    asked: dict[Contract, tuple[Session, ...]] = {}
    left_out: dict[Contract, Mapping[LeftOut, int]] = {}
    for one in states:
        needs = needed_sessions(one.contract, one.sessions, one.bars, one.answers, now, one.head, rules.settled_after)
        needed = [need.session for need in needs if need.session.trade_date not in one.by_file]
        if one.contract.estimated:
            needed = []
        if needed:
            asked[one.contract] = tuple(needed)
        left_out[one.contract] = Counter(_reasons(one, {session.trade_date for session in needed}, now))
        requests += chunk_sessions(one.contract, ONE_MINUTE, needed, calendar, now, rules.sessions_a_request, one.head)
    return ExtractionPlan(tuple(sorted(requests, key=lambda r: _rank(r, now, rules.order))), asked, left_out)


def failed_last(requests: Sequence[BarRequest], entries: Mapping[str, Sequence[LedgerEntry]]) -> tuple[BarRequest, ...]:
    """Return the requests in their order, with those whose windows failed in the last try at the end.

    Otherwise a permanent failure could keep other requests from being made.

    Args:
        requests: in the order of the rules.
        entries: ledger entries by contract month, in the order in which they were written.
    """

    def failed(request: BarRequest) -> bool:
        own = entries.get(request.contract.month, ())
        last = next((e for e in reversed(own) if e.window_start < request.end and e.window_end > request.start), None)
        return last is not None and last.outcome not in ANSWERED

    return tuple(sorted(requests, key=failed))


def _bar_reader(contract: Contract, stores: Stores) -> Bars:
    def read(start: datetime, end: datetime) -> pd.Series:
        return stores.raw.bars(contract.symbol, start, end, contract.month)["timestamp"]

    return read


def _rank(request: BarRequest, now: datetime, order: FetchOrder) -> tuple[int, float, float, str]:
    contract = request.contract
    by_time = request.start.timestamp() if order is FetchOrder.OLDEST else -request.end.timestamp()
    if drops_soon(contract, now):
        return 0, dropped_on(contract).toordinal(), by_time, contract.month
    return (2 if is_dropped(contract, now) else 1), by_time, 0.0, contract.month


def _reasons(one: ContractState, needed: set[date], now: datetime) -> Iterator[LeftOut]:
    """Yield the reason for each wanted session that is not requested."""
    for session in one.sessions:
        if session.trade_date in needed:
            continue
        if session.open >= one.contract.last_trade_at:
            yield LeftOut.AFTER
        elif one.head is not None and min(session.close, one.contract.last_trade_at) <= one.head:
            yield LeftOut.BEFORE
        elif tradable_window(session, one.contract, now) is None:
            yield LeftOut.AHEAD
        elif session.trade_date in one.by_file:
            yield LeftOut.BY_FILE
        else:
            yield LeftOut.NOT_DESCRIBED if one.contract.estimated else LeftOut.COVERED
