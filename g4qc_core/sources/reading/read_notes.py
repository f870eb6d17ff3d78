"""What a reader could not use, by line: rows that cannot be read, contracts without a name, hours that do not exist.

Nothing is left out silently: every row that does not become a bar is counted here, and the first ones are named.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

KEPT = 20
"""Rows that are named; the others are counted."""


@dataclass(frozen=True)
class UnreadableRow:
    """A row that cannot be read.

    Attributes:
        file: the file or member.
        line: number of the line (from 1), or of the row in a binary file.
        text: the row, shortened.
        reason: what is wrong, as a phrase.
    """

    file: str
    line: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}: {self.text}"


@dataclass
class ReadNotes:
    """Notes of one reading; a reader adds to them.

    Attributes:
        rows: number of rows that became bars.
        unreadable: number of rows that cannot be read.
        first_unreadable: the first of them.
        unknown_contracts: rows by a text that names no contract of a known instrument, such as a spread.
        skipped_hours: rows whose time does not exist in the zone, because clocks were put forward.
        doubled_hours: rows whose time occurs twice in the zone, because clocks were put back; the first one is taken.
        fractions: rows whose volume is not a whole number; it is rounded.
        off_minute: rows whose time is not a whole minute.
        zone_said: True if the file itself says the offset of its times from UTC.
    """

    rows: int = 0
    unreadable: int = 0
    first_unreadable: list[UnreadableRow] = field(default_factory=list)
    unknown_contracts: Counter[str] = field(default_factory=Counter)
    skipped_hours: int = 0
    doubled_hours: int = 0
    fractions: int = 0
    off_minute: int = 0
    zone_said: bool = False

    def unread(self, file: str, line: int, text: str, reason: str) -> None:
        """Count a row that cannot be read, and keep it if it is one of the first."""
        self.unreadable += 1
        if len(self.first_unreadable) < KEPT:
            self.first_unreadable.append(UnreadableRow(file, line, text[:80], reason))
