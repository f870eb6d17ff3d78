"""Requests for historical bars: the windows that Interactive Brokers can answer, and their spelling.

`services.extraction` decides which sessions are needed; these pure functions turn sessions into requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import Session, SessionCalendar
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Contract
from g4qc_core.sentences import counted
from g4qc_core.timeframes import ONE_MINUTE, Timeframe

TRADE_WEEK = 5
"""Most sessions of 1-minute bars in one request: a week is answered in seconds, more may time out."""

# Most sessions in one request by bar length in minutes (0: a session), so that answers have about the same size.
_SESSIONS_A_REQUEST = {1: TRADE_WEEK, 5: 21, 15: 21, 30: 21, 60: 125, 240: 125, 0: 250}

# A bar may still change this long after its end.
SETTLING = timedelta(seconds=5)

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_MAX_DAYS = 365
_MIN_SECONDS = 60

# CME sessions open at 17:00 Chicago time, 22:00 or 23:00 UTC, and belong to the next day.
_OPENING = timedelta(hours=2)


@dataclass(frozen=True)
class HistoryQuery:
    """A window in Interactive Brokers' spelling: `duration` backwards from `end`, UTC."""

    end: str
    duration: str
    bar_size: str


def chunk_sessions(
    contract: Contract,
    timeframe: Timeframe,
    sessions: Iterable[Session],
    calendar: SessionCalendar,
    now: datetime,
    max_sessions: int | None = None,
    head: datetime | None = None,
) -> list[BarRequest]:
    """Return the fewest requests that cover the needed sessions and no others.

    Neighbouring sessions share a request, also across weekends and holidays. A request of up to a trade week stays
    within seven days, the shortest meaning of `1 W`.

    A window starts no earlier than the contract's first bar, ends no later than its trading, and contains only bars
    that are finished at `now`, so the source can answer it in full. Of a running session the finished minutes are
    requested, or those of the previous trading interval if the market is closed at `now`. Coarser bars are requested
    once all bars of the session are finished.

    Args:
        contract: the contract to request.
        timeframe: of the bars.
        sessions: needed sessions, in any order.
        calendar: of the contract.
        now: time by the gateway's clock, UTC.
        max_sessions: most sessions in one request; None: a number that suits the timeframe.
        head: start of the contract's first bar, UTC; None if unknown.

    Returns:
        Requests in ascending order, with disjoint windows.

    Raises:
        UsageError: `max_sessions` is less than 1.
    """
    if max_sessions is not None and max_sessions < 1:
        raise UsageError(f"A request cannot have {counted(max_sessions, 'session')}: allow at least 1.")
    limit = max_sessions or _SESSIONS_A_REQUEST[timeframe.minutes]
    until = (now - SETTLING).replace(second=0, microsecond=0)
    begun = (s for s in sessions if s.open < min(until, contract.last_trade_at))
    needed = [s for s in begun if timeframe == ONE_MINUTE or _finished_at(s, timeframe, contract) <= until]
    groups = _groups(sorted(needed, key=lambda s: s.trade_date), calendar, limit)
    windows = (_window(group, timeframe, min(until, contract.last_trade_at)) for group in groups)
    first = datetime.min.replace(tzinfo=UTC) if head is None else head.replace(second=0, microsecond=0)
    return [BarRequest(contract, timeframe, max(start, first), end) for start, end in windows if end > first]


def history_query(request: BarRequest) -> HistoryQuery:
    """Return the request in Interactive Brokers' spelling.

    The spelled window covers the request's window whether the gateway reads `n D` as trading days or as periods of 24
    hours, and whether or not `end` is inclusive. It may begin earlier, so the answer has to be cut.

    Raises:
        UsageError: the window is empty.
    """
    if request.end <= request.start:
        raise UsageError(f"The window from {request.start} to {request.end} is empty.")
    end = request.end.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")
    return HistoryQuery(end, _duration(request), request.timeframe.ib)


def _groups(needed: list[Session], calendar: SessionCalendar, limit: int) -> list[list[Session]]:
    if not needed:
        return []
    all_days = [s.trade_date for s in calendar.sessions(needed[0].trade_date, needed[-1].trade_date)]
    position = {day: at for at, day in enumerate(all_days)}
    groups: list[list[Session]] = [[needed[0]]]
    for session in needed[1:]:
        group = groups[-1]
        neighbours = position[session.trade_date] == position[group[-1].trade_date] + 1
        too_long = limit <= TRADE_WEEK and session.close - group[0].open > _WEEK
        if neighbours and not too_long and len(group) < limit:
            group.append(session)
        else:
            groups.append([session])
    return groups


def _finished_at(session: Session, timeframe: Timeframe, contract: Contract) -> datetime:
    ends_at = min(session.close, contract.last_trade_at)
    if timeframe.is_session:
        return max(ends_at, _midnight(session.trade_date) + _DAY)
    # The last bar ends after the close if the session's length is not a multiple of the bar's.
    return ends_at + timeframe.length


def _window(group: list[Session], timeframe: Timeframe, until: datetime) -> tuple[datetime, datetime]:
    first, last = group[0], group[-1]
    if timeframe.is_session:
        return _midnight(first.trade_date), _midnight(last.trade_date) + _DAY
    return first.open, max(min(closes, until) for opens, closes in last.intervals if opens < until)


def _duration(request: BarRequest) -> str:
    length = request.end - request.start
    if length <= _DAY and not request.timeframe.is_session:
        return f"{max(_MIN_SECONDS, -(-length // timedelta(seconds=1)))} S"
    days = -(-length // _DAY)
    if request.timeframe.is_session:
        # Midnight UTC lies in the session of the next trade date, which may count as a day.
        days += 1
    first, last = request.start + _OPENING, request.end + _OPENING - timedelta(microseconds=1)
    count = max(days, (last.date() - first.date()).days + 1)
    if count > TRADE_WEEK and length <= _WEEK and np.busday_count(first.date(), last.date() + _DAY) <= TRADE_WEEK:
        # `n D` with calendar days would also bring sessions before the window.
        return "1 W"
    return f"{count} D" if count <= _MAX_DAYS else f"{-(-count // _MAX_DAYS)} Y"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
