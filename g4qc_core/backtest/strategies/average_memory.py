"""How many values an average without an end consists of, but for less than a thousandth of its weight."""

from __future__ import annotations

import math

LEFT_OUT = 0.001
"""Weight of all older values together."""


def ema_bars(length: int) -> int:
    """Return the values of an exponential average of this length (`averages.ema`), at least one."""
    return _bars(2.0 / (length + 1))


def wilder_bars(length: int) -> int:
    """Return the values of Wilder's average of this length (`averages.wilder_average`), at least one."""
    return _bars(1.0 / length)


def _bars(newest: float) -> int:
    """Return after how many values the older ones have less than `LEFT_OUT`, if the newest one weighs so much."""
    return 1 if newest >= 1.0 else math.ceil(math.log(LEFT_OUT) / math.log1p(-newest))
