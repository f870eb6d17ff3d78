"""The daily resets of Interactive Brokers' servers, during which requests that can wait do wait.

Every night from 00:15 to 01:45, and from Friday 23:00 to Saturday 03:00, New York time. Source: the system status page
of Interactive Brokers for North America.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")
_NIGHTLY = (time(0, 15), time(1, 45))
_FRIDAY, _SATURDAY = 4, 5
_WEEKEND = (time(23, 0), time(3, 0))


def in_reset(instant: datetime) -> bool:
    """Return True if the servers may be down for a reset at the instant (UTC)."""
    local = instant.astimezone(_NEW_YORK)
    nightly = _NIGHTLY[0] <= local.time() < _NIGHTLY[1]
    friday = local.weekday() == _FRIDAY and local.time() >= _WEEKEND[0]
    saturday = local.weekday() == _SATURDAY and local.time() < _WEEKEND[1]
    return nightly or friday or saturday
