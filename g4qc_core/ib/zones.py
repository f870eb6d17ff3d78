"""Names of time zones as the gateway writes them.

Knows names. Must not know what is told in them.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Some hosts have no legacy names in their time zone database, and Interactive Brokers uses little else.
_ZONES = {
    "US/Central": "America/Chicago",
    "US/Eastern": "America/New_York",
    "US/Mountain": "America/Denver",
    "US/Pacific": "America/Los_Angeles",
    "CST": "America/Chicago",
    "EST": "America/New_York",
    "MET": "Europe/Berlin",
}


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone that the gateway calls `US/Central` or `EST (Eastern Standard Time)`; None: not known here."""
    plain = name.split(" (")[0]
    try:
        return ZoneInfo(_ZONES.get(plain, plain))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
