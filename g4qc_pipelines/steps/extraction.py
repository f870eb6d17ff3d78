"""Extraction: what the plan asks for, asked of the source and written with its ledger entry, one request after another.

It stands here, and not in the core, because it sees both the gateway and the store. Every function takes its window and
its clock; "now" is what the gateway says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from g4qc_core.bars.planning import leaves_no_doubt
from g4qc_core.bars.source import BarRequest, BarSource
from g4qc_core.errors import BarsDenied, GatewayError, InvalidBars, NoData, TransientError
from g4qc_core.ib.plan import USUAL, Plan, PlanRules, heads_to_ask
from g4qc_core.instruments import Contract, Instrument
from g4qc_core.sessions import SessionCalendar, calendar
from g4qc_core.storage.request_ledger import Outcome
from g4qc_pipelines.resources import Stores
from g4qc_pipelines.steps.asking import Asking, emptiness, outcome_of, said_before
from g4qc_pipelines.steps.chains import Wanted
from g4qc_pipelines.steps.planning import plan_extraction
from g4qc_pipelines.steps.under_way import under_way

Tell = Callable[[str], None]

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

    def within(self, start: datetime, end: datetime) -> Extraction:
        """The part of it that belongs to `(start, end]`: sessions and requests by their end."""
        asked = {
            contract: tuple(s for s in sessions if start < s.close <= end)
            for contract, sessions in self.plan.asked.items()
        }
        plan = Plan(tuple(r for r in self.plan.requests if start < r.end <= end), asked, self.plan.left_out)
        return Extraction(plan, [a for a in self.asked if start < a.request.end <= end])

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

    Of a contract of which something is missing the source is first asked where its bars begin; and again after a week,
    where that leaves wanted minutes out.

    Raises:
        GatewayError, InvalidBars: a request failed, or its answer could not be read; it is in the ledger, and what
            came before it is written.
    """
    now = source.server_time()
    heads = stores.contracts.heads(instrument.symbol)
    plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    unsure = heads_to_ask(wanted, plan, heads, stores.contracts.heads_asked(instrument.symbol), now)
    if unsure:
        _learn_heads(unsure, now, source, stores)
        heads = stores.contracts.heads(instrument.symbol)
        plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    done = Extraction(plan)
    sessions = calendar(instrument.calendar)
    with under_way(instrument.symbol, plan.requests, source, stores, run_id) as left:
        for number, request in enumerate(plan.requests, 1):
            place = f"request {number} of {len(plan.requests)}{left(number)}"
            tell(f"{request.contract}: {place}, from {request.start:%Y-%m-%d %H:%M}")
            head = heads.get(request.contract.month)
            done.asked.append(_ask(request, sessions, head, source, stores, run_id))
    return done


def _learn_heads(contracts: Iterable[Contract], now: datetime, source: BarSource, stores: Stores) -> None:
    """Asks where the bars of the contracts begin, and keeps what the source tells."""
    for contract in contracts:
        try:
            head: datetime | None = source.head_timestamp(contract)
        except TransientError:
            # It only spares requests: the bars are asked for without it, and it is asked for again another time.
            return
        except GatewayError:
            head = None
        if head is not None and head >= min(now, contract.last_trade_at):
            # All of the contract's sessions would be left out.
            head = None
        stores.contracts.keep_head(contract, head, now)


def _ask(
    request: BarRequest,
    sessions: SessionCalendar,
    head: datetime | None,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
) -> Asked:
    asking = Asking(request, source, run_id)
    try:
        bars = _answer(request, asking.at, source, stores)
    except NoData as error:
        outcome = Outcome.NO_DATA if _held(request, stores) else emptiness(request, asking.at, stores.ledger)
        stores.ledger.record(asking.entry(outcome, error))
        return Asked(request, outcome)
    except (GatewayError, InvalidBars) as error:
        stores.ledger.record(asking.entry(outcome_of(error), error))
        raise
    window = request.start, request.end
    whole = leaves_no_doubt(request.contract, sessions.sessions_between(*window), bars["timestamp"], window, head)
    done = stores.bars.write_raw(request.contract, bars, asking.entry(Outcome.DATA, whole=whole))
    return Asked(request, Outcome.DATA, done.inserted, done.unchanged, done.revised, done.withdrawn)


def _answer(request: BarRequest, at: datetime, source: BarSource, stores: Stores) -> pd.DataFrame:
    """The bars of the window; that there are none where some are stored is not believed the first time.

    The second time it is a claim like any other, because a source may withdraw all of the few bars of a window, or
    drop what is old. What is stored stays either way.
    """
    try:
        return source.bars(request)
    except NoData as error:
        held = _held(request, stores)
        if held and not said_before(request, {Outcome.DENIED}, at, stores.ledger):
            raise BarsDenied(
                f"{error} Of this window {held} bars are stored, so this is an outage: ask again in an hour.",
                error.code,
            ) from None
        raise


def _held(request: BarRequest, stores: Stores) -> int:
    """Number of stored bars in the window."""
    contract = request.contract
    return len(stores.bars.raw(contract.symbol, request.start, request.end, contract.month))
