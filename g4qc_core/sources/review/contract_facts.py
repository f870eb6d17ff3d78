"""Facts about the rows of one contract of a file, added up piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from g4qc_core.sources.reading.bar_times import MINUTE
from g4qc_core.sources.reading.file_reader import UNKNOWN
from g4qc_core.sources.review.minute_presence import MinutePresence

_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

OFF_GRID = 1e-4
"""Part of a step by which a price may miss the grid, for the rounding of numbers."""


@dataclass(frozen=True)
class RowArrays:
    """Rows of one contract in the order of the file.

    Attributes:
        starts: microseconds since 1970, UTC (int64).
        prices: open, high, low and close (float64), points.
        volume: contracts, -1 where unknown.
        lines: of the file.
        inside: False for bars that no session of the calendar contains.
    """

    starts: np.ndarray
    prices: Sequence[np.ndarray]
    volume: np.ndarray
    lines: np.ndarray
    inside: np.ndarray


@dataclass
class RowFault:
    """A fault of rows: how many have it, and the line of the first."""

    rows: int = 0
    first_line: int = 0

    def add(self, faults: np.ndarray | np.bool, lines: np.ndarray) -> None:
        """Count the rows of a mask."""
        wrong = np.asarray(faults)
        if wrong.any():
            self.first_line = self.first_line or int(lines[np.argmax(wrong)])
            self.rows += int(wrong.sum())


@dataclass
class ContractFacts:
    """What is known of one contract's rows.

    Attributes:
        symbol: the instrument.
        month: contract month; empty for rows of a continuous file.
        step: of the grid of prices, points.
        first: start of the first bar, UTC.
        last: start of the last bar, UTC.
        file: the file with the first row.
        off_grid: rows with a price off the grid.
        misordered: rows whose open or close is not between low and high.
        outside: rows that no session contains.
        duplicates: rows for a minute that had one before.
        out_of_order: rows that begin before the row above them.
        negative: rows with a price below zero.
        without_volume: rows whose volume is not known.
        typical: a price of the middle of the file, points.
    """

    symbol: str
    month: str
    step: float
    file: str = ""
    rows: int = 0
    first: datetime = _LATEST
    last: datetime = _EARLIEST
    off_grid: RowFault = field(default_factory=RowFault)
    misordered: RowFault = field(default_factory=RowFault)
    outside: RowFault = field(default_factory=RowFault)
    duplicates: RowFault = field(default_factory=RowFault)
    out_of_order: RowFault = field(default_factory=RowFault)
    negative: RowFault = field(default_factory=RowFault)
    without_volume: RowFault = field(default_factory=RowFault)
    presence: MinutePresence = field(default_factory=MinutePresence)
    typical: float = 0.0
    _newest: int = -(2**62)

    def add(self, rows: RowArrays) -> None:
        """Add rows."""
        lines = rows.lines
        opened, high, low, close = rows.prices
        self.misordered.add((np.minimum(opened, close) < low) | (np.maximum(opened, close) > high), lines)
        off_grid = np.zeros(len(lines), bool)
        for price in rows.prices:
            steps = price / self.step
            off_grid |= np.abs(steps - np.rint(steps)) > OFF_GRID
        self.off_grid.add(off_grid, lines)
        self.negative.add(np.minimum(np.minimum(opened, close), np.minimum(low, high)) < 0, lines)
        self.outside.add(~rows.inside, lines)
        self.without_volume.add(rows.volume == UNKNOWN, lines)
        before = np.concatenate([[self._newest], rows.starts[:-1]])
        self.out_of_order.add(rows.starts < before, lines)
        self.duplicates.add(self.presence.add(rows.starts // MINUTE), lines)
        self._newest = int(rows.starts[-1])
        self.rows += len(rows.starts)
        self.first = min(self.first, _instant(int(rows.starts.min())))
        self.last = max(self.last, _instant(int(rows.starts.max())))
        self.typical = float(np.median(close))

    @property
    def name(self) -> str:
        """Symbol and month, for sentences."""
        return f"{self.symbol} {self.month}" if self.month else f"{self.symbol} (continuous)"


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
