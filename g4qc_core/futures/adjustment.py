"""How the prices of a continuous series are adjusted, by name.

Knows names. Must not know bars: `futures.continuous` adjusts them.
"""

from __future__ import annotations

from enum import StrEnum


class Adjustment(StrEnum):
    """What is done to prices on one side of a roll, so that the series does not jump by the gap."""

    NONE = "none"
    """Nothing: the series jumps by the gap at every roll."""
    ADDITIVE = "additive"
    """The gaps of all later rolls are added: the last contract keeps its prices, every one its differences."""
    RATIO = "ratio"
    """Prices are multiplied by the ratios of all later rolls: the last contract keeps its prices, every one its
    returns."""
    ADDITIVE_FORWARD = "additive_forward"
    """The gaps of all earlier rolls are taken off: the first contract keeps its prices, and no later roll changes what
    is past."""
    RATIO_FORWARD = "ratio_forward"
    """Prices are divided by the ratios of all earlier rolls: the first contract keeps its prices, and no later roll
    changes what is past."""

    @property
    def multiplies(self) -> bool:
        """True where prices are multiplied, which keeps returns; else differences are kept."""
        return self in (Adjustment.RATIO, Adjustment.RATIO_FORWARD)
