"""The loops of the indicators, compiled. Each goes through the bars once, from the first to the last."""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.compiled import compiled


@compiled
def smoothed(values: np.ndarray, length: int, share: float, seeded: bool) -> np.ndarray:
    """Return the average that moves by `share` of its distance to each value.

    It begins at the first value, or at the mean of the first `length` values if `seeded`. NaN until `length` values
    came, and where a value is NaN, which is passed over.
    """
    out = np.full(len(values), np.nan)
    state = 0.0
    seen = 0
    for i in range(len(values)):
        value = values[i]
        if np.isnan(value):
            continue
        seen += 1
        if seeded and seen <= length:
            state += value
            if seen == length:
                state /= length
        elif seen == 1:
            state = value
        else:
            state += share * (value - state)
        if seen >= length:
            out[i] = state
    return out


@compiled
def highest(values: np.ndarray, length: int) -> np.ndarray:
    """Return the largest of the last `length` values; NaN where there are fewer, or one is NaN."""
    n = len(values)
    out = np.full(n, np.nan)
    queue = np.empty(n, np.int64)
    head = 0
    tail = 0
    since = 0
    for i in range(n):
        value = values[i]
        if np.isnan(value):
            since = 0
            head = tail
            continue
        since += 1
        while tail > head and values[queue[tail - 1]] <= value:
            tail -= 1
        queue[tail] = i
        tail += 1
        if queue[head] <= i - length:
            head += 1
        if since >= length:
            out[i] = values[queue[head]]
    return out


@compiled
def highest_before(values: np.ndarray, length: int, unknown: int) -> np.ndarray:
    """Return the largest of the `length` whole numbers before each one; `unknown` where there are fewer."""
    n = len(values)
    out = np.full(n, unknown, np.int64)
    queue = np.empty(n, np.int64)
    head = 0
    tail = 0
    for i in range(n):
        if i >= length:
            if queue[head] < i - length:
                head += 1
            out[i] = values[queue[head]]
        value = values[i]
        while tail > head and values[queue[tail - 1]] <= value:
            tail -= 1
        queue[tail] = i
        tail += 1
    return out


@compiled
def _product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return the high and low 64 bits of a product."""
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    a0, a1, b0, b1 = a & low, a >> half, b & low, b >> half
    p00, p01, p10, p11 = a0 * b0, a0 * b1, a1 * b0, a1 * b1
    middle = (p00 >> half) + (p01 & low) + (p10 & low)
    return p11 + (p01 >> half) + (p10 >> half) + (middle >> half), (middle << half) | (p00 & low)


@compiled
def squared_spreads(units: np.ndarray, length: int) -> np.ndarray:
    """Return n x (sum of squares) - (sum) ** 2 of the last n = `length` whole numbers, which is n ** 2 x variance.

    Computed in 128 bits without rounding, and rounded once at the end; 0 where there are fewer.
    """
    out = np.zeros(len(units))
    total = np.int64(0)
    high = np.uint64(0)
    low = np.uint64(0)
    one = np.uint64(1)
    for i in range(len(units)):
        value = units[i] - units[0]
        total += value
        size = np.uint64(abs(value))
        add_high, add_low = _product(size, size)
        low += add_low
        high += add_high
        if low < add_low:
            high += one
        if i >= length:
            value = units[i - length] - units[0]
            total -= value
            size = np.uint64(abs(value))
            less_high, less_low = _product(size, size)
            if low < less_low:
                high -= one
            low -= less_low
            high -= less_high
        if i >= length - 1:
            n = np.uint64(length)
            carry, times_low = _product(low, n)
            times_high = high * n + carry
            size = np.uint64(abs(total))
            square_high, square_low = _product(size, size)
            if times_low < square_low:
                times_high -= one
            times_low -= square_low
            times_high -= square_high
            out[i] = np.float64(times_high) * 18446744073709551616.0 + np.float64(times_low)
    return out


@compiled
def held(signals: np.ndarray) -> np.ndarray:
    """Return each signal, or the last one before it that is not 0 where it is 0."""
    out = np.empty_like(signals)
    last = out.dtype.type(0)
    for i in range(len(signals)):
        if signals[i] != 0:
            last = signals[i]
        out[i] = last
    return out


@compiled
def opening_ranges(
    high: np.ndarray, low: np.ndarray, sessions: np.ndarray, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return highest high and lowest low of the first `length` bars of each session, from the last of them on."""
    n = len(high)
    top, bottom = np.full(n, np.nan), np.full(n, np.nan)
    seen = 0
    upper = 0.0
    lower = 0.0
    for i in range(n):
        if i == 0 or sessions[i] != sessions[i - 1]:
            seen = 0
            upper = -np.inf
            lower = np.inf
        seen += 1
        if seen <= length:
            upper = max(upper, high[i])
            lower = min(lower, low[i])
        if seen >= length:
            top[i] = upper
            bottom[i] = lower
    return top, bottom


@compiled
def latched(
    enter_long: np.ndarray, leave_long: np.ndarray, enter_short: np.ndarray, leave_short: np.ndarray
) -> np.ndarray:
    """Return the side after each bar: first it leaves, then it enters; a long entry comes first."""
    out = np.zeros(len(enter_long), np.int64)
    side = 0
    for i in range(len(enter_long)):
        if (side > 0 and leave_long[i]) or (side < 0 and leave_short[i]):
            side = 0
        if enter_long[i]:
            side = 1
        elif enter_short[i]:
            side = -1
        out[i] = side
    return out
