"""Prices of orders on the tick grid: the tick to which a price between two ticks moves.

A protective stop moves to the tick nearer to the market, so that it never risks more than requested. Limits, targets
and stops that open a position move to the tick farther away, so that none is filled before the requested price is
reached.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

_OFF_GRID = 1e-4

IN_WORDS = (
    "protective stops to the tick nearer to the market, so that none risks more than asked; limits, targets and stops "
    "that open a position to the tick farther away, so that none is filled before the asked price is reached"
)


@dataclass(frozen=True)
class OrderPrices:
    """The prices of one order; None for a price that it does not have.

    Attributes:
        limit, stop: prices of the order itself.
        sl, tp: stop and target of the trade that the order opens.
    """

    limit: float | None = None
    stop: float | None = None
    sl: float | None = None
    tp: float | None = None

    def moved(self, other: OrderPrices) -> int:
        """Return how many of the prices differ by more than rounding errors."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return sum(one != two and not math.isclose(one or 0, two or 0, rel_tol=1e-9) for one, two in pairs)


def on_grid(
    asked: OrderPrices, *, buys: bool, protects: bool, last: float, step: float, decimals: int = 10
) -> OrderPrices:
    """Move the prices to multiples of `step`; prices on the grid lose their rounding errors only.

    Args:
        asked: the prices that the strategy requested.
        buys: the order buys.
        protects: the order closes a position, so that its stop is a protective one.
        last: price of the market, on the grid.
        step: distance between two ticks.
        decimals: places of prices on the grid.
    """
    grid = step, decimals
    limit = _moved(asked.limit, grid, up=not buys)
    stop = _moved(asked.stop, grid, up=buys is not protects)
    entries = asked.limit or asked.stop or last, limit or stop or last
    return OrderPrices(
        limit,
        stop,
        _beyond(entries, asked.sl, _moved(asked.sl, grid, up=buys), grid, up=not buys),
        _beyond(entries, asked.tp, _moved(asked.tp, grid, up=buys), grid, up=buys),
    )


def _moved(price: float | None, grid: tuple[float, int], up: bool) -> float | None:
    if not price or not math.isfinite(price):
        return price
    step, decimals = grid
    ticks = price / step
    whole = round(ticks)
    if abs(ticks - whole) >= _OFF_GRID:
        whole = math.ceil(ticks) if up else math.floor(ticks)
    # The library reads a price of zero as no price.
    return round(max(whole, 1) * step, decimals)


def _beyond(
    entries: tuple[float, float], asked: float | None, moved: float | None, grid: tuple[float, int], up: bool
) -> float | None:
    """Return the moved stop or target, or the tick next to the entry if the move made the two meet."""
    if asked is None or moved is None or moved == asked:
        return moved
    before, entry = entries
    step, decimals = grid
    away = step if up else -step
    met = (asked - before) * away > 0 >= (moved - entry) * away
    return round(entry + away, decimals) if met else moved
