"""Whether two results differ: the difference of their session returns with its interval, and a verdict in words.

Sessions are paired by trade date, so that what both results owe to the same market cancels out, and drawn again in
blocks: the stationary bootstrap of Politis and Romano (1994), with the block length of Politis and White (2004,
corrected in 2009). Intervals are percentiles of the draws.
Metrics of a single result do not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from g4qc_core.backtest.span import LEAST_DAYS, LEAST_SESSIONS
from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample, annualised
from g4qc_core.sentences import counted

DRAWS = 2000
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Difference:
    """One figure of two results on the sessions that both have.

    Attributes:
        first, second: the figure of each; None if it is undefined.
        difference: first less second.
        low, high: interval of the difference; None if there are too few sessions, or the figure is undefined.
    """

    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def told_apart(self) -> bool:
        """True if the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class ReturnComparison:
    """Two results compared on the sessions that both have.

    Attributes:
        sessions: number of sessions that both have.
        only_first, only_second: trade dates that only one has; they are left out.
        block: mean length of the blocks that were drawn, in sessions.
        draws: number of draws behind each interval.
        level: share of draws within an interval, like 0.95.
        mean: mean return a session.
        sharpe: Sharpe ratio per session.
        total: compounded return.
        first_error, second_error: standard error of each Sharpe ratio, per session; None if it is undefined.
        sessions_a_year: for annual figures; None if the time is too short for them.
        sessions_needed: sessions that would tell the mean returns apart if the difference stays as it is; None if they
            are told apart already, or have no difference.
        verdict: one or two sentences for a person.
    """

    sessions: int
    only_first: tuple[date, ...]
    only_second: tuple[date, ...]
    block: float
    draws: int
    level: float
    mean: Difference
    sharpe: Difference
    total: Difference
    first_error: float | None
    second_error: float | None
    sessions_a_year: float | None
    sessions_needed: int | None
    verdict: str


def compare_returns(
    first: pd.Series,
    second: pd.Series,
    names: tuple[str, str] = ("A", "B"),
    *,
    seed: int = 0,
    draws: int = DRAWS,
    level: float = 0.95,
) -> ReturnComparison:
    """Compare two series of session returns.

    Args:
        first: simple returns by trade date (a DatetimeIndex without repeats), in any order.
        second: the other ones.
        names: how the verdict calls them.
        seed: of the draws; the same seed gives the same intervals.
        draws: number of draws, at least 100.
        level: share of draws within an interval.

    Raises:
        UsageError: no shared session, a return that is missing, or an index that is not of trade dates.
    """
    if draws < 100 or not 0.5 <= level < 1:
        raise UsageError("An interval needs at least 100 draws and a level between 0.5 and 1, like 0.95.")
    paired, only = _paired(first, second)
    values = paired.to_numpy(np.float64)
    block = _block_length(values)
    intervals = _intervals(values, block, seed, draws, level) if len(values) >= LEAST_SESSIONS else None
    mean, sharpe, total = (_difference(values, figure, at, intervals) for at, figure in enumerate(_FIGURES))
    a_year = _sessions_a_year(pd.DatetimeIndex(paired.index))
    needed = _sessions_needed(mean, len(values))
    return ReturnComparison(
        sessions=len(values),
        only_first=only[0],
        only_second=only[1],
        block=block,
        draws=draws,
        level=level,
        mean=mean,
        sharpe=sharpe,
        total=total,
        first_error=_error(values[:, 0]),
        second_error=_error(values[:, 1]),
        sessions_a_year=a_year,
        sessions_needed=needed,
        verdict=_verdict(values, (mean, sharpe), names, _Words(mean, a_year, level, needed)),
    )


def _paired(first: pd.Series, second: pd.Series) -> tuple[pd.DataFrame, tuple[tuple[date, ...], tuple[date, ...]]]:
    """Return the returns of the shared sessions in two columns, and the dates that only one has."""
    for series in (first, second):
        if not isinstance(series.index, pd.DatetimeIndex) or not series.index.is_unique:
            raise UsageError("Session returns have one value for each trade date, which is their index.")
        if not np.isfinite(series.to_numpy(np.float64)).all():
            raise UsageError("A session return is missing or not finite: leave that session out.")
    shared = first.index.intersection(second.index).sort_values()
    if not len(shared):
        raise UsageError("The two results have no session in common: choose results of the same time.")
    alone = (first.index.difference(shared), second.index.difference(shared))
    dates = tuple(tuple(pd.DatetimeIndex(one).date) for one in alone)
    return pd.DataFrame({0: first[shared], 1: second[shared]}), (dates[0], dates[1])


def _means(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=0)


def _sharpes(values: np.ndarray) -> np.ndarray:
    """Return the Sharpe ratio of each column, NaN for one that does not vary."""
    varies = np.ptp(values, axis=0) > 0 if len(values) > 1 else np.zeros(values.shape[1], bool)
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.ones(values.shape[1])
    return np.where(varies, values.mean(axis=0) / np.where(varies, spread, 1.0), np.nan)


def _totals(values: np.ndarray) -> np.ndarray:
    return np.prod(1 + values, axis=0) - 1


_FIGURES: tuple[Callable[[np.ndarray], np.ndarray], ...] = (_means, _sharpes, _totals)


