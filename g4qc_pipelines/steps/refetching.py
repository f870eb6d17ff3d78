"""Sessions that people want asked again, because they doubt a bar: what the ledger says of them no longer counts.

It stands beside the ledger and not in it: a wish is no request. A wish holds until the source answers about the session
once more, through failures and restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.bars.windows import Window
from g4qc_core.sessions import Session, SessionCalendar
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_pipelines.resources import Stores


@dataclass(frozen=True)
class Reopened:
    """A contract's session `[start, end)`, UTC: answers of the ledger up to `after_request` say nothing about it."""

    contract: str
    start: datetime
    end: datetime
    after_request: int


def reopened_sessions(
    symbol: str, contract: str | None, calendar: SessionCalendar, start: datetime, end: datetime, stores: Stores
) -> list[Reopened]:
    """The sessions within `[start, end)` that were reopened, of one contract or of all."""
    found = []
    for wish in stores.quarantine.refetches(symbol, contract, start, end):
        session = session_at(calendar, wish.timestamp)
        if session is not None:
            found.append(Reopened(wish.contract, session.open, session.close, wish.after_request))
    return found


def session_at(calendar: SessionCalendar, instant: datetime) -> Session | None:
    """The session that contains the instant, halts included, or None."""
    sessions = calendar.sessions_between(instant, instant + timedelta(minutes=1))
    return next((s for s in sessions if s.open <= instant < s.close), None)


def still_answered(entry: LedgerEntry, reopened: Sequence[Reopened]) -> list[Window]:
    """The parts of an answer's window that still count."""
    parts = [(entry.window_start, entry.window_end)]
    for session in reopened:
        if session.contract == entry.contract and entry.id is not None and entry.id <= session.after_request:
            parts = [part for window in parts for part in _outside(window, session)]
    return parts


def _outside(window: Window, session: Reopened) -> list[Window]:
    before = (window[0], min(window[1], session.start))
    after = (max(window[0], session.end), window[1])
    return [part for part in (before, after) if part[0] < part[1]]
