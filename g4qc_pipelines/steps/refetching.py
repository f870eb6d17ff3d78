"""Sessions that people want asked again: what the ledger says of them no longer counts.

A wish is for the session of a bar in quarantine, or for any sessions by their dates. It holds until the source answers
about the session once more, through failures and restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from g4qc_core.bars.windows import Window
from g4qc_core.instruments import Instrument
from g4qc_core.sessions import Session, SessionCalendar, calendar
from g4qc_core.storage.reopened_store import Reopened
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_pipelines.resources import Stores
from g4qc_pipelines.steps.chains import Wanted


def reopened_sessions(instrument: Instrument, start: datetime, end: datetime, stores: Stores) -> list[Reopened]:
    """What was reopened of `[start, end)`, of all contracts of the instrument."""
    found = stores.reopened.windows(instrument.symbol, start, end)
    for wish in stores.quarantine.refetches(instrument.symbol, None, start, end):
        session = session_at(calendar(instrument.calendar), wish.timestamp)
        if session is not None:
            found.append(Reopened(wish.contract, session.open, session.close, wish.after_request))
    return found


def reopen(instrument: Instrument, wanted: Wanted, stores: Stores, at: datetime) -> None:
    """The next extraction asks for these sessions again, whatever was answered about them before.

    Args:
        at: when the person wished it, UTC.
    """
    stores.reopened.reopen(instrument.symbol, _spans(wanted), at)


def as_if_reopened(wanted: Wanted, after_request: int) -> list[Reopened]:
    """What `reopen` would leave of these sessions, when `after_request` is the ledger's last."""
    return [Reopened(month, start, end, after_request) for month, (start, end) in _spans(wanted)]


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


def _spans(wanted: Wanted) -> list[tuple[str, Window]]:
    """One window a contract: its sessions follow one another."""
    return [(c.month, (sessions[0].open, sessions[-1].close)) for c, sessions in wanted.items() if sessions]
