"""Extraction: what the plan asks for, asked of the source and written with its ledger entry, one request after another.

After a failed request the others are still made; the bars that arrived are kept, and the missing ones are named at
the end. It is here, and not in the core: it uses both the gateway and the store. Every function takes its window and
its clock; "now" is what the gateway says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from g4qc_core.bars.bar_source import BarRequest, BarSource, PartlyUnreadable
from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.errors import BarsDenied, G4qcError, GatewayError, InvalidBars, NoData
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted
from g4qc_core.services.chains import Wanted
from g4qc_core.services.extraction.heads import learn_heads
from g4qc_core.services.extraction.ledgered_request import Asking, emptiness, outcome_of, said_before
from g4qc_core.services.extraction.needs import leaves_no_doubt
from g4qc_core.services.extraction.partial_answers import TrustedPart, readable_parts
from g4qc_core.services.extraction.patience import Patience
from g4qc_core.services.extraction.plan import USUAL, ExtractionPlan, PlanRules, heads_to_ask
from g4qc_core.services.extraction.planner import plan_extraction
from g4qc_core.services.extraction.progress import under_way
from g4qc_core.services.extraction.unanswered import Missed
from g4qc_core.storage.request_ledger import Outcome
from g4qc_core.storage.stores import Stores

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
    """The result of one extraction: its plan, all requests made, and those that failed or were skipped."""

    plan: ExtractionPlan = field(default_factory=ExtractionPlan)
    asked: list[Asked] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)

    def __str__(self) -> str:
        if not self.plan.requests:
            return "nothing to ask for: the ledger covers every session"
        text = (
            f"{counted(self.requests, 'request')}, {counted(self.inserted, 'new bar')}, {self.revised} revised, "
            f"{counted(self.empty, 'empty answer')}"
        )
        text = f"{text}, {self.withdrawn} withdrawn" if self.withdrawn else text
        return f"{text}, {counted(len(self.missed), 'request')} missed" if self.missed else text

    def within(self, start: datetime, end: datetime) -> Extraction:
        """The part of it that belongs to `(start, end]`: sessions and requests by their end."""
        asked = {
            contract: tuple(s for s in sessions if start < s.close <= end)
            for contract, sessions in self.plan.asked.items()
        }
        plan = ExtractionPlan(tuple(r for r in self.plan.requests if start < r.end <= end), asked, self.plan.left_out)
        return Extraction(
            plan,
            [a for a in self.asked if start < a.request.end <= end],
            [m for m in self.missed if start < m.request.end <= end],
        )

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
    """Extract missing parts of the wanted sessions as `extract_what_comes` does.

    Raises:
        GatewayError, InvalidBars: a request failed, or its answer could not be read; it is in the ledger, and the
            bars of the others are written. If several failed, the first of these errors.
    """
    done = extract_what_comes(instrument, wanted, source, stores, run_id, tell, rules)
    for error in (missed.error for missed in done.missed if missed.error is not None):
        raise error
    return done


def extract_what_comes(
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
    where that leaves wanted minutes out. After a failed request the others are made, unless so many fail in a row that
    no answer is expected; the ledger and `Extraction.missed` name it.

    Raises:
        GatewayError: the source's clock cannot be read.
    """
    now = source.server_time()
    heads = stores.contracts.heads(instrument.symbol)
    plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    unsure = heads_to_ask(wanted, plan, heads, stores.contracts.heads_asked(instrument.symbol), now)
    if unsure:
        learn_heads(unsure, now, source, stores, tell)
        heads = stores.contracts.heads(instrument.symbol)
        plan = plan_extraction(instrument, wanted, stores, now, rules, heads)
    done, patience = Extraction(plan), Patience()
    sessions = calendar(instrument.calendar)
    with under_way(instrument.symbol, plan.requests, source, stores, run_id) as left:
        for number, request in enumerate(plan.requests, 1):
            if not patience.asks(request.contract):
                done.missed.append(Missed(request, None))
                continue
            place = f"request {number} of {len(plan.requests)}{left(number)}"
            tell(f"{request.contract}: {place}, from {request.start:%Y-%m-%d %H:%M}")
            head = heads.get(request.contract.month)
            try:
                asked, doubt = _ask(request, sessions, head, source, stores, run_id)
            except (GatewayError, InvalidBars) as error:
                patience.failed(request.contract, error)
                done.asked.append(Asked(request, outcome_of(error)))
                doubt = error
            else:
                patience.answered(request.contract)
                done.asked.append(asked)
            if doubt is not None:
                done.missed.append(Missed(request, doubt))
                tell(f"{request.contract}: {place} failed: {doubt}")
    return done


def _ask(
    request: BarRequest,
    sessions: SessionCalendar,
    head: datetime | None,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
) -> tuple[Asked, G4qcError | None]:
    """Make one request and write its bars; return the outcome, with the error for an answer that is partly unreadable.

    Raises:
        GatewayError, InvalidBars: there is no answer, or none of it can be read; it is in the ledger.
    """
    asking = Asking(request, source, run_id)
    try:
        bars = _answer(request, asking.at, source, stores)
    except NoData as error:
        outcome = Outcome.NO_DATA if _held(request, stores) else emptiness(request, asking.at, stores.ledger)
        stores.ledger.record(asking.entry(outcome, error))
        return Asked(request, outcome), None
    except PartlyUnreadable as error:
        return _keep(request, readable_parts(request, error.lost, sessions), error.bars, asking, error, stores), error
    except (GatewayError, InvalidBars) as error:
        stores.ledger.record(asking.entry(outcome_of(error), error))
        raise
    window = request.start, request.end
    whole = leaves_no_doubt(request.contract, sessions.sessions_between(*window), bars["timestamp"], window, head)
    done = stores.raw.write(request.contract, bars, asking.entry(Outcome.DATA, whole=whole))
    return Asked(request, Outcome.DATA, done.inserted, done.unchanged, done.revised, done.withdrawn), None


def _keep(
    request: BarRequest,
    parts: Sequence[TrustedPart],
    bars: pd.DataFrame,
    asking: Asking,
    error: PartlyUnreadable,
    stores: Stores,
) -> Asked:
    """Write the readable bars; only the parts of the window without unreadable bars count as answered."""
    written = []
    for part in parts:
        own = bars[(bars["timestamp"] >= part.start) & (bars["timestamp"] < part.end)].reset_index(drop=True)
        outcome, why = (Outcome.DATA, None) if part.readable else (Outcome.UNREADABLE, error)
        entry = asking.entry(outcome, why, whole=False, window=(part.start, part.end))
        written.append(stores.raw.write(request.contract, own, entry))
    inserted, unchanged, revised, withdrawn = (
        sum(getattr(w, name) for w in written) for name in ("inserted", "unchanged", "revised", "withdrawn")
    )
    return Asked(request, Outcome.UNREADABLE, inserted, unchanged, revised, withdrawn)


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
                f"{error} Of this window {counted(held, 'bar is', 'bars are')} stored, so this is an outage: ask again "
                "in an hour.",
                error.code,
            ) from None
        raise


def _held(request: BarRequest, stores: Stores) -> int:
    """Number of stored bars in the window."""
    contract = request.contract
    return len(stores.raw.bars(contract.symbol, request.start, request.end, contract.month))
