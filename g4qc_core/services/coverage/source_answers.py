"""What is known of a contract's minutes where bars may come from the gateway or from files.

A session is judged by the source whose bars count for it. Of a file, each session with bars counts as answered once: a
minute that it lacks is believed to be without trades as after one answer of the gateway, and a silence that looks like
missing data is not, however often the file comes again. Sessions without bars are judged by the gateway's answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.bars.windows import Window
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.services.extraction.answers import answered_windows, failed_windows
from g4qc_core.services.session_sources import session_sources
from g4qc_core.storage.reopened_window_store import ReopenedWindow
from g4qc_core.storage.request_ledger import LedgerEntry
from g4qc_core.storage.stores import Stores

SourceByDay = Mapping[date, str]
"""The source whose bars count, by trade date; only days with bars of a file that count."""


@dataclass(frozen=True)
class KnownWindows:
    """Windows of one contract: one for each answer that counts, and those of failed requests."""

    answered: list[Window]
    failed: list[Window]


def known_windows(
    entries: Sequence[LedgerEntry],
    sessions: Iterable[Session],
    files: SourceByDay,
    reopened: Sequence[ReopenedWindow] = (),
    head: datetime | None = None,
) -> KnownWindows:
    """Return what is known of the minutes of a contract's sessions.

    Args:
        entries: of the contract, of every source.
        sessions: ascending.
        files: the days that are judged by a file.
        reopened: windows whose earlier answers of the gateway no longer count.
        head: start of the contract's first bar by the gateway, UTC.
    """
    asked = [entry for entry in entries if entry.source == GATEWAY]
    of_files = [session for session in sessions if session.trade_date in files]
    answered = answered_windows(asked, reopened, head)
    failed = failed_windows(asked)
    for session in of_files:
        answered = _without(answered, session)
        failed = _without(failed, session)
    for session in of_files:
        own = [entry for entry in entries if entry.source == files[session.trade_date]]
        answered += _once(own, session)
    return KnownWindows(answered, failed)


def sources_of_files(symbol: str, contract: str, sessions: Sequence[Session], stores: Stores) -> dict[date, str]:
    """Return the source that counts for each session with bars of a file that come before the gateway's."""
    return {
        one.trade_date: chosen
        for one in session_sources(symbol, contract, sessions, stores)
        if one.found and (chosen := one.first_of(one.found)) != GATEWAY
    }


def clock_of(entry: LedgerEntry) -> datetime:
    """Return the time until which an entry tells of bars: of a file, at most the end of its window."""
    return entry.requested_at if entry.source == GATEWAY else min(entry.requested_at, entry.window_end)


def _once(entries: Iterable[LedgerEntry], session: Session) -> list[Window]:
    """Return the parts of a session that entries cover, each part once."""
    spans = sorted(
        (max(entry.window_start, session.open), min(entry.window_end, session.close))
        for entry in entries
        if entry.window_start < session.close and entry.window_end > session.open
    )
    found: list[Window] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _without(windows: Iterable[Window], session: Session) -> list[Window]:
    """Return the windows without a session's minutes."""
    parts = []
    for start, end in windows:
        before, after = (start, min(end, session.open)), (max(start, session.close), end)
        parts += [part for part in (before, after) if part[0] < part[1]]
    return parts
