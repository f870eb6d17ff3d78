"""What a Sharpe ratio proves, given the number of its returns, their shape, and the number of trials behind it.

Every Sharpe ratio here is per session: `per_session` and `annualised` convert. Kurtosis is the plain one, 3 for a
normal distribution.

Sources: Bailey, Lopez de Prado: The Sharpe Ratio Efficient Frontier (2012) for `probabilistic_sharpe` and
`min_track_record`; The Deflated Sharpe Ratio (2014) for `expected_maximum` and `deflated_sharpe`; Bailey, Borwein,
Lopez de Prado, Zhu: Pseudo-Mathematics and Financial Charlatanism (2014) for `min_backtest_years`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError

EULER = 0.5772156649015329
_NORMAL = NormalDist()
_SMALLEST = 1e-70


@dataclass(frozen=True)
class SharpeSample:
    """A Sharpe ratio with what its uncertainty depends on.

    Attributes:
        sharpe: mean over standard deviation (n - 1) of the returns, per session.
        observations: number of returns, at least 2.
        skew: third standardised moment (n).
        kurtosis: fourth standardised moment (n); 3 for a normal distribution.
    """

    sharpe: float
    observations: int
    skew: float = 0.0
    kurtosis: float = 3.0

    def __post_init__(self) -> None:
        if self.observations < 2:
            raise UsageError("A Sharpe ratio needs at least two returns.")
        if not all(math.isfinite(value) for value in (self.sharpe, self.skew, self.kurtosis)):
            raise UsageError("The Sharpe ratio, skew and kurtosis of returns are finite numbers.")
        if self.kurtosis < self.skew**2 + 1 - 1e-6 * max(1.0, self.skew**2):
            raise UsageError(
                f"No returns have a skew of {self.skew:.3g} and a kurtosis of {self.kurtosis:.3g}: give the plain "
                "kurtosis, which is 3 for a normal distribution and not 0."
            )

    @classmethod
    def of(cls, returns: Any) -> SharpeSample:
        """Compute the sample of one series of session returns.

        Raises:
            UsageError: fewer than two returns, one that is not finite, or returns that do not vary.
        """
        values = np.asarray(returns, dtype=np.float64)
        if values.ndim != 1 or len(values) < 2:
            raise UsageError("A Sharpe ratio needs one series of at least two returns.")
        if not np.isfinite(values).all():
            raise UsageError("A return is missing or not finite: leave that session out.")
        if np.ptp(values) == 0:
            raise UsageError("The returns do not vary, so that they have no Sharpe ratio.")
        size = float(np.abs(values).max())
        if not _SMALLEST < size < 1 / _SMALLEST:
            # Their squares are out of the range of numbers; the ratio is the same in any unit.
            values = values / size
        centred = values - values.mean()
        second = float((centred**2).mean())
        deviation = math.sqrt(second * len(values) / (len(values) - 1))
        scaled = centred / math.sqrt(second)
        skew, kurtosis = float((scaled**3).mean()), float((scaled**4).mean())
        return cls(float(values.mean()) / deviation, len(values), skew, kurtosis)

    @property
    def standard_error(self) -> float:
        """Standard error: the root of (1 - skew x S + (kurtosis - 1) / 4 x S^2) / (n - 1), for a Sharpe ratio S."""
        return math.sqrt(self._variance / (self.observations - 1))

    @property
    def _variance(self) -> float:
        """Variance of the Sharpe ratio times (n - 1); never negative, because kurtosis >= skew^2 + 1."""
        return max(0.0, 1 - self.skew * self.sharpe + (self.kurtosis - 1) / 4 * self.sharpe**2)

    def track_needed(self, benchmark: float, confidence: float) -> float:
        """Return the number of returns of `min_track_record`."""
        if self.sharpe <= benchmark:
            return math.inf
        return 1 + self._variance * (_NORMAL.inv_cdf(confidence) / (self.sharpe - benchmark)) ** 2


def probabilistic_sharpe(sample: SharpeSample, benchmark: float = 0.0) -> float:
    """Compute the probabilistic Sharpe ratio: the confidence that the true Sharpe ratio exceeds `benchmark`.

    Normal cumulative probability of (S - benchmark) / standard error of S.

    Args:
        sample: the Sharpe ratio and the shape of its returns.
        benchmark: a Sharpe ratio per session.
    """
    error = sample.standard_error
    if error == 0:
        return 0.5 if sample.sharpe == benchmark else float(sample.sharpe > benchmark)
    return normal_probability((sample.sharpe - benchmark) / error)


def expected_maximum(trials: float, variance: float = 1.0) -> float:
    """Compute the Sharpe ratio that the best of so many trials without any skill is expected to show.

    The false strategy theorem: root of the variance x ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))), where g is Euler's
    constant and Z the quantile of the normal distribution. Zero for a single trial.

    Args:
        trials: number of independent trials, at least 1.
        variance: of the Sharpe ratios of the trials; the result has their unit.
    """
    if not trials >= 1:
        raise UsageError("The number of trials is at least 1.")
    if not variance >= 0:
        raise UsageError("The variance of the trials' Sharpe ratios is not negative.")
    if trials == 1:
        return 0.0
    high = (1 - EULER) * _quantile_from_above(1 / trials) + EULER * _quantile_from_above(1 / (trials * math.e))
    return math.sqrt(variance) * max(0.0, high)


def deflated_sharpe(sample: SharpeSample, trials: float, variance: float) -> float:
    """Compute the deflated Sharpe ratio: the confidence that the best of the trials has a true Sharpe ratio above zero.

    It is the probabilistic Sharpe ratio against the expected maximum of the trials.

    Args:
        sample: the best trial.
        trials: number of independent trials, the best one included.
        variance: of the trials' Sharpe ratios, per session.
    """
    return probabilistic_sharpe(sample, expected_maximum(trials, variance))


def best_by_luck(sample: SharpeSample, trials: float) -> float:
    """Compute how often the best of so many trials without skill looks at least as good: 1 - PSR(0)^N (Sidak).

    Args:
        sample: the best trial.
        trials: number of independent trials, the best one included.
    """
    if not trials >= 1:
        raise UsageError("The number of trials is at least 1.")
    return 1 - probabilistic_sharpe(sample) ** trials


def min_track_record(sample: SharpeSample, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """Compute the number of returns after which the Sharpe ratio exceeds `benchmark` with this confidence.

    1 + (1 - skew x S + (kurtosis - 1) / 4 x S^2) x (Z(confidence) / (S - benchmark))^2; infinite where S does not
    exceed the benchmark.

    Args:
        sample: the Sharpe ratio and the shape of its returns.
        benchmark: a Sharpe ratio per session.
        confidence: between 0.5 and 1.
    """
    if not 0.5 < confidence < 1:
        raise UsageError("The confidence is between 0.5 and 1, like 0.95.")
    return sample.track_needed(benchmark, confidence)


def min_backtest_years(trials: float, annual_sharpe: float = 1.0) -> float:
    """Compute the years below which the best of so many trials without skill is expected to reach `annual_sharpe`.

    (expected maximum of N standard normal values / Sharpe ratio)^2.

    Args:
        trials: number of independent trials, at least 1.
        annual_sharpe: an annual Sharpe ratio, above zero.
    """
    if not annual_sharpe > 0:
        raise UsageError("The least length of a backtest is defined for a Sharpe ratio above zero.")
    return (expected_maximum(trials) / annual_sharpe) ** 2


def per_session(annual_sharpe: float, sessions_a_year: float) -> float:
    """Convert an annual Sharpe ratio to one per session: divide by the root of the sessions a year."""
    return annual_sharpe / math.sqrt(sessions_a_year)


def annualised(sharpe: float, sessions_a_year: float) -> float:
    """Convert a Sharpe ratio per session to an annual one: multiply by the root of the sessions a year."""
    return sharpe * math.sqrt(sessions_a_year)


def normal_probability(value: float) -> float:
    """Return the cumulative probability of the standard normal distribution, exact in both tails."""
    return 0.5 * math.erfc(-value / math.sqrt(2))


def _quantile_from_above(tail: float) -> float:
    """Return the value that a standard normal variable exceeds with the probability `tail`."""
    return -_NORMAL.inv_cdf(tail) if 0 < tail < 1 else -math.inf
