"""The covariance matrix that functions of weights take: checked, and scaled so that units do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.errors import UsageError


def checked_covariance(covariance: Any) -> np.ndarray:
    """Return the matrix as float64.

    Raises:
        UsageError: it is not square, symmetric and finite with positive variances and no negative eigenvalue.
    """
    try:
        matrix = np.asarray(covariance, np.float64)
    except (TypeError, ValueError):
        raise UsageError("A covariance is a matrix of numbers.") from None
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise UsageError("A covariance is a square matrix with a row and a column for each instrument.")
    if not np.isfinite(matrix).all() or not (np.diag(matrix) > 0).all():
        raise UsageError("A covariance has finite numbers and a positive variance for each instrument.")
    spread = np.sqrt(np.diag(matrix))
    scaled = matrix / np.outer(spread, spread)
    if not np.allclose(scaled, scaled.T, rtol=0, atol=1e-9):
        raise UsageError("A covariance is symmetric: the number of a pair is the same both ways.")
    if np.linalg.eigvalsh((scaled + scaled.T) / 2)[0] < -1e-8:
        raise UsageError("The covariance is impossible: some portfolio would have a negative variance.")
    return (matrix + matrix.T) / 2


def split_covariance(covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the standard deviations and the correlation of a checked covariance."""
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    np.fill_diagonal(correlation, 1.0)
    return spread, correlation
