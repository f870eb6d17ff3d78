"""Extraction: what the plan asks for, asked of the source and written with its ledger entry, one request after another.

It stands here, and not in the core, because it sees both the gateway and the store. Every function takes its window and
its clock; "now" is what the gateway says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from g4qc_core.bars.planning import leaves_no_doubt
from g4qc_core.bars.source import BarRequest, BarSource
from g4qc_core.errors import (
    ClientIdInUse,
    ContractNotFound,
    DefinitionMissing,
    G4qcError,
    GatewayDisconnected,
    GatewayError,
    GatewayTimeout,
    GatewayUnavailable,
    InvalidBars,
    NoData,
    PacingViolation,
    PermissionDenied,
    RequestCancelled,
    RequestRejected,
    TransientError,
)
from g4qc_core.ib.plan import USUAL, Plan, PlanRules
from g4qc_core.instruments import Contract, Instrument
from g4qc_core.sessions import SessionCalendar, calendar
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, Outcome
from g4qc_pipelines.planning import Wanted, plan_extraction
from g4qc_pipelines.resources import Stores

Tell = Callable[[str], None]

_OUTCOMES: tuple[tuple[type[G4qcError], Outcome], ...] = (
    (NoData, Outcome.NO_DATA),
    (GatewayTimeout, Outcome.TIMEOUT),
    (PacingViolation, Outcome.PACING),
    (PermissionDenied, Outcome.NO_PERMISSION),
    (ContractNotFound, Outcome.NO_DEFINITION),
    (DefinitionMissing, Outcome.NO_DEFINITION),
    (RequestRejected, Outcome.REJECTED),
    (RequestCancelled, Outcome.CANCELLED),
    (GatewayDisconnected, Outcome.DISCONNECTED),
    (GatewayUnavailable, Outcome.DISCONNECTED),
    (ClientIdInUse, Outcome.DISCONNECTED),
)

_EMPTY = (Outcome.NO_DATA, Outcome.CONFIRMED_EMPTY)


@dataclass(frozen=True)
class Asked:
    """One request, and what it did: bars that were new, known and equal, known and different, withdrawn."""

    request: BarRequest
    outcome: Outcome
    inserted: int = 0
    unchanged: int = 0
    revised: int = 0
    withdrawn: int = 0


@dataclass
class Extraction:
    """What one extraction did: its plan, and every request of it."""

    plan: Plan = field(default_factory=Plan)
    asked: list[Asked] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.requests:
            return "nothing to ask for: the ledger covers every session"
        text = f"{self.requests} requests, {self.inserted} new bars, {self.revised} revised, {self.empty} empty answers"
        return f"{text}, {self.withdrawn} withdrawn" if self.withdrawn else text

    def until(self, start: datetime, end: datetime) -> Extraction:
        """The part of it that belongs to `(start, end]`: sessions and requests by their end."""
        asked = {
            contract: tuple(s for s in sessions if start < s.close <= end)
            for contract, sessions in self.plan.asked.items()
        }
        plan = Plan(tuple(r for r in self.plan.requests if start < r.end <= end), asked, self.plan.left_out)
        return Extraction(plan, [a for a in self.asked if start < a.request.end <= end])

    @property
    def contracts(self) -> list[str]:
        """Months of the contracts that were wanted."""
        return [contract.month for contract in self.plan.left_out]

    @property
    def sessions(self) -> int:
        """Sessions that were asked for, over all contracts."""
        return self.plan.sessions

    @property
    def requests(self) -> int:
        return len(self.asked)

    @property
    def inserted(self) -> int:
        return sum(a.inserted for a in self.asked)

    @property
    def unchanged(self) -> int:
        return sum(a.unchanged for a in self.asked)

    @property
    def revised(self) -> int:
        return sum(a.revised for a in self.asked)

    @property
    def withdrawn(self) -> int:
        return sum(a.withdrawn for a in self.asked)

    @property
    def empty(self) -> int:
        """Answers that there is nothing."""
        return sum(a.outcome in _EMPTY for a in self.asked)


def extract(
    instrument: Instrument,
    wanted: Wanted,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
    tell: Tell,
    rules: PlanRules = USUAL,
) -> Extraction:
    """Asks for what is missing of the wanted sessions, in the order of the rules, and writes every answer.

    A contract of which something is missing is first asked where its bars begin, once and for all.

    Raises:
        GatewayError, InvalidBars: a request failed, or its answer could not be read; it is in the ledger, and what
            came before it is written.
    """
    now = source.server_time()
    heads = stores.contracts.heads(instrument.symbol)
    plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    learned = _learn_heads([c for c in plan.asked if c.month not in heads], source, stores)
    if learned:
        plan = plan_extraction(instrument, wanted, stores, now, rules, heads | learned)
    done = Extraction(plan)
    sessions = calendar(instrument.calendar)
    for number, request in enumerate(plan.requests, 1):
        tell(f"{request.contract}: request {number} of {len(plan.requests)}, from {request.start:%Y-%m-%d %H:%M}")
        head = (heads | learned).get(request.contract.month)
        done.asked.append(_ask(request, sessions, head, source, stores, run_id))
    return done


def _learn_heads(contracts: Iterable[Contract], source: BarSource, stores: Stores) -> dict[str, datetime]:
    """Start of the first bar by contract month, of those of which the source tells it; kept in the database."""
    learned: dict[str, datetime] = {}
    for contract in contracts:
        try:
            learned[contract.month] = source.head_timestamp(contract)
        except TransientError:
            # It only spares requests: the bars are asked for without it, and it is asked for again another time.
            return learned
        except GatewayError:
            continue
        stores.contracts.keep_head(contract, learned[contract.month])
    return learned


def _ask(
    request: BarRequest,
    sessions: SessionCalendar,
    head: datetime | None,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
) -> Asked:
    asked, began = source.server_time(), time.monotonic()

    def entry(outcome: Outcome, error: G4qcError | None = None, whole: bool | None = None) -> LedgerEntry:
        return LedgerEntry(
            symbol=request.contract.symbol,
            contract=request.contract.month,
            timeframe=request.timeframe.name,
            window_start=request.start,
            window_end=request.end,
            outcome=outcome,
            requested_at=asked,
            duration_ms=int((time.monotonic() - began) * 1000),
            code=getattr(error, "code", None),
            message=str(error) if error else None,
            whole=whole,
            run_id=run_id,
        )

    try:
        bars = source.bars(request)
    except NoData as error:
        outcome = _emptiness(request, stores)
        stores.ledger.record(entry(outcome, error))
        return Asked(request, outcome)
    except (GatewayError, InvalidBars) as error:
        stores.ledger.record(entry(_outcome(error), error))
        raise
    window = request.start, request.end
    whole = leaves_no_doubt(request.contract, sessions.sessions_between(*window), bars["timestamp"], window, head)
    done = stores.bars.write_raw(request.contract, bars, entry(Outcome.DATA, whole=whole))
    return Asked(request, Outcome.DATA, done.inserted, done.unchanged, done.revised, done.withdrawn)


def _emptiness(request: BarRequest, stores: Stores) -> Outcome:
    """An empty answer is confirmed by an earlier one about the same window; else it is only a claim."""
    contract = request.contract
    key = (contract.symbol, contract.month, request.timeframe.name, request.start, request.end)
    earlier = stores.ledger.entries(*key, outcomes=ANSWERED)
    known = any(e.window_start <= request.start and e.window_end >= request.end for e in earlier)
    return Outcome.CONFIRMED_EMPTY if known else Outcome.NO_DATA


def _outcome(error: G4qcError) -> Outcome:
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), Outcome.ERROR)
