"""The number of contracts of one decision: a plain function of whole numbers.

The compiled engine compiles these lines and the reference engine runs them, so that both decide alike. Divisions are
floors, one after the other, so that no product leaves 64 bits while the account is within `money_units.LARGEST`.
"""

from __future__ import annotations

SIGNAL_STEPS = 65_536
"""Steps of a signal from 0 to 1."""


def contracts_wanted(
    decides: bool,
    signal: int,
    money: int,
    margin: int,
    equity: int,
    held: int,
    rolled: bool,
    share: int,
    capital: int,
    buffer: int,
    cap: int,
    nearest: bool = False,
) -> tuple[int, bool]:
    """Return the position to hold from the next open, and whether the margin allowed less than was wanted.

    Args:
        decides: the number is computed anew; otherwise the held position continues, as far as the margin allows.
        signal: from -`SIGNAL_STEPS` to `SIGNAL_STEPS`.
        money: units that one contract counts for; not above zero: none is wanted.
        margin: units of margin that one contract needs, above zero.
        equity: units in the account.
        held: contracts held, negative for short.
        rolled: the contract changes at the next open.
        share: of the capital, in 1/10000.
        capital: units; negative: the equity.
        buffer: percent of the wanted position within which the held one continues.
        cap: most contracts; 0: no bound.
        nearest: the nearest whole number, a half upwards, in place of the one below.
    """
    size = abs(held)
    side = 1 if held > 0 else -1
    if decides:
        kept = size
        size = 0
        if signal != 0 and money > 0:
            base = capital if capital >= 0 else max(equity, 0)
            budget = base // 10_000 * share + base % 10_000 * share // 10_000
            exposure = budget // 65_536 * abs(signal) + budget % 65_536 * abs(signal) // 65_536
            size = (exposure + (money // 2 if nearest else 0)) // money
            if cap > 0:
                size = min(size, cap)
            if kept > 0 and (held > 0) == (signal > 0):
                near = exposure // 100 * buffer + exposure % 100 * buffer // 100
                if buffer > 0 and abs(kept * money - exposure) <= near:
                    size = kept
            side = 1 if signal > 0 else -1
    allowed = max(equity, 0) // margin
    if held * side > 0 and not rolled:
        allowed = max(allowed, abs(held))
    return side * min(size, allowed), size > allowed
