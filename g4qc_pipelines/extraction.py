"""Extraction: which sessions are missing, asked of the source in the fewest requests, written with their ledger entry.

It stands here, and not in the core, because it sees both the gateway and the store. Every function takes its window and
its clock; "now" is what the gateway says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from g4qc_core.bars.coverage import needed_sessions
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
)
from g4qc_core.ib.requests import chunk_sessions
from g4qc_core.instruments import Contract, Instrument
from g4qc_core.sessions import Session, SessionCalendar, calendar
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, Outcome
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.refetching import Reopened, reopened_sessions, still_answered
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


@dataclass
class Extraction:
    """What one extraction did, in numbers; requests by outcome, sessions and bars over all contracts."""

    contracts: list[str] = field(default_factory=list)
    sessions: int = 0
    requests: int = 0
    inserted: int = 0
    unchanged: int = 0
    revised: int = 0
    empty: int = 0

    def __str__(self) -> str:
        if not self.requests:
            return "nothing to ask for: the ledger covers every session"
        return f"{self.requests} requests, {self.inserted} new bars, {self.revised} revised, {self.empty} empty answers"


def extract(
    instrument: Instrument,
    wanted: Mapping[Contract, Sequence[Session]],
    source: BarSource,
    stores: Stores,
    run_id: str | None,
    tell: Tell,
) -> Extraction:
    """Asks for the sessions that the ledger does not cover, newest contract last, and writes every answer.

    Raises:
        GatewayError, InvalidBars: a request failed, or its answer could not be read; it is in the ledger, and what
            came before it is written.
    """
    done = Extraction(contracts=[contract.month for contract in wanted])
    until = source.server_time()
    for contract, sessions in wanted.items():
        missing = missing_sessions(contract, sessions, stores, until, calendar(instrument.calendar))
        done.sessions += len(missing)
        requests = chunk_sessions(contract, ONE_MINUTE, missing, calendar(instrument.calendar), until)
        for number, request in enumerate(requests, 1):
            tell(f"{contract}: request {number} of {len(requests)}, from {request.start:%Y-%m-%d %H:%M}")
            _ask(request, source, stores, run_id, done)
    return done


def missing_sessions(
    contract: Contract,
    sessions: Sequence[Session],
    stores: Stores,
    until: datetime,
    calendar: SessionCalendar,
) -> list[Session]:
    """Those of the sessions that still have to be asked for."""
    sessions = [s for s in sessions if s.open < until]
    if not sessions:
        return []
    start, end = sessions[0].open, sessions[-1].close
    key = (contract.symbol, contract.month, ONE_MINUTE.name, start, end)
    reopened = reopened_sessions(contract.symbol, contract.month, calendar, start, end, stores)
    answers = answered_windows(stores.ledger.entries(*key, outcomes=ANSWERED), reopened)
    stored = stores.bars.raw(contract.symbol, start, end, contract.month)["timestamp"]
    needs = needed_sessions(contract, sessions, stored, answers, until)
    return [need.session for need in needs]


def answered_windows(
    entries: Iterable[LedgerEntry], reopened: Sequence[Reopened] = ()
) -> list[tuple[datetime, datetime]]:
    """The windows that the source answered, less what people want asked again since.

    One whose emptiness is confirmed counts as two answers.
    """
    return [
        window
        for entry in entries
        if entry.outcome in ANSWERED
        for window in still_answered(entry, reopened)
        for _ in range(2 if entry.outcome is Outcome.CONFIRMED_EMPTY else 1)
    ]


def _ask(request: BarRequest, source: BarSource, stores: Stores, run_id: str | None, done: Extraction) -> None:
    asked, began = source.server_time(), time.monotonic()

    def entry(outcome: Outcome, error: G4qcError | None = None) -> LedgerEntry:
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
            run_id=run_id,
        )

    done.requests += 1
    try:
        bars = source.bars(request)
    except NoData as error:
        stores.ledger.record(entry(_emptiness(request, source, stores), error))
        done.empty += 1
    except (GatewayError, InvalidBars) as error:
        stores.ledger.record(entry(_outcome(error), error))
        raise
    else:
        result = stores.bars.write_raw(request.contract, bars, entry(Outcome.DATA))
        done.inserted += result.inserted
        done.unchanged += result.unchanged
        done.revised += result.revised


def _emptiness(request: BarRequest, source: BarSource, stores: Stores) -> Outcome:
    """An empty answer is confirmed by an earlier one, or by the contract's first bar; else it is only a claim."""
    contract = request.contract
    key = (contract.symbol, contract.month, request.timeframe.name, request.start, request.end)
    earlier = stores.ledger.entries(*key, outcomes=ANSWERED)
    if any(e.window_start <= request.start and e.window_end >= request.end for e in earlier):
        return Outcome.CONFIRMED_EMPTY
    try:
        return Outcome.CONFIRMED_EMPTY if request.end <= source.head_timestamp(contract) else Outcome.NO_DATA
    except GatewayError:
        return Outcome.NO_DATA


def _outcome(error: G4qcError) -> Outcome:
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), Outcome.ERROR)
