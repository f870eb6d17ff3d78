"""When Interactive Brokers resets its servers: nothing that can wait is asked for then.

Every night from 00:15 to 01:45, and from Friday 23:00 to Saturday 03:00, in New York. Source: the system status page of
Interactive Brokers for North America.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")
_NIGHTLY = (time(0, 15), time(1, 45))
_FRIDAY, _SATURDAY = 4, 5
_WEEKEND = (time(23, 0), time(3, 0))


def in_reset(instant: datetime) -> bool:
    """True while the servers may be down for a reset; the instant is UTC."""
    local = instant.astimezone(_NEW_YORK)
    nightly = _NIGHTLY[0] <= local.time() < _NIGHTLY[1]
    friday = local.weekday() == _FRIDAY and local.time() >= _WEEKEND[0]
    saturday = local.weekday() == _SATURDAY and local.time() < _WEEKEND[1]
    return nightly or friday or saturday
