"""Which continuous series is wanted, as one value, for those who read it more than once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.series.continuous_series import Series, read_series
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import Timeframe


@dataclass(frozen=True)
class AskedSeries:
    """A continuous series.

    Attributes:
        instrument: of the bars.
        length: of the bars.
        adjustment: of the prices.
        rule: text of the roll rule.
        window: first and last trade date, both included; None for all stored bars on that side.
        position: 0 for the front contract, 1 for the one after it.
    """

    instrument: Instrument
    length: Timeframe
    adjustment: Adjustment
    rule: str
    window: tuple[date | None, date | None] = (None, None)
    position: int = 0

    def read(self, stores: Stores, now: datetime | None = None) -> Series:
        """Return the stored bars; see `read_series`. Nothing outside the window changes a price in it.

        Args:
            stores: of the bars.
            now: sessions that ended by then are expected, UTC; None: by the time of the last request.

        Raises:
            UsageError: there is no roll calendar by the rule, or it is older than the bars.
            BacktestRefused: prices would have to be adjusted across a roll with unknown prices.
            BarsIncomplete: the timeframe was not derived from all stored minutes.
        """
        return read_series(
            stores,
            self.instrument,
            self.length,
            self.adjustment,
            self.window,
            self.rule,
            self.position,
            whole=True,
            now=now,
        )
