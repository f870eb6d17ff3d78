"""How many trades a minute of a contract has, and the bar that they make.

The liquidity of an instrument moves from one contract month to the next about eight days before expiry. Must not know
the wire or where prices come from.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from g4qc_core.gateway.market import Bars
from g4qc_core.gateway.prices import STEPS, activity
from g4qc_core.instruments import Instrument
from g4qc_core.sessions import Session

_CROSSING_DAYS = 8.5
_CROSSING_WIDTH = 0.9
_FLOORS = (0.02, 0.006, 0.0008, 0.0002)
_CONTRACTS_A_TRADE = 4.0


def liquidity(expiries: tuple[date, list[date]], trade_date: date) -> float:
    """The contract's share in the instrument's trades on a day.

    Args:
        expiries: its last trade date, and those of the contracts before it.
    """
    last, earlier = expiries
    alive = [(day - trade_date).days for day in earlier if day >= trade_date]
    arrived = 1.0 - _held(max(alive)) if alive else 1.0
    floor = _FLOORS[min(len(alive), len(_FLOORS) - 1)]
    return max(arrived * _held((last - trade_date).days), floor)


def expected_trades(a_day: float, share: float, minutes: np.ndarray, session: Session) -> np.ndarray:
    """Expected number of trades in each minute of a session."""
    return a_day * share * activity(len(minutes))


def trades(
    instrument: Instrument,
    path: np.ndarray,
    minutes: np.ndarray,
    expected: np.ndarray,
    generator: np.random.Generator,
) -> Bars:
    """The bars of a session; a minute without a trade has no row.

    Args:
        path: prices, `len(minutes) * STEPS` of them.
        expected: expected number of trades a minute.
    """
    count = generator.poisson(expected * np.exp(generator.normal(0.0, 0.35, len(minutes))))
    volume = count + generator.poisson(count * (_CONTRACTS_A_TRADE - 1.0))
    traded = np.flatnonzero(count)
    digits = instrument.decimals
    scale = 10**digits
    tick = int(instrument.min_tick * scale)
    grid = np.maximum(np.rint(path.reshape(-1, STEPS)[traded] * (scale / tick)), 1.0).astype(np.int64)
    count, volume = count[traded], volume[traded]
    # A minute with one trade has one price, a minute with two has no more than two.
    few = count <= 2
    grid[few, 1:-1] = grid[few, :1]
    grid[count == 1] = grid[count == 1, :1]
    low, high = grid.min(axis=1) * tick / scale, grid.max(axis=1) * tick / scale
    average = np.round(grid.mean(axis=1) * tick / scale, digits + 2)
    return Bars(
        start=minutes[traded].astype("datetime64[s]"),
        open=grid[:, 0] * tick / scale,
        high=high,
        low=low,
        close=grid[:, -1] * tick / scale,
        volume=volume.astype(np.int64),
        wap=np.clip(average, low, high),
        count=count.astype(np.int64),
    )


def _held(days: int) -> float:
    """The share that a contract still holds so many calendar days before its expiry."""
    return float(1.0 / (1.0 + np.exp(-(days - _CROSSING_DAYS) / _CROSSING_WIDTH)))
