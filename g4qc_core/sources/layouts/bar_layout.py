"""What every layout does: write the bars of one contract, which come in batches, below a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.instruments.registry import Instrument
from g4qc_core.timeframes import Timeframe

BATCH_COLUMNS = BAR_COLUMNS[1:]
"""Columns of a batch: start of the bar (timestamp[us, UTC], ascending over all batches), prices in points (float64),
volume in contracts and number of trades (int64, -1 unknown), trade date of the session (date32)."""


@dataclass(frozen=True)
class ExportedSeries:
    """The bars of one contract in one timeframe.

    Attributes:
        instrument: the instrument.
        month: contract month (`202512`), or `spot`.
        timeframe: length of a bar.
    """

    instrument: Instrument
    month: str
    timeframe: Timeframe

    def __str__(self) -> str:
        return f"{self.instrument.symbol} {self.month} {self.timeframe}"


class BarLayout(Protocol):
    """A layout of files."""

    def check(self, series: ExportedSeries) -> None:
        """Raise UsageError if the layout has no place for such bars."""

    def write(self, folder: Path, series: ExportedSeries, batches: Iterable[pa.RecordBatch]) -> None:
        """Write bars below a folder that belongs to this export alone.

        Args:
            folder: exists; other series may have been written into it.
            series: whose bars.
            batches: with `BATCH_COLUMNS` and maybe others, at least one row in all.
        """
