"""Time zones of files: those of the time zone database, fixed offsets, and a zone with a fixed difference.

Servers of brokers often show the clock of New York plus seven hours, so that their day ends with New York's session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_ZONE = re.compile(r"^(?P<name>[A-Za-z][A-Za-z0-9_/]*?)(?P<shift>[+-]\d{1,2}(:?\d{2})?)?$")


@dataclass(frozen=True)
class FileZone:
    """A clock: that of a zone, plus a fixed difference.

    Attributes:
        name: name in the time zone database, or `UTC`.
        shift: what the clock shows more than the zone's.
    """

    name: str
    shift: timedelta = timedelta(0)

    @classmethod
    @cache
    def parse(cls, text: str) -> FileZone:
        """Read a zone like `America/Chicago`, `UTC-05`, `UTC+05:30` or `America/New_York+7`.

        Raises:
            ValueError: it is none.
        """
        found = _ZONE.match(text.strip())
        if found is None or (found["name"] != "UTC" and found["name"] not in available_timezones()):
            raise ValueError(f"'{text}' is no time zone: write one like America/New_York, UTC or UTC-05")
        given = found["shift"] or "+0"
        digits = given[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        if hours > 14 or minutes > 59:
            raise ValueError(f"'{text}' is no time zone: a difference has at most 14 hours")
        amount = timedelta(hours=hours, minutes=minutes)
        return cls(found["name"], -amount if given[0] == "-" else amount)

    @property
    def fixed(self) -> bool:
        """True if the clock never changes its offset from UTC."""
        return self.name == "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """The zone without the difference."""
        return ZoneInfo(self.name)

    def __str__(self) -> str:
        if not self.shift:
            return self.name
        minutes = int(abs(self.shift).total_seconds()) // 60
        sign = "-" if self.shift < timedelta(0) else "+"
        return f"{self.name}{sign}{minutes // 60:02d}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
