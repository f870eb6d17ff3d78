"""Prices to which a margin rate applies: the contract's own price, without its sign and with a floor.

A futures price may be zero or negative, and a linked or adjusted one may have any value, but the risk of a contract
does not vanish with its price.
"""

from __future__ import annotations

import numpy as np

FLOOR = 0.1
"""Lowest price to which a rate applies, as a fraction of the highest absolute own close so far."""

IN_WORDS = "the contract's own price without its sign, taken as at least a tenth of the highest one so far"


def margin_floor(own_close: np.ndarray) -> np.ndarray:
    """Compute the lowest price to which a rate applies at the close of each bar.

    Args:
        own_close: the contracts' own closes, in ticks, length n.

    Returns:
        float64, length n, in ticks; entry i depends only on the closes up to i.
    """
    return FLOOR * np.maximum.accumulate(np.abs(own_close)).astype(np.float64)


def margin_prices(own_close: np.ndarray) -> np.ndarray:
    """Compute the prices to which a rate applies at the close of each bar: float64, length n, ticks, not negative."""
    return np.maximum(np.abs(own_close), margin_floor(own_close))
