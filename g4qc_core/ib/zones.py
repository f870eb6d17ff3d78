"""Names of time zones as the gateway writes them.

They come from Interactive Brokers' servers (`US/Central`), from Java on the gateway's host (`EST`, `Central European
Summer Time`, `GMT+01:00`), and from Windows (`Central Standard Time (Mexico)`).
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from tzlocal.windows_tz import win_tz

log = logging.getLogger(__name__)

# Some hosts have no legacy names in their time zone database. A short Java name means the zone that uses it, also in
# summer; a name that several zones use, like IST, is left out.
_PLACES = {
    "America/Chicago": "US/Central CST CDT CT",
    "America/New_York": "US/Eastern EST EDT ET",
    "America/Denver": "US/Mountain MST MDT MT",
    "America/Los_Angeles": "US/Pacific PST PDT PT",
    "Europe/London": "BST GB",
    "Europe/Berlin": "MET MEST MEZ MESZ CET CEST",
    "Europe/Athens": "EET EEST",
    "Asia/Tokyo": "JST Japan",
    "Asia/Hong_Kong": "HKT Hongkong",
    "Asia/Singapore": "SGT Singapore",
    "Asia/Seoul": "KST",
    "Australia/Sydney": "AEST AEDT",
    "UTC": "UTC GMT Z",
}
_SHORT = {name: place for place, names in _PLACES.items() for name in names.split()}

# Java's long names; `Standard`, `Daylight` and `Summer` are removed before the lookup.
_LONG = {
    "central time": "America/Chicago",
    "eastern time": "America/New_York",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "greenwich mean time": "UTC",
    "coordinated universal time": "UTC",
    "british time": "Europe/London",
    "western european time": "Europe/Lisbon",
    "central european time": "Europe/Berlin",
    "middle europe time": "Europe/Berlin",
    "eastern european time": "Europe/Athens",
    "moscow time": "Europe/Moscow",
    "india time": "Asia/Kolkata",
    "israel time": "Asia/Jerusalem",
    "singapore time": "Asia/Singapore",
    "hong kong time": "Asia/Hong_Kong",
    "china time": "Asia/Shanghai",
    "japan time": "Asia/Tokyo",
    "korean time": "Asia/Seoul",
    "australian eastern time": "Australia/Sydney",
}
_SEASON = re.compile(r"\b(standard|daylight|summer)\s+", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?")


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo | None:
    """Return the time zone of a gateway's name; None if it is unknown.

    Names look like `US/Central`, `EST (Eastern Standard Time)`, `Central Standard Time` or `GMT+01:00`.
    """
    whole = " ".join(name.split())
    # "Central Standard Time (Mexico)" is a name by itself: only unknown names are split.
    plain, _, explained = whole.partition(" (")
    for candidate in (whole, plain, explained.rstrip(")")):
        if candidate and (zone := _named(candidate)) is not None:
            return zone
    return None


def zone_or(name: str, otherwise: tzinfo) -> tzinfo:
    """Return the time zone of that name; `otherwise` if there is no name, or, with a warning, if it is unknown."""
    zone = zone_of(name or "")
    if zone is None and name:
        log.warning("The gateway names the time zone '%s', which is not known here: using %s.", name, otherwise)
    return zone or otherwise


def _named(name: str) -> tzinfo | None:
    if offset := _OFFSET.fullmatch(name):
        return _fixed(offset)
    place = _SHORT.get(name) or _windows().get(name.casefold()) or _LONG.get(_SEASON.sub("", name).casefold())
    return _zone(place or _known().get(name.casefold(), ""))


def _fixed(offset: re.Match[str]) -> tzinfo | None:
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    if length > timedelta(hours=14):
        return None
    return timezone(length if offset[1] == "+" else -length)


def _zone(key: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1)
def _windows() -> dict[str, str]:
    return {name.casefold(): place for name, place in win_tz.items()}


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return {key.casefold(): key for key in available_timezones()}