def _block_length(values: np.ndarray) -> float:
    """Return the longest of the best block lengths of both series and of their difference, at least 1."""
    from arch.bootstrap import optimal_block_length

    if len(values) < LEAST_SESSIONS:
        return 1.0
    series = (values[:, 0], values[:, 1], values[:, 0] - values[:, 1])
    varying = [one for one in series if np.ptp(one) > 0]
    with np.errstate(all="ignore"):
        lengths = [float(optimal_block_length(one)["stationary"].iloc[0]) for one in varying]
    usable = [length for length in lengths if math.isfinite(length)]
    return min(max([1.0, *usable]), len(values) / 3)


def _intervals(values: np.ndarray, block: float, seed: int, draws: int, level: float) -> np.ndarray:
    """Return low and high of the difference of each figure: percentiles of the draws, 3 x 2."""
    from arch.bootstrap import StationaryBootstrap

    def figures(drawn: np.ndarray) -> np.ndarray:
        both = [figure(drawn) for figure in _FIGURES]
        return np.array([one[0] - one[1] for one in both])

    bootstrap = StationaryBootstrap(max(1, round(block)), values, seed=np.random.default_rng(seed))
    tail = (1 - level) / 2
    return np.array([_percentiles(column, tail) for column in bootstrap.apply(figures, draws).T])


def _percentiles(drawn: np.ndarray, tail: float) -> tuple[float, float]:
    """Return the two percentiles; NaN if the figure was undefined in more than a hundredth of the draws."""
    usable = drawn[np.isfinite(drawn)]
    if len(usable) < 0.99 * len(drawn):
        return math.nan, math.nan
    low, high = np.quantile(usable, [tail, 1 - tail])
    return float(low), float(high)


def _difference(
    values: np.ndarray, figure: Callable[[np.ndarray], np.ndarray], at: int, intervals: np.ndarray | None
) -> Difference:
    first, second = (_finite(value) for value in figure(values))
    low, high = (None, None) if intervals is None else (_finite(intervals[at, 0]), _finite(intervals[at, 1]))
    if first is None or second is None:
        return Difference(first, second, None, None, None)
    return Difference(first, second, first - second, low, high)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _error(column: np.ndarray) -> float | None:
    try:
        return SharpeSample.of(column).standard_error
    except UsageError:
        return None


def _sessions_a_year(dates: pd.DatetimeIndex) -> float | None:
    days = (dates[-1] - dates[0]).days
    if days < LEAST_DAYS or len(dates) < LEAST_SESSIONS:
        return None
    return (len(dates) - 1) * _DAYS_A_YEAR / days


def _sessions_needed(mean: Difference, sessions: int) -> int | None:
    """Return the sessions after which the interval, which narrows with their root, would leave out zero."""
    if mean.low is None or mean.high is None or not mean.difference or mean.told_apart:
        return None
    half = (mean.high - mean.low) / 2
    return math.ceil(sessions * (half / mean.difference) ** 2)


@dataclass(frozen=True)
class _Words:
    """How large the difference of the mean returns is, in words."""

    mean: Difference
    a_year: float | None
    level: float
    needed: int | None

    def difference(self) -> str:
        """Say the difference with its interval."""
        unit = "a session" if self.a_year is None else "a year"
        ends = f"{self._scaled(self.mean.low)} to {self._scaled(self.mean.high)}"
        value = self._scaled(self.mean.difference)
        return f"the mean returns differ by {value} {unit}, {self.level:.0%} interval {ends}"

    def more(self) -> str:
        """Say how many sessions would show the difference."""
        if not self.needed:
            return ""
        return f" If the difference stays as it is, it takes about {counted(self.needed, 'session')} to show."

    def _scaled(self, value: float | None) -> str:
        return f"{value or 0.0:+.4%}" if self.a_year is None else f"{(value or 0.0) * self.a_year:+.2%}"


def _verdict(
    values: np.ndarray, differences: tuple[Difference, Difference], names: tuple[str, str], words: _Words
) -> str:
    """Say what the differences show."""
    mean, sharpe = differences
    shared = counted(len(values), "shared session")
    if np.array_equal(values[:, 0], values[:, 1]):
        return f"{names[0]} and {names[1]} have the same return in each of {shared}."
    if mean.low is None:
        return f"{shared} are too few to compare two results: it takes at least {LEAST_SESSIONS}."
    by_mean, by_sharpe = _better(mean, names), _better(sharpe, names)
    if not mean.told_apart and not sharpe.told_apart:
        return f"{shared} cannot tell these apart: {words.difference()}.{words.more()}"
    if not mean.told_apart:
        start = f"{by_sharpe} earned more for its risk over {shared}, but the mean returns cannot be told apart"
    elif sharpe.difference is None:
        start = f"{by_mean} earned more over {shared}"
    elif not sharpe.told_apart:
        start = f"{by_mean} earned more over {shared}, but not for its risk, as the Sharpe ratios cannot be told apart"
    elif by_mean == by_sharpe:
        start = f"{by_mean} is better over {shared}"
    else:
        start = f"{by_mean} earned more over {shared}, and {by_sharpe} more for its risk"
    return f"{start}: {words.difference()}."


def _better(difference: Difference, names: tuple[str, str]) -> str:
    return names[0] if (difference.difference or 0.0) > 0 else names[1]


def sharpe_words(sharpe: float | None, error: float | None, sessions_a_year: float | None) -> str:
    """Return a Sharpe ratio with its standard error, annual where the time allows it: `1.20 ± 0.45`."""
    if sharpe is None or error is None:
        return "not meaningful"
    if sessions_a_year is None:
        return f"{sharpe:.3f} ± {error:.3f} a session"
    return f"{annualised(sharpe, sessions_a_year):.2f} ± {annualised(error, sessions_a_year):.2f}"
