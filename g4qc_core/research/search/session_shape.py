"""The shape of a trial's session returns, by which trials of a family are compared: Sharpe ratio, skew, kurtosis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample


@dataclass(frozen=True)
class SessionShape:
    """Moments of session returns.

    Attributes:
        sessions: number of returns.
        session_sharpe: mean over standard deviation (n - 1), per session; None if the returns do not vary.
        session_skew: third standardised moment; None if they do not vary.
        session_kurtosis: fourth standardised moment, 3 for a normal distribution; None if they do not vary.
    """

    sessions: int
    session_sharpe: float | None = None
    session_skew: float | None = None
    session_kurtosis: float | None = None

    @classmethod
    def of(cls, returns: np.ndarray) -> SessionShape:
        """Compute the shape of one series of session returns."""
        try:
            sample = SharpeSample.of(returns)
        except UsageError:
            return cls(len(returns))
        return cls(len(returns), sample.sharpe, sample.skew, sample.kurtosis)
