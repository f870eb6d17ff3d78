"""The port of a market: contracts, and their bars.

Implementations: `synthetic.SyntheticMarket` and `replay.ReplayMarket`. Must not know the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

import numpy as np
import pandas as pd

from g4qc_core.instruments.registry import Contract, Instrument

SYNTHETIC_ACCOUNT, REPLAY_ACCOUNT = "SIM000001", "REPLAY001"

UNKNOWN = -1
"""Value of `wap` and `count` where the market has none: the wire says the same."""


@dataclass(frozen=True)
class Listing:
    """A contract month and the instrument that it belongs to."""

    instrument: Instrument
    contract: Contract

    @property
    def tick(self) -> Decimal:
        """Smallest step of its quotes, in the units of its bars: cents if they are in cents."""
        return self.contract.min_tick * self.contract.price_magnifier

    @property
    def digits(self) -> int:
        """Decimal places that a quote needs."""
        return max(0, -int(self.tick.normalize().as_tuple().exponent))


@dataclass(frozen=True)
class MarketBars:
    """Bars as columns of equal length n, ascending and unique in `start`.

    Attributes:
        start: bar starts, UTC, `datetime64[s]`.
        open, high, low, close: prices in points, float64.
        volume: contracts, int64; -1 where the kind of bar has none.
        wap: volume-weighted price in points, float64; -1 where unknown.
        count: number of trades, int64; -1 where unknown.
    """

    start: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    wap: np.ndarray
    count: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    def take(self, which: np.ndarray | slice) -> MarketBars:
        """The rows that a mask, a slice or positions choose."""
        return MarketBars(**{name: column[which] for name, column in self.columns().items()})

    def between(self, start: datetime, end: datetime) -> MarketBars:
        """The rows that start in `[start, end)`, UTC."""
        first, last = np.searchsorted(self.start, [ceiling(start), ceiling(end)])
        return self.take(slice(first, last))

    def columns(self) -> dict[str, np.ndarray]:
        """The columns by name, in the order of the attributes."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def frame(self) -> pd.DataFrame:
        """A frame of n rows: `timestamp` (datetime64[us, UTC]), then the other columns."""
        timestamp = pd.DatetimeIndex(self.start).as_unit("us").tz_localize("UTC")
        columns = self.columns()
        del columns["start"]
        return pd.DataFrame({"timestamp": timestamp, **columns})


def no_bars() -> MarketBars:
    """No rows at all."""
    prices, counts = np.array([], float), np.array([], np.int64)
    return MarketBars(np.array([], "datetime64[s]"), prices, prices, prices, prices, counts, prices, counts)


def join(parts: Sequence[MarketBars]) -> MarketBars:
    """The parts one behind the other."""
    if not parts:
        return no_bars()
    return MarketBars(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(MarketBars)})


def ceiling(instant: datetime) -> np.datetime64:
    """The first whole second that is not before the instant, UTC."""
    naive = np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "us")
    whole = naive.astype("datetime64[s]")
    return whole if whole == naive else whole + np.timedelta64(1, "s")


class SimulatedMarket(Protocol):
    """Contracts and the minutes in which they traded."""

    @property
    def account(self) -> str:
        """The managed account that the gateway names: it says what kind of market this is."""

    def listings(self, now: datetime) -> list[Listing]:
        """The contracts that were listed at or before `now`, expired ones included, by instrument and expiry."""

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """The 1-minute bars that start in `[start, end)`, complete, without rows for minutes without a trade."""

    def step(self, listing: Listing) -> int:
        """The length of its shortest bars in seconds: 60, or less where it has bars below one minute."""

    def shortest(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """As `minutes`, bars of the length `step`."""

    def head(self, listing: Listing) -> datetime | None:
        """Start of the contract's first bar, UTC, or None where it never traded."""
