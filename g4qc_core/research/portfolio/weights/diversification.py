"""What it is worth to hold several instruments at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.errors import UsageError

MULTIPLIER_CAP = 2.5
"""Largest multiplier, as in pysystemtrade's defaults (`dm_max`): correlations rise in a crisis."""


def diversification_multiplier(weights: Any, correlation: Any, *, cap: float = MULTIPLIER_CAP) -> float:
    """Compute by how much positions can grow until the portfolio has the risk of one instrument.

    1 / sqrt(w'Hw), with negative correlations counted as zero, at most `cap`: Carver, Systematic Trading, appendix D;
    pysystemtrade: `sysquant/estimators/diversification_multipliers.py` and its default `floor_at_zero`.

    Args:
        weights: (n,), sum 1; of instruments, or of forecasts.
        correlation: (n, n), of the returns of the instruments, or of the forecasts.
        cap: largest multiplier, at least 1.

    Returns:
        From 1 to `cap`.

    Raises:
        UsageError: shapes that do not fit, weights that do not sum to one, or a cap below 1.
    """
    shares, matrix = _fitting(weights, correlation)
    if not cap >= 1:
        raise UsageError(f"The cap of a diversification multiplier is at least 1, not {cap:g}.")
    if (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise UsageError("A diversification multiplier takes weights that are not negative and sum to 1.")
    floored = np.maximum(matrix, 0.0)
    return float(min(cap, max(1.0, 1 / np.sqrt(shares @ floored @ shares))))


def diversification_ratio(weights: Any, covariance: Any) -> float | None:
    """Compute the sum of the risks of the parts over the risk of the whole: sum |w_i| sigma_i / sqrt(w'Cw).

    Choueifaty and Coignard: Toward Maximum Diversification (2008); with sizes of positions, so that it serves for long
    and short ones.

    Args:
        weights: (n,), weights or contracts, of any sign.
        covariance: (n, n), of one unit of each weight.

    Returns:
        At least 1; None if the whole has no risk.

    Raises:
        UsageError: shapes that do not fit.
    """
    shares, matrix = _fitting(weights, covariance)
    parts = float(np.abs(shares) @ np.sqrt(np.diag(matrix)))
    whole = float(np.sqrt(max(0.0, shares @ matrix @ shares)))
    return parts / whole if whole > 1e-12 * parts else None


def _fitting(weights: Any, matrix: Any) -> tuple[np.ndarray, np.ndarray]:
    shares, square = np.asarray(weights, np.float64), np.asarray(matrix, np.float64)
    if shares.ndim != 1 or square.shape != (len(shares), len(shares)) or not len(shares):
        raise UsageError("There is one weight for each row and each column of the matrix.")
    return shares, square
