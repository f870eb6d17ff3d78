"""Slippage of paper fills in ticks, by order type and by hour of the exchange, and what it says of the cost model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np


@dataclass(frozen=True)
class MeasuredFill:
    """A fill beside the price that the backtest fills at.

    Attributes:
        at: instant of the fill, UTC.
        hour: of the exchange's time zone.
        quantity: contracts, negative for a sale.
        price: of the fill, in points.
        reference: settled open of the bar that the backtest fills at, in the contract's own points; None if it is not
            stored.
        tick: in points.
    """

    at: datetime
    hour: int
    symbol: str
    contract: str
    ref: str
    cause: str
    order_type: str
    quantity: int
    price: Decimal
    reference: Decimal | None
    tick: Decimal

    @property
    def slippage(self) -> float | None:
        """Ticks lost against the reference, negative for ticks won; None without one."""
        if self.reference is None:
            return None
        lost = self.price - self.reference if self.quantity > 0 else self.reference - self.price
        return float(lost / self.tick)


def slippage_figures(fills: Iterable[MeasuredFill]) -> dict[str, Any]:
    """Return the slippage of fills, JSON-safe.

    Returns:
        `fills`, `measured` (those with a reference), `mean_slippage` and `q75_slippage` in ticks for each contract,
        None without a measured fill; `by_order_type` and `by_hour` with the same figures each; and `suggestion`.
    """
    every = list(fills)
    return {
        **_figures(every),
        "by_order_type": _grouped(every, lambda fill: fill.order_type),
        "by_hour": _grouped(every, lambda fill: f"{fill.hour:02d}"),
        "suggestion": suggestion(every),
    }


def suggestion(fills: Iterable[MeasuredFill]) -> dict[str, Any]:
    """Return `slippage_ticks` for the cost model by order type: the mean, the 75 % quantile, and the number of fills.

    Neither is below zero, because a cost model that pays for trading finds what is not there.
    """
    found = _grouped(list(fills), lambda fill: fill.order_type)
    return {
        name: {
            "slippage_ticks": round(max(one["mean_slippage"], 0.0), 2),
            "cautious_ticks": round(max(one["q75_slippage"], 0.0), 2),
            "fills": one["measured"],
        }
        for name, one in found.items()
        if one["measured"]
    }


def _grouped(fills: Sequence[MeasuredFill], of: Callable[[MeasuredFill], str]) -> dict[str, Any]:
    names = sorted({of(fill) for fill in fills})
    return {name: _figures([fill for fill in fills if of(fill) == name]) for name in names}


def _figures(fills: Sequence[MeasuredFill]) -> dict[str, Any]:
    measured = [(fill.slippage, abs(fill.quantity)) for fill in fills if fill.slippage is not None]
    ticks = np.repeat([one for one, _ in measured], [many for _, many in measured]) if measured else np.array([])
    return {
        "fills": len(fills),
        "measured": len(measured),
        "mean_slippage": round(float(ticks.mean()), 4) if len(ticks) else None,
        "q75_slippage": round(float(np.quantile(ticks, 0.75)), 4) if len(ticks) else None,
    }
