"""The parts out of sample, joined to one equity, and how much of what training promised is left in them.

Returns are of sessions, and annual figures are their mean and Sharpe ratio scaled to a year, so that a window of a few
sessions has them too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.backtest.metrics.sums import mean
from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample, deflated_sharpe, expected_maximum


@dataclass(frozen=True, eq=False)
class EquityPart:
    """One window out of sample.

    Attributes:
        window: its number.
        days: trade dates of its sessions.
        equity: money at the end of each session; that of a window that stays flat does not change.
        cash: money before the first session.
    """

    window: int
    days: Sequence[date]
    equity: np.ndarray
    cash: float

    @property
    def returns(self) -> np.ndarray:
        """Session returns."""
        return session_returns(self.equity, self.cash)


@dataclass(frozen=True)
class ReturnFigures:
    """Mean and Sharpe ratio of session returns.

    Attributes:
        sessions: number of returns.
        mean: per session; None without a return.
        sharpe: per session; None if fewer than two returns, or none that varies.
    """

    sessions: int
    mean: float | None = None
    sharpe: float | None = None

    @classmethod
    def of(cls, returns: np.ndarray) -> ReturnFigures:
        """Compute the figures."""
        values = np.asarray(returns, np.float64)
        if not len(values):
            return cls(0)
        try:
            sharpe: float | None = SharpeSample.of(values).sharpe
        except UsageError:
            sharpe = None
        return cls(len(values), mean(values), sharpe)

    def annual(self, sessions_a_year: float) -> tuple[float | None, float | None]:
        """Return the mean and the Sharpe ratio of a year."""
        yearly = None if self.mean is None else self.mean * sessions_a_year
        return yearly, None if self.sharpe is None else self.sharpe * math.sqrt(sessions_a_year)


@dataclass(frozen=True)
class Efficiency:
    """What is left out of sample of what training promised.

    Attributes:
        of_return: annual return out of sample over that in sample; None if that was not above zero.
        of_sharpe: the same of the Sharpe ratio.
    """

    of_return: float | None = None
    of_sharpe: float | None = None


def efficiency(inside: ReturnFigures, outside: ReturnFigures) -> Efficiency:
    """Return the walk-forward efficiency: both are per session, and so their ratio is that of a year."""
    return Efficiency(_ratio(outside.mean, inside.mean), _ratio(outside.sharpe, inside.sharpe))


def overall_efficiency(pairs: Sequence[tuple[ReturnFigures, ReturnFigures]], outside: np.ndarray) -> Efficiency:
    """Return the efficiency of all windows with a choice.

    Args:
        pairs: figures in and out of sample of each such window; those in sample count by the sessions of its test.
        outside: session returns out of sample of these windows, joined.
    """
    found = ReturnFigures.of(outside)
    means = [(inside.mean, tested.sessions) for inside, tested in pairs if inside.mean is not None]
    sharpes = [(inside.sharpe, tested.sessions) for inside, tested in pairs if inside.sharpe is not None]
    return Efficiency(_ratio(found.mean, _weighted(means)), _ratio(found.sharpe, _weighted(sharpes)))


def stitched_frame(parts: Sequence[EquityPart]) -> pd.DataFrame:
    """Join the parts.

    Returns:
        trade_date (datetime64[s]), window (int64), equity (money), return (of the session, a fraction), drawdown (from
        the highest end of a session so far, the cash included, a fraction).
    """
    columns = ("trade_date", "window", "equity", "return", "drawdown")
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=_DTYPES[name]) for name in columns})
    equity = np.concatenate([part.equity for part in parts])
    peak = np.maximum.accumulate(np.maximum(equity, parts[0].cash))
    frame = pd.DataFrame(
        {
            "trade_date": pd.DatetimeIndex([day for part in parts for day in part.days]),
            "window": np.concatenate([np.full(len(part.equity), part.window) for part in parts]),
            "equity": equity,
            "return": np.concatenate([part.returns for part in parts]),
            "drawdown": equity / peak - 1,
        }
    )
    return frame.astype(_DTYPES)


@dataclass(frozen=True)
class StitchedDeflation:
    """What the number of trials leaves of the stitched Sharpe ratio.

    Attributes:
        trials: sets that were tried in all windows.
        by_luck: Sharpe ratio per session that the best of so many without skill is expected to show.
        deflated: confidence that the true Sharpe ratio is above zero after so many trials; None without a Sharpe ratio.
        single: the same as if nothing else had been tried.
    """

    trials: int
    by_luck: float
    deflated: float | None = None
    single: float | None = None


def stitched_deflation(returns: np.ndarray, trials: int, variance: float) -> StitchedDeflation:
    """Deflate the stitched Sharpe ratio by the number of trials.

    Args:
        returns: stitched session returns.
        trials: sets that were tried.
        variance: of the trials' Sharpe ratios per session.
    """
    count = max(1, trials)
    luck = expected_maximum(count, variance)
    try:
        sample = SharpeSample.of(returns)
    except UsageError:
        return StitchedDeflation(count, luck)
    return StitchedDeflation(count, luck, deflated_sharpe(sample, count, variance), deflated_sharpe(sample, 1, 0.0))


_DTYPES = {
    "trade_date": "datetime64[s]",
    "window": "int64",
    "equity": "float64",
    "return": "float64",
    "drawdown": "float64",
}


def _weighted(values: Sequence[tuple[float, int]]) -> float | None:
    total = sum(weight for _, weight in values)
    return sum(value * weight for value, weight in values) / total if total else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other is not None and other > 0 else None
