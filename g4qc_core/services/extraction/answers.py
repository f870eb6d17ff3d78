"""The source's answers about each window, from the request ledger.

This is the first of the three modules that decide which requests are made; `needed_sessions` and `plan` follow.

Answers about a session no longer count once the user wants it requested again: by a decision about one of its
quarantined bars, or by date with `reopen`. They count again from the source's next answer on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.bars.gap_confirmation import APART, CONFIRMED
from g4qc_core.bars.windows import Window
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.chains import Wanted
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class Answer:
    """An answer of the source about the window `[start, end)`, given at `at`; all UTC.

    Attributes:
        whole: True if the answer leaves no minute of its window in doubt; it then counts `CONFIRMED` times.
    """

    start: datetime
    end: datetime
    at: datetime
    whole: bool = False


def answers(entries: Iterable[LedgerEntry], reopened: Sequence[ReopenedWindow] = ()) -> list[Answer]:
    """Return the answers in the ledger, without the windows that were reopened since."""
    return [
        Answer(start, end, entry.requested_at, entry.outcome is Outcome.CONFIRMED_EMPTY or bool(entry.whole))
        for entry in entries
        if entry.outcome in ANSWERED
        for start, end in still_answered(entry, reopened)
    ]


def still_answered(entry: LedgerEntry, reopened: Sequence[ReopenedWindow]) -> list[Window]:
    """Return the parts of an entry's window that were not reopened since."""
    parts = [(entry.window_start, entry.window_end)]
    for session in reopened:
        if session.contract == entry.contract and entry.id is not None and entry.id <= session.after_request:
            parts = [part for window in parts for part in _outside(window, session)]
    return parts


def independent_answers(given: Iterable[Answer]) -> list[Answer]:
    """Return the answers by time, without those that only repeat another one of the last hour.

    Such answers may all come from one outage of the source, so they do not confirm one another.
    """
    kept: list[Answer] = []
    for answer in sorted(given, key=lambda a: a.at):
        if answer.whole or not any(_repeats(answer, earlier) for earlier in kept):
            kept.append(answer)
    return kept


def answered_windows(
    entries: Iterable[LedgerEntry], reopened: Sequence[ReopenedWindow] = (), head: datetime | None = None
) -> list[Window]:
    """Return one window per independent answer; a conclusive answer counts `CONFIRMED` times.

    Args:
        entries: of one contract.
        reopened: windows whose earlier answers no longer count.
        head: start of the contract's first bar, UTC; the time before it counts as answered.
    """
    given = independent_answers(answers(entries, reopened))
    if head is not None:
        given.append(Answer(datetime.min.replace(tzinfo=head.tzinfo), head, head, whole=True))
    return [(a.start, a.end) for a in given for _ in range(CONFIRMED if a.whole else 1)]


def failed_windows(entries: Iterable[LedgerEntry]) -> list[Window]:
    """Return the windows of failed requests."""
    return [(e.window_start, e.window_end) for e in entries if e.outcome not in ANSWERED]


def reopen(instrument: Instrument, wanted: Wanted, stores: Stores, at: datetime) -> None:
    """Make the next extraction request these sessions, whatever was answered about them before.

    Args:
        instrument: the instrument of the contracts.
        wanted: sessions by contract.
        stores: keep the reopened windows.
        at: time of the user's request, UTC.
    """
    stores.reopened.reopen(instrument.symbol, _spans(wanted), at)


def as_if_reopened(wanted: Wanted, after_request: int) -> list[ReopenedWindow]:
    """Return the windows that `reopen` would store if `after_request` were the ledger's last entry."""
    return [ReopenedWindow(month, start, end, after_request) for month, (start, end) in _spans(wanted)]


def reopened_sessions(instrument: Instrument, start: datetime, end: datetime, stores: Stores) -> list[ReopenedWindow]:
    """Return the reopened windows of all contracts of the instrument that overlap `[start, end)`, UTC."""
    found = stores.reopened.windows(instrument.symbol, start, end)
    for refetch in stores.quarantine.refetches(instrument.symbol, None, start, end):
        session = session_at(calendar(instrument.calendar), refetch.timestamp)
        if session is not None:
            found.append(ReopenedWindow(refetch.contract, session.open, session.close, refetch.after_request))
    return found


def session_at(calendar: SessionCalendar, instant: datetime) -> Session | None:
    """Return the session with a trading interval that contains the instant, halts included, or None."""
    sessions = calendar.sessions_between(instant, instant + timedelta(minutes=1))
    return next((s for s in sessions if s.holds(instant)), None)


def _spans(wanted: Wanted) -> list[tuple[str, Window]]:
    """Return one window per contract, because its sessions follow one another."""
    return [(c.month, (sessions[0].open, sessions[-1].close)) for c, sessions in wanted.items() if sessions]


def _repeats(answer: Answer, earlier: Answer) -> bool:
    return earlier.start <= answer.start and answer.end <= earlier.end and answer.at < earlier.at + APART


def _outside(window: Window, session: ReopenedWindow) -> list[Window]:
    before = (window[0], min(window[1], session.start))
    after = (max(window[0], session.end), window[1])
    return [part for part in (before, after) if part[0] < part[1]]
