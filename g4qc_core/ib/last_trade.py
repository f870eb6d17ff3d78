"""The last trade of a contract, from every field of its details that reports it. Pure functions."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.errors import InvalidBars
from g4qc_core.ib import times
from g4qc_core.ib.zones import zone_or

log = logging.getLogger(__name__)

_MONTH_ONLY = 6


def last_trade(entry: Any, sessions: SessionCalendar) -> tuple[date, datetime]:
    """Return the trade date and the instant (UTC) at which trading ends, from `ContractDetails`.

    A zone in the text of the last trade takes precedence over `timeZoneId`, and `timeZoneId` over the exchange's zone.
    Without a time of day, trading ends with the session of the date. The last trade takes precedence over the real
    expiration date, which is later for some products; a difference is logged as a warning.

    Raises:
        UnreadableAnswer: a text is not a date or a time, or names an unknown zone.
        InvalidBars: there is no date.
    """
    text = _told(entry)
    others = [d for d in (_date(getattr(entry.contract, "lastTradeDate", "")), _date(entry.realExpirationDate)) if d]
    if times.has_clock(text):
        at = times.instant(text, zone_or(entry.timeZoneId, sessions.timezone))
        day = _trade_date(at, sessions) if times.names_zone(text) else times.day(text)
    elif len(text) > _MONTH_ONLY or others:
        day = times.day(text) if len(text) > _MONTH_ONLY else max(others)
        at = _close_of(day, sessions)
    else:
        raise InvalidBars(f"The gateway describes {entry.contract.localSymbol} without its last trade date.")
    _compare(entry, text, day, others)
    return day, at


def check_last_trade(entry: Any) -> None:
    """Raise UnreadableAnswer if `last_trade` would, whatever the exchange's zone."""
    text = _told(entry)
    if times.has_clock(text):
        times.instant(text, zone_or(entry.timeZoneId, UTC))
    elif len(text) > _MONTH_ONLY:
        times.day(text)
    _date(entry.realExpirationDate)


def _told(entry: Any) -> str:
    """Return the text of the last trade, with its time of day if that is in a separate field."""
    text = " ".join((entry.contract.lastTradeDateOrContractMonth or "").split())
    clock = (getattr(entry, "lastTradeTime", "") or "").strip()
    return f"{text} {clock}" if clock and len(text) > _MONTH_ONLY and not times.has_clock(text) else text


def _trade_date(at: datetime, sessions: SessionCalendar) -> date:
    """Return the trade date of the session with the last minute, or else the date on the exchange's clock."""
    before = at - timedelta(minutes=1)
    session = next((s for s in sessions.sessions_between(before, at) if s.open <= before < s.close), None)
    return session.trade_date if session else at.astimezone(sessions.timezone).date()


def _close_of(day: date, sessions: SessionCalendar) -> datetime:
    before = sessions.sessions(day - timedelta(days=10), day)
    return before[-1].close if before else datetime.combine(day, time(), UTC) + timedelta(days=1)


def _date(text: str | None) -> date | None:
    plain = (text or "").strip()
    return times.day(plain) if len(plain) > _MONTH_ONLY else None


def _compare(entry: Any, text: str, day: date, others: list[date]) -> None:
    apart = sorted({other for other in others if other != day})
    if apart:
        log.warning(
            "The gateway tells two last trade dates of %s: %s by its last trade ('%s'), and %s. Bars are asked for up "
            "to the first; compare it with the exchange's.",
            entry.contract.localSymbol,
            day,
            text,
            ", ".join(map(str, apart)),
        )
