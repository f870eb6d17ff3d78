"""One request for bars and its entry in the ledger, for extraction and for reconciliation.

Every request that reaches a gateway leaves an entry with its outcome.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime

from g4qc_core.bars.bar_source import BarRequest, BarSource
from g4qc_core.bars.gap_confirmation import APART
from g4qc_core.errors import (
    BarsDenied,
    ClientIdInUse,
    ClientTooOld,
    ContractAmbiguous,
    ContractNotFound,
    DefinitionMissing,
    G4qcError,
    GatewayDisconnected,
    GatewayTimeout,
    GatewayUnavailable,
    NoData,
    PacingViolation,
    PermissionDenied,
    RequestCancelled,
    RequestRejected,
    UnreadableAnswer,
)
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, Outcome, RequestLedger

_OUTCOMES: tuple[tuple[type[G4qcError], Outcome], ...] = (
    (NoData, Outcome.NO_DATA),
    (GatewayTimeout, Outcome.TIMEOUT),
    (PacingViolation, Outcome.PACING),
    (PermissionDenied, Outcome.NO_PERMISSION),
    (ContractNotFound, Outcome.NO_DEFINITION),
    (DefinitionMissing, Outcome.NO_DEFINITION),
    (ContractAmbiguous, Outcome.NO_DEFINITION),
    (RequestRejected, Outcome.REJECTED),
    (ClientTooOld, Outcome.REJECTED),
    (UnreadableAnswer, Outcome.UNREADABLE),
    (RequestCancelled, Outcome.CANCELLED),
    (BarsDenied, Outcome.DENIED),
    (GatewayDisconnected, Outcome.DISCONNECTED),
    (GatewayUnavailable, Outcome.DISCONNECTED),
    (ClientIdInUse, Outcome.DISCONNECTED),
)


class LedgeredRequest:
    """A request that is about to be sent; it makes the ledger entry when it has ended.

    Attributes:
        at: time of the request by the source's clock, UTC.
    """

    def __init__(self, request: BarRequest, source: BarSource, run_id: str | None) -> None:
        self._request = request
        self._run_id = run_id
        self.at = source.server_time()
        self._began = time.monotonic()

    def entry(
        self,
        outcome: Outcome,
        error: G4qcError | None = None,
        whole: bool | None = None,
        bars: int = 0,
        window: tuple[datetime, datetime] | None = None,
    ) -> LedgerEntry:
        """Return the entry of this request, which ended just now, or of a part of its window.

        Args:
            outcome: of the request.
            error: that ended it, if any.
            whole: True if the answer leaves no minute in doubt; None if that was not judged.
            bars: number of bars in the answer.
            window: `(start, end)`, UTC; None: the whole window of the request.
        """
        start, end = window or (self._request.start, self._request.end)
        return LedgerEntry(
            symbol=self._request.contract.symbol,
            contract=self._request.contract.month,
            timeframe=self._request.timeframe.name,
            window_start=start,
            window_end=end,
            outcome=outcome,
            requested_at=self.at,
            duration_ms=int((time.monotonic() - self._began) * 1000),
            code=getattr(error, "code", None),
            message=str(error) if error else None,
            bars=bars,
            whole=whole,
            what=self._request.contract.what,
            run_id=self._run_id,
        )


def empty_outcome(request: BarRequest, at: datetime, ledger: RequestLedger) -> Outcome:
    """Return the outcome of an empty answer at `at`: confirmed if an earlier answer agrees, else an unconfirmed one."""
    known = answered_before(request, ANSWERED, at, ledger)
    return Outcome.CONFIRMED_EMPTY if known else Outcome.NO_DATA


def answered_before(request: BarRequest, outcomes: Collection[Outcome], at: datetime, ledger: RequestLedger) -> bool:
    """Return True if a request for the whole window had one of the outcomes at least `APART` before `at`, UTC."""
    contract = request.contract
    key = (contract.symbol, contract.month, request.timeframe.name, request.start, request.end)
    return any(
        e.window_start <= request.start and e.window_end >= request.end and e.requested_at + APART <= at
        for e in ledger.entries(*key, outcomes=outcomes)
    )


def outcome_of(error: G4qcError) -> Outcome:
    """Return the outcome of a request that failed with this error."""
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), Outcome.ERROR)
