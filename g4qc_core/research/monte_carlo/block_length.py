"""The mean length of the blocks that a stationary bootstrap draws.

Sources: Politis, White: Automatic Block-Length Selection for the Dependent Bootstrap (2004), and the correction of
Patton, Politis, White (2009), as the library arch computes them.
"""

from __future__ import annotations

import numpy as np

LEAST_SESSIONS = 20
"""Fewest sessions from which blocks are drawn."""


def block_length(values: np.ndarray) -> float:
    """Return the mean length of a block, in values: at least 1, and 1 for values that do not vary.

    Args:
        values: n values in their order, at least `LEAST_SESSIONS`.
    """
    from arch.bootstrap import optimal_block_length

    if len(values) < LEAST_SESSIONS or np.ptp(values) == 0:
        return 1.0
    # The length does not depend on the unit; money in small units would lose digits.
    scaled = np.asarray(values, np.float64) / np.abs(values).max()
    found = float(optimal_block_length(scaled)["stationary"].iloc[0])
    return max(1.0, found) if np.isfinite(found) else 1.0
