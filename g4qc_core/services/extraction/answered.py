"""What the source has answered, by the ledger and people's wishes: what somebody wants asked again no longer counts.

A wish is for the session of a bar in quarantine, or for any sessions by their dates. It holds until the source answers
about the session once more, through failures and restarts. Must not know what is asked next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import pandas as pd

from g4qc_core.bars.columns import GAP_COLUMNS, OPEN
from g4qc_core.bars.gap_confirmation import CONFIRMED
from g4qc_core.bars.minute_classes import gaps
from g4qc_core.bars.windows import Window
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.extraction.needs import Answer, separate
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


def answers(entries: Iterable[LedgerEntry], reopened: Sequence[ReopenedWindow] = ()) -> list[Answer]:
    """What the source answered, less what people want asked again since."""
    return [
        Answer(start, end, entry.requested_at, entry.outcome is Outcome.CONFIRMED_EMPTY or bool(entry.whole))
        for entry in entries
        if entry.outcome in ANSWERED
        for start, end in still_answered(entry, reopened)
    ]


def answered_windows(
    entries: Iterable[LedgerEntry], reopened: Sequence[ReopenedWindow] = (), head: datetime | None = None
) -> list[Window]:
    """The windows of `answers` that are apart, one an answer, as many as confirm one another where it leaves no doubt.

    So does the start of the contract's first bar: there is nothing before it.
    """
    given = separate(answers(entries, reopened))
    if head is not None:
        given.append(Answer(datetime.min.replace(tzinfo=head.tzinfo), head, head, whole=True))
    return [(a.start, a.end) for a in given for _ in range(CONFIRMED if a.whole else 1)]


def failed_windows(entries: Iterable[LedgerEntry]) -> list[Window]:
    """The windows of requests that failed."""
    return [(e.window_start, e.window_end) for e in entries if e.outcome not in ANSWERED]


def reopened_sessions(instrument: Instrument, start: datetime, end: datetime, stores: Stores) -> list[ReopenedWindow]:
    """What was reopened of `[start, end)`, of all contracts of the instrument."""
    found = stores.reopened.windows(instrument.symbol, start, end)
    for wish in stores.quarantine.refetches(instrument.symbol, None, start, end):
        session = session_at(calendar(instrument.calendar), wish.timestamp)
        if session is not None:
            found.append(ReopenedWindow(wish.contract, session.open, session.close, wish.after_request))
    return found


def session_at(calendar: SessionCalendar, instant: datetime) -> Session | None:
    """Return the session with a trading interval that contains the instant, halts included, or None."""
    sessions = calendar.sessions_between(instant, instant + timedelta(minutes=1))
    return next((s for s in sessions if s.holds(instant)), None)


def still_answered(entry: LedgerEntry, reopened: Sequence[ReopenedWindow]) -> list[Window]:
    """The parts of an answer's window that still count."""
    parts = [(entry.window_start, entry.window_end)]
    for session in reopened:
        if session.contract == entry.contract and entry.id is not None and entry.id <= session.after_request:
            parts = [part for window in parts for part in _outside(window, session)]
    return parts


def stored_gaps(instrument: Instrument, first: date, last: date, stores: Stores) -> pd.DataFrame:
    """Where the gaps lie of the sessions from `first` to `last` that are not whole by their quality.

    What was asked since they were validated counts: then they are fewer than the quality says.

    Returns:
        `GAP_COLUMNS` by contract and start.
    """
    quality = stores.bars.quality(instrument.symbol, first, last)
    lacking = quality[quality[list(OPEN)].sum(axis=1) > 0]
    hours = {s.trade_date: s for s in calendar(instrument.calendar).sessions(first, last)}
    found = [pd.DataFrame(columns=list(GAP_COLUMNS))]
    for contract in stores.contracts.chain(instrument.symbol):
        rows = lacking[lacking["contract"] == contract.month]
        expected = {
            hours[day.date()]: minutes for day, minutes in zip(rows["trade_date"], rows["expected"], strict=True)
        }
        if expected:
            # A session that was not over when it was validated is judged as far as it was then.
            until = max(_end_of(session, int(minutes)) for session, minutes in expected.items())
            found.append(_gaps(instrument, contract, list(expected), until, stores))
    return pd.concat(found[1:] or found, ignore_index=True)


def _end_of(session: Session, minutes: int) -> datetime:
    """Return the end of this many minutes of the session, from its open."""
    every = session.all_minutes()
    last = every[min(minutes, len(every)) - 1].item()
    return last.replace(tzinfo=session.open.tzinfo) + timedelta(minutes=1)


def _gaps(
    instrument: Instrument, contract: Contract, sessions: Sequence[Session], until: datetime, stores: Stores
) -> pd.DataFrame:
    window = (sessions[0].open, sessions[-1].close)
    entries = stores.ledger.entries(instrument.symbol, contract.month, ONE_MINUTE.name, *window)
    reopened = reopened_sessions(instrument, *window, stores)
    good = stores.bars.bars(instrument.symbol, ONE_MINUTE.name, *window, contract.month)
    bad = stores.bars.quarantined(instrument.symbol, *window)
    head = stores.contracts.heads(instrument.symbol).get(contract.month)
    answered = answered_windows(entries, reopened, head)
    mine = bad.loc[bad["contract"] == contract.month, "timestamp"]
    return gaps(contract, sessions, good["timestamp"], mine, answered, failed_windows(entries), until)


def _outside(window: Window, session: ReopenedWindow) -> list[Window]:
    before = (window[0], min(window[1], session.start))
    after = (max(window[0], session.end), window[1])
    return [part for part in (before, after) if part[0] < part[1]]
