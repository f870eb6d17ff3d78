"""Many results compared in pairs: each difference with its interval, and which of them the number of pairs leaves.

Intervals are those of `comparison.compare_returns` for the same two results: the same draws of the same blocks. Draws
are kept as counts of sessions, so that all results of one pass share them. The more pairs are compared, the more of
them differ by chance; Holm (1979) corrects for that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from g4qc_core.backtest.compiled import compiled
from g4qc_core.backtest.span import LEAST_SESSIONS
from g4qc_core.errors import UsageError
from g4qc_core.research.comparison import DRAWS

_AT_ONCE = 250  # draws
_STILL = 1e-12  # variance of a draw, as a share of its mean square, that is only rounding


@dataclass(frozen=True)
class JudgedDifference:
    """One figure of a pair on the sessions that both have.

    Attributes:
        first, second: the figure of each; None if it is undefined.
        difference: first less second.
        low, high: interval of the difference; None if there are too few sessions, or the figure is undefined.
        chance: probability of such a difference between two equals, by the spread of the draws.
        corrected: the same, corrected for the number of pairs and figures.
        different: `corrected` is below 1 - level, and the interval leaves out zero.
    """

    first: float | None
    second: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    corrected: float | None = None
    different: bool = False


@dataclass(frozen=True)
class PairComparison:
    """Two of several results.

    Attributes:
        first, second: their places among the results.
        sessions: number of sessions that both have.
        mean: mean return a session.
        sharpe: Sharpe ratio per session.
    """

    first: int
    second: int
    sessions: int
    mean: JudgedDifference
    sharpe: JudgedDifference

    @property
    def different(self) -> bool:
        """True if one of the two figures is different."""
        return self.mean.different or self.sharpe.different


@dataclass(frozen=True)
class _SharedReturns:
    """Returns of some results on the sessions that the two of each of these pairs have.

    Attributes:
        values: n x k, sessions ascending.
        pairs: two places in all results, and the columns of the two.
    """

    values: np.ndarray
    pairs: list[tuple[int, int, int, int]]


@dataclass
class _Found:
    """Figures of one pair before the correction: mean and Sharpe ratio."""

    sessions: int
    figures: list[JudgedDifference]


def compare_pairs(
    returns: Sequence[pd.Series], *, seed: int = 0, draws: int = DRAWS, level: float = 0.95
) -> list[PairComparison]:
    """Compare each of several series of session returns with each other one.

    Args:
        returns: simple returns by trade date (a DatetimeIndex without repeats), in any order.
        seed: of the draws; the same seed gives the same intervals.
        draws: number of draws.
        level: share of draws within an interval.

    Returns:
        One comparison for each pair, in the order of `itertools.combinations`. A pair without a shared session has no
        figures.

    Raises:
        UsageError: a return is missing.
    """
    if any(not np.isfinite(one.to_numpy(np.float64)).all() for one in returns):
        raise UsageError("A session return is missing or not finite: leave that session out.")
    found: dict[tuple[int, int], _Found] = {}
    by_length: dict[int, list[_SharedReturns]] = {}
    for group in _groups([one.sort_index() for one in returns]):
        by_length.setdefault(len(group.values), []).append(group)
    for length, groups in by_length.items():
        found |= _compared(length, groups, seed, draws, level)
    pairs = list(combinations(range(len(returns)), 2))
    tested = [found[pair].figures[figure] for pair in pairs for figure in (0, 1)]
    judged = iter(_corrected(tested, 1 - level))
    return [PairComparison(*pair, found[pair].sessions, next(judged), next(judged)) for pair in pairs]


def _groups(returns: Sequence[pd.Series]) -> Iterator[_SharedReturns]:
    """Yield the pairs by the sessions that they share."""
    kinds: dict[bytes, int] = {}
    kind_of = [kinds.setdefault(one.index.to_numpy("datetime64[s]").tobytes(), len(kinds)) for one in returns]
    shared: dict[tuple[int, int], pd.Index] = {}
    members: dict[bytes, list[tuple[int, int]]] = {}
    index_of: dict[bytes, pd.Index] = {}
    for first, second in combinations(range(len(returns)), 2):
        kind = kind_of[first], kind_of[second]
        if kind not in shared:
            own, other = returns[first].index, returns[second].index
            shared[kind] = own if kind[0] == kind[1] else own.intersection(other).sort_values()
        name = shared[kind].to_numpy("datetime64[s]").tobytes()
        index_of[name] = shared[kind]
        members.setdefault(name, []).append((first, second))
    for name, pairs in members.items():
        used = sorted({one for pair in pairs for one in pair})
        columns = [returns[one].loc[index_of[name]].to_numpy(np.float64) for one in used]
        places = [(first, second, used.index(first), used.index(second)) for first, second in pairs]
        yield _SharedReturns(np.column_stack(columns), places)


def _compared(
    length: int, groups: list[_SharedReturns], seed: int, draws: int, level: float
) -> dict[tuple[int, int], _Found]:
    """Return the figures of all pairs that share so many sessions."""
    found = {}
    for group in groups:
        mean, sharpe = (figure(group.values) for figure in (_means, _sharpes)) if length else (None, None)
        for first, second, a, b in group.pairs:
            figures = [
                JudgedDifference(None, None, None) if one is None else _plain(one[a], one[b]) for one in (mean, sharpe)
            ]
            found[first, second] = _Found(length, figures)
    if length < LEAST_SESSIONS:
        return found
    chosen = [(group, block, pairs) for group in groups for block, pairs in _by_block(group).items()]
    sums = [np.empty((draws, 2 * group.values.shape[1])) for group, _, _ in chosen]
    powers = {id(group): np.hstack([group.values, group.values**2]) for group in groups}
    for begin, counts in _counts(length, sorted({block for _, block, _ in chosen}), seed, draws):
        for of_group, (group, block, _) in zip(sums, chosen, strict=True):
            of_group[begin : begin + len(counts[block])] = counts[block] @ powers[id(group)]
    for of_group, (_, _, pairs) in zip(sums, chosen, strict=True):
        for at, drawn in enumerate(_drawn_figures(of_group, length)):
            _add_intervals(found, pairs, at, drawn, level)
    return found


def _means(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=0)


def _sharpes(values: np.ndarray) -> np.ndarray:
    """Return the Sharpe ratio of each column, NaN for one that does not vary."""
    if len(values) < 2:
        return np.full(values.shape[1], np.nan)
    varies, spread = np.ptp(values, axis=0) > 0, values.std(axis=0, ddof=1)
    return np.where(varies, values.mean(axis=0) / np.where(varies, spread, 1.0), np.nan)


def _plain(first: float, second: float) -> JudgedDifference:
    one, other = (float(value) if math.isfinite(value) else None for value in (first, second))
    return JudgedDifference(one, other, None if one is None or other is None else one - other)


def _by_block(group: _SharedReturns) -> dict[int, list[tuple[int, int, int, int]]]:
    """Return the pairs by the length of their blocks, as `comparison` chooses it."""
    values, n = group.values, len(group.values)
    single = block_lengths(values)
    apart = block_lengths(np.column_stack([values[:, a] - values[:, b] for _, _, a, b in group.pairs]))
    found: dict[int, list[tuple[int, int, int, int]]] = {}
    for pair, own in zip(group.pairs, apart, strict=True):
        longest = float(np.nanmax([1.0, single[pair[2]], single[pair[3]], own]))
        found.setdefault(max(1, round(min(longest, n / 3))), []).append(pair)
    return found


def block_lengths(values: np.ndarray) -> np.ndarray:
    """Return the best mean block length of each column for the stationary bootstrap; NaN for one that does not vary.

    The rule of Politis and White (2004, corrected in 2009), as `arch.bootstrap.optimal_block_length` has it, for all
    columns at once.

    Args:
        values: n x k, n at least 5.
    """
    n = len(values)
    varies = np.ptp(values, axis=0) > 0
    own = np.where(varies, values - values.mean(axis=0), np.nan_to_num(np.linspace(-1, 1, n))[:, None])
    lags = max(5, int(np.log10(n)))
    most = int(np.ceil(np.sqrt(n))) + lags
    padded = 1 << (n + most).bit_length()
    power = np.abs(np.fft.rfft(own, padded, axis=0)) ** 2
    products = np.fft.irfft(power, padded, axis=0)[: most + 1]
    squares = np.cumsum(own**2, axis=0)
    at = np.arange(most + 1)
    ends = (squares[-1] - squares[at]) * squares[n - 2 - at]
    with np.errstate(all="ignore"):
        small = np.abs(products) / np.sqrt(ends) < 2 * np.sqrt(np.log10(n) / n)
        runs = np.lib.stride_tricks.sliding_window_view(small, lags, axis=0)[: most + 1 - lags].all(axis=-1)
        begin = np.where(runs.any(axis=0), 2 * np.maximum(runs.argmax(axis=0), 1), most)
        cut = np.minimum(begin, most)
        share = at[1:, None] / cut
        weights = np.where(share <= 0.5, 1.0, np.clip(2 * (1 - share), 0.0, None))
        covariances = products[1:] / n
        g = (2 * weights * at[1:, None] * covariances).sum(axis=0)
        spectrum = products[0] / n + (2 * weights * covariances).sum(axis=0)
        lengths = (g**2 / spectrum**2) ** (1 / 3) * n ** (1 / 3)
    longest = np.ceil(min(3 * np.sqrt(n), n / 3))
    return np.where(varies, np.minimum(lengths, longest), np.nan)


def _counts(length: int, blocks: Sequence[int], seed: int, draws: int) -> Iterator[tuple[int, dict[int, np.ndarray]]]:
    """Yield how often each session is in each draw by length of blocks, some draws at a time.

    These are the draws of `arch.bootstrap.StationaryBootstrap` with the same seed. With each part goes the number of
    draws before it.
    """
    random = np.random.default_rng(seed)
    for begin in range(0, draws, _AT_ONCE):
        counts = {block: np.zeros((min(_AT_ONCE, draws - begin), length)) for block in blocks}
        for row in range(min(_AT_ONCE, draws - begin)):
            starts = random.integers(length, size=length, dtype=np.int64)
            chances = random.random(length)
            for block in blocks:
                _count_blocks(starts, chances, 1.0 / block, counts[block][row])
        yield begin, counts


@compiled
def _count_blocks(starts: np.ndarray, chances: np.ndarray, new: float, counts: np.ndarray) -> None:
    """Add how often each session is in one draw of blocks, which go on at the first session after the last one."""
    n = len(starts)
    at = starts[0]
    counts[at] += 1.0
    for i in range(1, n):
        if chances[i] > new:
            at += 1
            if at == n:
                at = 0
        else:
            at = starts[i]
        counts[at] += 1.0


def _drawn_figures(sums: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and Sharpe ratio of each column in each draw, from sums of returns and of their squares."""
    width = sums.shape[1] // 2
    means, squares = sums[:, :width] / length, sums[:, width:] / length
    variance = squares - means**2
    varies = variance > _STILL * squares
    spread = np.sqrt(np.where(varies, variance, 1.0) * length / (length - 1))
    return means, np.where(varies, means / spread, np.nan)


