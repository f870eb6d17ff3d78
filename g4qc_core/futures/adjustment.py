"""Names of the adjustments of a continuous series; `futures.continuous` applies them."""

from __future__ import annotations

from enum import StrEnum


class Adjustment(StrEnum):
    """Change to the prices on one side of a roll that removes the gap between two contracts."""

    NONE = "none"
    """No change: the series jumps by the gap at every roll."""
    ADDITIVE = "additive"
    """Add the gaps of all later rolls: the last contract keeps its prices, and differences stay as they were."""
    RATIO = "ratio"
    """Multiply by the ratios of all later rolls: the last contract keeps its prices, and returns stay as they were."""
    ADDITIVE_FORWARD = "additive_forward"
    """Subtract the gaps of all earlier rolls: the first contract keeps its prices, and a later roll changes no earlier
    price."""
    RATIO_FORWARD = "ratio_forward"
    """Divide by the ratios of all earlier rolls: the first contract keeps its prices, and a later roll changes no
    earlier price."""

    @property
    def multiplies(self) -> bool:
        """True if prices are multiplied, which keeps returns; otherwise differences are kept."""
        return self in (Adjustment.RATIO, Adjustment.RATIO_FORWARD)
