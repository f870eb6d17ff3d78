"""What becomes of a position where the contract changes.

`roll` goes on with the same position in the next contract; `close` leaves the market until the strategy wants another
position than the one that it held; `hold` stays in the old contract, which is for `holding`. Knows targets. Must not
know prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

OnRoll = Literal["roll", "close", "hold"]


def closed_at_rolls(targets: np.ndarray, rolls: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Targets that are flat from each roll on, for as long as the strategy repeats the one that it came with.

    Args:
        targets: int64, length n; entry i is held from the open of bar i + 1.
        rolls: bars at whose open another contract takes over.

    Returns the targets, and the rolls at which a position is closed for no other reason.
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
