"""One request of an extraction: bars are fetched from the source and stored together with the ledger entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from g4qc_core.bars.bar_source import BarRequest, BarSource, PartlyUnreadable
from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.errors import BarsDenied, GatewayError, InvalidBars, NoData
from g4qc_core.sentences import counted
from g4qc_core.services.extraction.extraction_result import RequestResult
from g4qc_core.services.extraction.ledgered_request import (
    LedgeredRequest,
    answered_before,
    empty_outcome,
    outcome_of,
)
from g4qc_core.services.extraction.needed_sessions import leaves_no_doubt
from g4qc_core.services.extraction.partial_answers import TrustedPart, readable_parts
from g4qc_core.storage.request_ledger import Outcome
from g4qc_core.storage.stores import Stores


def fetch_bars(
    request: BarRequest,
    sessions: SessionCalendar,
    head: datetime | None,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
) -> RequestResult:
    """Make one request and store its bars and its ledger entry.

    Args:
        request: for 1-minute bars.
        sessions: calendar of the contract.
        head: start of the contract's first bar, UTC; None if unknown.
        source: gives the bars.
        stores: keeps bars and ledger.
        run_id: the Dagster run that makes the request, if there is one.

    Returns:
        The result, with the error if the request failed.
    """
    try:
        return _fetch(request, sessions, head, source, stores, run_id)
    except (GatewayError, InvalidBars) as error:
        return RequestResult(request, outcome_of(error), error=error)


def _fetch(
    request: BarRequest,
    sessions: SessionCalendar,
    head: datetime | None,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
) -> RequestResult:
    ledgered = LedgeredRequest(request, source, run_id)
    try:
        bars = _answer(request, ledgered.at, source, stores)
    except NoData as error:
        stored = _stored_bars(request, stores)
        outcome = Outcome.NO_DATA if stored else empty_outcome(request, ledgered.at, stores.ledger)
        stores.ledger.record(ledgered.entry(outcome, error))
        return RequestResult(request, outcome)
    except PartlyUnreadable as error:
        parts = readable_parts(request, error.lost, sessions)
        return _store_parts(request, parts, ledgered, error, stores)
    except (GatewayError, InvalidBars) as error:
        stores.ledger.record(ledgered.entry(outcome_of(error), error))
        raise
    window = request.start, request.end
    whole = leaves_no_doubt(request.contract, sessions.sessions_between(*window), bars["timestamp"], window, head)
    done = stores.raw.write(request.contract, bars, ledgered.entry(Outcome.DATA, whole=whole))
    return RequestResult(request, Outcome.DATA, done.inserted, done.unchanged, done.revised, done.withdrawn)


def _store_parts(
    request: BarRequest,
    parts: Sequence[TrustedPart],
    ledgered: LedgeredRequest,
    error: PartlyUnreadable,
    stores: Stores,
) -> RequestResult:
    """Store the readable bars; only the parts of the window without unreadable bars count as answered."""
    written = []
    for part in parts:
        inside = (error.bars["timestamp"] >= part.start) & (error.bars["timestamp"] < part.end)
        bars = error.bars[inside].reset_index(drop=True)
        outcome, why = (Outcome.DATA, None) if part.readable else (Outcome.UNREADABLE, error)
        entry = ledgered.entry(outcome, why, whole=False, window=(part.start, part.end))
        written.append(stores.raw.write(request.contract, bars, entry))
    inserted, unchanged, revised, withdrawn = (
        sum(getattr(w, name) for w in written) for name in ("inserted", "unchanged", "revised", "withdrawn")
    )
    return RequestResult(request, Outcome.UNREADABLE, inserted, unchanged, revised, withdrawn, error)


def _answer(request: BarRequest, at: datetime, source: BarSource, stores: Stores) -> pd.DataFrame:
    """Return the bars of the window.

    An empty answer about a window with stored bars is an error the first time, because it may be an outage. The second
    time it counts as an answer, because a source may withdraw the few bars of a window or drop old ones. The stored
    bars stay in either case.
    """
    try:
        return source.bars(request)
    except NoData as error:
        stored = _stored_bars(request, stores)
        if stored and not answered_before(request, {Outcome.DENIED}, at, stores.ledger):
            raise BarsDenied(
                f"{error} Of this window {counted(stored, 'bar is', 'bars are')} stored, so this is an outage: ask "
                "again in an hour.",
                error.code,
            ) from None
        raise


def _stored_bars(request: BarRequest, stores: Stores) -> int:
    """Return the number of stored bars in the window."""
    contract = request.contract
    return len(stores.raw.bars(contract.symbol, request.start, request.end, contract.month))
