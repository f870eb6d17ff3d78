"""The compiled search for the best whole contracts: depth first, exact unless it reaches its limit of steps.

The tracking variance is a sum of squares when the covariance is written as R'R with R upper triangular: the choice for
the last instrument adds its own square, that for the one before it the next, and so on. Every partial sum bounds the
whole from below, so that a branch is left as soon as it exceeds the best answer so far (the sphere decoder of Fincke
and Pohst, 1985, in the order of Schnorr and Euchner, 1994: the cheapest choice first). Costs and margin only make
branches worse.

numba is imported with this module, so import it late.
"""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.compiled import compiled


@compiled
def objective_of(
    contracts: np.ndarray,
    ideal: np.ndarray,
    covariance: np.ndarray,
    held: np.ndarray,
    penalty: np.ndarray,
) -> float:
    """Return the tracking variance of contracts plus the penalty of the trades that lead there, all float64."""
    n = len(contracts)
    total = 0.0
    for i in range(n):
        row = 0.0
        for j in range(n):
            row += covariance[i, j] * (contracts[j] - ideal[j])
        total += row * (contracts[i] - ideal[i]) + penalty[i] * abs(contracts[i] - held[i])
    return total


@compiled
def _cheapest_move(
    now: np.ndarray,
    slope: np.ndarray,
    covariance: np.ndarray,
    held: np.ndarray,
    penalty: np.ndarray,
    margin: np.ndarray,
    free: float,
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[float, int, int, float, float]:
    """Return the change of one contract of one or of two instruments that lowers the objective most.

    Args:
        now: contracts.
        slope: covariance times their difference from the ideal.
        covariance: as `descend`.
        held: as `descend`.
        penalty: as `descend`.
        margin: as `descend`.
        free: margin that is left.
        low: as `descend`.
        high: as `descend`.

    Returns:
        The change of the objective, the two instruments and their changes; the second change is 0 for a single one.
    """
    n = len(now)
    best, at_i, at_j, by_i, by_j = 0.0, 0, 0, 0.0, 0.0
    for i in range(n):
        for di in (-1.0, 1.0):
            x = now[i] + di
            if not low[i] <= x <= high[i]:
                continue
            alone = 2.0 * di * slope[i] + covariance[i, i] + penalty[i] * (abs(x - held[i]) - abs(now[i] - held[i]))
            needs = margin[i] * (abs(x) - abs(now[i]))
            if alone < best and needs <= free:
                best, at_i, at_j, by_i, by_j = alone, i, i, di, 0.0
            for j in range(i + 1, n):
                for dj in (-1.0, 1.0):
                    y = now[j] + dj
                    if not low[j] <= y <= high[j] or needs + margin[j] * (abs(y) - abs(now[j])) > free:
                        continue
                    cost = alone + 2.0 * dj * slope[j] + covariance[j, j] + 2.0 * di * dj * covariance[i, j]
                    cost += penalty[j] * (abs(y - held[j]) - abs(now[j] - held[j]))
                    if cost < best:
                        best, at_i, at_j, by_i, by_j = cost, i, j, di, dj
    return best, at_i, at_j, by_i, by_j


@compiled
def descend(
    start: np.ndarray,
    ideal: np.ndarray,
    covariance: np.ndarray,
    held: np.ndarray,
    penalty: np.ndarray,
    margin: np.ndarray,
    margin_limit: float,
    low: np.ndarray,
    high: np.ndarray,
) -> np.ndarray:
    """Return contracts that no change of one contract, nor of one contract of each of two instruments, makes better.

    Args:
        start: contracts inside the limits.
        ideal: contracts.
        covariance: of the money of one contract each.
        held: contracts now.
        penalty: of one contract traded.
        margin: of one contract.
        margin_limit: of all contracts together.
        low: fewest contracts.
        high: most contracts.
    """
    now = start.copy()
    slope = covariance @ (now - ideal)
    # A little less than is free, because it is summed up step by step.
    free = margin_limit * (1.0 - 1e-12) - np.sum(np.abs(now) * margin)
    least = 1e-12 * np.sum(np.diag(covariance))
    while True:
        gain, i, j, di, dj = _cheapest_move(now, slope, covariance, held, penalty, margin, free, low, high)
        if gain >= -least:
            return now
        free -= margin[i] * (abs(now[i] + di) - abs(now[i]))
        now[i] += di
        slope += di * covariance[:, i]
        if dj != 0.0:
            free -= margin[j] * (abs(now[j] + dj) - abs(now[j]))
            now[j] += dj
            slope += dj * covariance[:, j]


@compiled
def _cheapest(
    root: float,
    centre: float,
    held: float,
    penalty: float,
    low: float,
    high: float,
) -> float:
    """Return the whole number in [low, high] with the smallest root^2 (x - centre)^2 + penalty |x - held|.

    The function is convex, so that the answer is next to its minimum over the real numbers.
    """
    shift = penalty / (2.0 * root * root) if root > 0.0 else 0.0
    if root <= 0.0:
        point = held
    elif centre - shift > held:
        point = centre - shift
    elif centre + shift < held:
        point = centre + shift
    else:
        point = held
    point = min(max(point, low), high)
    below = np.floor(point)
    best, least = point, np.inf
    for x in (below, below + 1.0):
        if low <= x <= high:
            cost = (root * (x - centre)) ** 2 + penalty * abs(x - held)
            if cost < least:
                best, least = x, cost
    return best


@compiled
def search_contracts(  # noqa: C901
    root: np.ndarray,
    ideal: np.ndarray,
    held: np.ndarray,
    penalty: np.ndarray,
    margin: np.ndarray,
    margin_limit: float,
    low: np.ndarray,
    high: np.ndarray,
    start: np.ndarray,
    best_value: float,
    most_steps: int,
) -> tuple[np.ndarray, float, bool, int]:
    """Search for better whole contracts than `start`.

    Args:
        root: upper triangular R with R'R = covariance of the money of one contract each.
        ideal: contracts.
        held: contracts now.
        penalty: of one contract traded, at least 0.
        margin: of one contract, at least 0.
        margin_limit: of all contracts together.
        low: fewest contracts, whole numbers.
        high: most contracts, whole numbers.
        start: the best contracts so far, inside the limits.
        best_value: their objective.
        most_steps: numbers that are tried before the search is given up.

    Returns:
        The best contracts, their objective, whether they are proven to be best, and the numbers tried.
    """
    n = len(ideal)
    best, value = start.copy(), best_value
    x = np.zeros(n)
    up, down = np.zeros(n), np.zeros(n)  # next numbers to try at each level, on both sides of the cheapest one
    open_up, open_down = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    partial, used = np.zeros(n + 1), np.zeros(n + 1)
    centre = np.zeros(n)
    steps = 0
    level = n - 1
    fresh = True
    while level < n:
        k = level
        if fresh:
            drift = 0.0
            for j in range(k + 1, n):
                drift += root[k, j] * (x[j] - ideal[j])
            centre[k] = ideal[k] - drift / root[k, k] if root[k, k] > 0.0 else ideal[k]
            first = _cheapest(root[k, k], centre[k], held[k], penalty[k], low[k], high[k])
            up[k], down[k] = first, first - 1.0
            open_up[k], open_down[k] = first <= high[k], first - 1.0 >= low[k]
            fresh = False
        # The drift does not vanish where an instrument adds no square of its own.
        rest = 0.0
        if root[k, k] <= 0.0:
            for j in range(k + 1, n):
                rest += root[k, j] * (x[j] - ideal[j])
            rest = rest * rest
        cost_up = cost_down = np.inf
        if open_up[k]:
            cost_up = (root[k, k] * (up[k] - centre[k])) ** 2 + penalty[k] * abs(up[k] - held[k]) + rest
        if open_down[k]:
            cost_down = (root[k, k] * (down[k] - centre[k])) ** 2 + penalty[k] * abs(down[k] - held[k]) + rest
        cost = min(cost_up, cost_down)
        if not partial[k + 1] + cost < value - 1e-12 * abs(value):
            level += 1
            continue
        steps += 1
        if steps > most_steps:
            return best, value, False, steps
        if cost_up <= cost_down:
            x[k] = up[k]
            up[k] += 1.0
            open_up[k] = up[k] <= high[k]
        else:
            x[k] = down[k]
            down[k] -= 1.0
            open_down[k] = down[k] >= low[k]
        used[k] = used[k + 1] + margin[k] * abs(x[k])
        if used[k] > margin_limit:
            # Numbers further from zero on this side need more margin still.
            if x[k] > 0.0:
                open_up[k] = False
            elif x[k] < 0.0:
                open_down[k] = False
            continue
        partial[k] = partial[k + 1] + cost
        if k == 0:
            value = partial[0]
            best = x.copy()
        else:
            level -= 1
            fresh = True
    return best, value, True, steps
