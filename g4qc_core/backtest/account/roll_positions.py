"""Positions at a roll, where the series changes contracts.

`roll` continues the position in the next contract. `close` leaves the market until the strategy wants a position other
than the one it held. `hold` stays in the old contract (`old_contracts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

OnRoll = Literal["roll", "close", "hold"]


def closed_at_rolls(targets: np.ndarray, rolls: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Set targets to zero from each roll on, for as long as the strategy repeats the position that it held before.

    Args:
        targets: int64, length n; entry i is held from the open of bar i + 1.
        rolls: bars at whose open the contract changes.

    Returns:
        The targets, and the rolls at which a position is closed only because the contract changes.
    """
    import numpy as np

    closed, closing = targets.copy(), []
    for roll in rolls:
        held = targets[roll - 2] if roll > 1 else 0
        other = np.flatnonzero(targets[roll - 1 :] != held)
        closed[roll - 1 : roll - 1 + other[0] if len(other) else None] = 0
        if targets[roll - 1] == held != 0:
            closing.append(int(roll))
    return closed, closing
