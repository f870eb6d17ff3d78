"""The port of a simulated market: contracts, and their bars.

Implementations: `synthetic.SyntheticMarket` and `replay.ReplayMarket`.
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
"""Value of `wap` and `count` if the market has none, as in the protocol."""


@dataclass(frozen=True)
class Listing:
    """A contract month and its instrument."""

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
        open: first price in points, float64.
        high: highest price in points, float64.
        low: lowest price in points, float64.
        close: last price in points, float64.
        volume: contracts, int64; -1 if the kind of bar has none.
        wap: volume-weighted price in points, float64; -1 if unknown.
        count: number of trades, int64; -1 if unknown.
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
        """Return the rows of a mask, a slice or positions."""
        return MarketBars(**{name: column[which] for name, column in self.columns().items()})

    def between(self, start: datetime, end: datetime) -> MarketBars:
        """Return the rows that start in `[start, end)`, UTC."""
        first, last = np.searchsorted(self.start, [ceiling(start), ceiling(end)])
        return self.take(slice(first, last))

    def columns(self) -> dict[str, np.ndarray]:
        """Return the columns by name, in the order of the attributes."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def frame(self) -> pd.DataFrame:
        """Return a frame of n rows: `timestamp` (datetime64[us, UTC]), then the other columns."""
        timestamp = pd.DatetimeIndex(self.start).as_unit("us").tz_localize("UTC")
        columns = self.columns()
        del columns["start"]
        return pd.DataFrame({"timestamp": timestamp, **columns})


def no_bars() -> MarketBars:
    """Return bars without rows."""
    prices, counts = np.array([], float), np.array([], np.int64)
    return MarketBars(np.array([], "datetime64[s]"), prices, prices, prices, prices, counts, prices, counts)


def join(parts: Sequence[MarketBars]) -> MarketBars:
    """Return the parts concatenated in order."""
    if not parts:
        return no_bars()
    return MarketBars(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(MarketBars)})


def ceiling(instant: datetime) -> np.datetime64:
    """Return the first whole second at or after the instant, UTC."""
    naive = np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "us")
    whole = naive.astype("datetime64[s]")
    return whole if whole == naive else whole + np.timedelta64(1, "s")


class SimulatedMarket(Protocol):
    """Contracts and the minutes in which they traded."""

    @property
    def account(self) -> str:
        """The managed account that the gateway reports; it identifies the kind of market."""

    def listings(self, now: datetime) -> list[Listing]:
        """Return the contracts listed at or before `now`, expired ones included, by instrument and expiry."""

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """Return the complete 1-minute bars that start in `[start, end)`, without rows for minutes without a trade."""

    def step(self, listing: Listing) -> int:
        """Return the length of its shortest bars in seconds: 60, or less if it has bars below one minute."""

    def shortest(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        """Return bars of the length `step`, otherwise as `minutes`."""

    def head(self, listing: Listing) -> datetime | None:
        """Return the start of the contract's first bar, UTC, or None if it never traded."""