def _add_intervals(
    found: dict[tuple[int, int], _Found], pairs: Sequence[tuple[int, int, int, int]], at: int, drawn: np.ndarray,
    level: float,
) -> None:  # fmt: skip
    """Add interval and chance to one figure of these pairs."""
    tail = (1 - level) / 2
    differences = drawn[:, [a for _, _, a, _ in pairs]] - drawn[:, [b for _, _, _, b in pairs]]
    usable = np.isfinite(differences)
    with np.errstate(all="ignore"):
        ends = np.full((2, len(pairs)), np.nan)
        whole = usable.all(axis=0)
        ends[:, whole] = np.quantile(differences[:, whole], [tail, 1 - tail], axis=0)
        for column in np.flatnonzero(~whole & (usable.mean(axis=0) >= 0.99)):
            ends[:, column] = np.quantile(differences[usable[:, column], column], [tail, 1 - tail])
        spreads = np.full(len(pairs), np.nan)
        spreads[np.isfinite(ends[0])] = np.nanstd(differences[:, np.isfinite(ends[0])], axis=0, ddof=1)
    for (first, second, _, _), low, high, spread in zip(pairs, *ends, spreads, strict=True):
        own = found[first, second].figures[at]
        if own.difference is None or not math.isfinite(low):
            continue
        found[first, second].figures[at] = JudgedDifference(
            own.first, own.second, own.difference, float(low), float(high), _chance(own.difference, float(spread))
        )


def _chance(difference: float, spread: float) -> float:
    """Return the probability of a normal value with this spread that is at least as far from zero."""
    if spread == 0:
        return 1.0 if difference == 0 else 0.0
    return math.erfc(abs(difference) / spread / math.sqrt(2))


def _corrected(tested: Sequence[JudgedDifference], least: float) -> list[JudgedDifference]:
    """Return the differences with their chances corrected by Holm's method."""
    chances = {at: one.chance for at, one in enumerate(tested) if one.chance is not None}
    found, largest = list(tested), 0.0
    for rank, at in enumerate(sorted(chances, key=lambda at: chances[at])):
        one = tested[at]
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[at]))
        apart = one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)
        found[at] = JudgedDifference(
            one.first, one.second, one.difference, one.low, one.high, one.chance, largest, apart and largest < least
        )
    return found
