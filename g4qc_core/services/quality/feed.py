"""The state of a feed: the newest received bar against the calendar and the gateway's clock.

A gateway may be connected and answer in time, and yet deliver no bars newer than an hour, because its data farm hangs.
Only answers from open hours show this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.futures.chain import front_contract, front_periods
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted
from g4qc_core.storage.request_ledger import ANSWERED
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE

STALE = 60
"""Open minutes without a bar at the end of an answer that make the feed of a front contract stale."""

_LOOK_BACK = timedelta(days=5)


@dataclass(frozen=True)
class Feed:
    """The feed of an instrument's front contract, by its newest answer.

    Attributes:
        symbol: the instrument.
        contract: the front contract's month.
        asked_at: when bars were requested, by the gateway's clock, UTC.
        newest: start of the newest bar by then; None if there was none for days.
        behind: open minutes between the newest bar and the end of the answer.
    """

    symbol: str
    contract: str
    asked_at: datetime
    newest: datetime | None
    behind: int

    @property
    def stale(self) -> bool:
        """True if the bars end at least `STALE` open minutes before the answer does."""
        return self.behind >= STALE

    def __str__(self) -> str:
        newest = f"{self.newest:%Y-%m-%d %H:%M} UTC" if self.newest else f"older than {_LOOK_BACK.days} days"
        return (
            f"{self.symbol} {self.contract}: asked at {self.asked_at:%Y-%m-%d %H:%M} UTC, the newest bar is {newest}, "
            f"{counted(self.behind, 'open minute')} before"
        )


def feeds(instruments: Iterable[Instrument], stores: Stores) -> list[Feed]:
    """Return the feeds of the instruments whose front contract had an answer in the last days."""
    found = [feed_of(instrument, stores) for instrument in instruments]
    return [feed for feed in found if feed is not None]


def no_feed(stores: Stores) -> str:
    """Return why there is no feed to judge: the subject of the newest request, and its outcome."""
    last = stores.ledger.last()
    if last is None:
        return "bars were never asked for"
    return (
        f"the last request, at {last.requested_at:%Y-%m-%d %H:%M} UTC, was about {last.symbol} {last.contract} from "
        f"{last.window_start:%Y-%m-%d} to {last.window_end:%Y-%m-%d} ({last.outcome}), and none in the "
        f"{_LOOK_BACK.days} days before it about the newest bars of a front contract"
    )


def feed_of(instrument: Instrument, stores: Stores) -> Feed | None:
    """Return the feed by the newest answer about the front contract; None if the last days have none."""
    newest = stores.ledger.last()
    if newest is None:
        return None
    sessions = calendar(instrument.calendar)
    since = newest.requested_at - _LOOK_BACK
    chain = stores.contracts.chain(instrument.symbol)
    periods, lasting = front_periods(chain, instrument, sessions), [c for c in chain if not c.expires]
    entries = stores.ledger.entries(instrument.symbol, None, ONE_MINUTE.name, since, newest.requested_at, ANSWERED)
    for entry in sorted(entries, key=lambda entry: (entry.requested_at, entry.window_end), reverse=True):
        front = next(iter(lasting), None) or front_contract(periods, (entry.window_end - timedelta(hours=12)).date())
        until = min(entry.window_end, entry.requested_at).replace(second=0, microsecond=0)
        if front is None or entry.contract != front.month or until <= since:
            continue
        bars = stores.raw.bars(instrument.symbol, since, until, front.month)["timestamp"]
        last = bars.iloc[-1].to_pydatetime() if len(bars) else None
        begin = last + timedelta(minutes=1) if last is not None else since
        return Feed(instrument.symbol, front.month, entry.requested_at, last, _open_minutes(sessions, begin, until))
    return None


def _open_minutes(sessions: SessionCalendar, start: datetime, end: datetime) -> int:
    """Return the number of open minutes in `[start, end)`."""
    if start >= end:
        return 0
    found = 0
    for session in sessions.sessions_between(start, end):
        found += sum(_shared(start, end, *interval) for interval in session.intervals)
        found -= sum(_shared(start, end, *halt) for halt in session.halts)
    return found


def _shared(start: datetime, end: datetime, begins: datetime, ends: datetime) -> int:
    """Return the minutes that two windows have in common."""
    return max(timedelta(), min(end, ends) - max(start, begins)) // timedelta(minutes=1)
