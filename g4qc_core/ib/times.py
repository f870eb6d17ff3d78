"""Parser of all dates, times and zones in the gateway's texts. Pure functions.

Bars, head timestamps and the clock come as seconds since 1970 (`1384811400`), and in older settings as
`20240315  22:00:00`, `20240315 22:00:00 US/Central` or `20240315-22:00:00`; bars of sessions and trade dates as
`20240315`. The last trade is written `20251219 08:30 US/Central`, `20251219 06:30:00 US/Pacific`, `20251219-14:30:00`
or `20251219`; times of a historical schedule `20230414-09:30:00` in a zone that the schedule names; the time of a
connection `20251128 10:00:00 Central Standard Time`.

A zone in the text takes precedence over one given elsewhere. A dash without a zone means UTC unless the message says
otherwise. A text without a zone is not an instant if no zone is given elsewhere. Nothing depends on the host's zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo

from g4qc_core.errors import UnreadableAnswer
from g4qc_core.ib.zones import zone_of

# Years outside this range are no dates of a market; calendars do not hold them.
_YEARS = (1900, 2200)

_EPOCH = re.compile(r"-?\d{9,12}|0")
_DATE = re.compile(r"\d{8}")
_TIMED = re.compile(
    r"(?P<date>\d{8})(?:(?P<dash>-)|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.0+)?)?"
    r"(?:\s*(?P<zone>[A-Za-z+-].*))?"
)


def instant(text: str, zone: tzinfo | None = None, *, dashed: tzinfo = UTC, fold: int | None = None) -> datetime:
    """Return the UTC instant of a text; a date alone is its midnight UTC.

    Args:
        text: a time in one of the forms above.
        zone: zone of times that name none and have no dash; None: no zone is known.
        dashed: zone of times with a dash that name none.
        fold: 0 or 1, which of the two instants to take when clocks are set back; a time that clocks skip is read with
            the offset before (0) or after (1) the change. None: such a text is refused, unless it names the season,
            like `CDT`.

    Raises:
        UnreadableAnswer: the text is not a time, names no zone or an unknown one, or is not a single instant.
    """
    plain = text.strip()
    if _DATE.fullmatch(plain):
        return datetime.combine(day(plain), time(), UTC)
    if _EPOCH.fullmatch(plain):
        return _since_1970(plain)
    found = _TIMED.fullmatch(plain)
    if found is None:
        raise _unreadable(text)
    local = _local(found, text)
    if found["zone"]:
        own = zone_of(found["zone"])
        if own is None:
            raise UnreadableAnswer(f"The gateway sent '{text}', whose time zone '{found['zone']}' is not known here.")
    else:
        own = dashed if found["dash"] else zone
        if own is None:
            raise UnreadableAnswer(
                f"The gateway sent '{text}', which is no instant: it names no time zone. Expected seconds since 1970."
            )
    return _placed(local, own, text, found["zone"] or "", fold)


def day(text: str) -> date:
    """Return the date of `20251219`, or of a text that begins with one.

    Raises:
        UnreadableAnswer: the text does not begin with a date.
    """
    plain = text.strip()[:8]
    try:
        if not _DATE.fullmatch(plain):
            raise ValueError(plain)
        found = date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
        if not _YEARS[0] <= found.year <= _YEARS[1]:
            raise ValueError(plain)
        return found
    except ValueError:
        raise UnreadableAnswer(f"The gateway sent '{text}', which is no date: expected one like 20251219.") from None


def has_clock(text: str) -> bool:
    """Return True for a date with a time of day."""
    return _TIMED.fullmatch(text.strip()) is not None


def names_zone(text: str) -> bool:
    """Return True if the text itself gives the zone of its time, by a name or by a dash."""
    found = _TIMED.fullmatch(text.strip())
    return found is not None and bool(found["zone"] or found["dash"])


def zone_in(text: str) -> tzinfo | None:
    """Return the time zone that a time names, like `20251128 10:00:00 CST`; None if it names none that is known."""
    found = _TIMED.fullmatch(text.strip())
    return zone_of(found["zone"]) if found is not None and found["zone"] else None


def _since_1970(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise _unreadable(text) from None


def _local(found: re.Match[str], text: str) -> datetime:
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise _unreadable(text) from None
    return datetime.combine(day(found["date"]), clock)


def _placed(local: datetime, zone: tzinfo, text: str, name: str, fold: int | None) -> datetime:
    """Return the instant at which the zone's clocks show this time."""
    first, second = (local.replace(tzinfo=zone, fold=f) for f in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if fold is not None:
        return (second if fold else first).astimezone(UTC)
    twice = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    season = [at for at in (first, second) if at.tzname() == name]
    if twice and season:
        return season[0].astimezone(UTC)
    what = "happens twice" if twice else "does not exist"
    raise UnreadableAnswer(f"The gateway sent '{text}', a time that {what} in {zone}, where clocks are set that night.")


def _unreadable(text: str) -> UnreadableAnswer:
    return UnreadableAnswer(f"The gateway sent '{text}', which is no instant: expected seconds since 1970.")
