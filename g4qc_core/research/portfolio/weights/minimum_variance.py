"""The long-only weights with the smallest variance.

min w'Cw with w >= 0 and sum w = 1 is solved as non-negative least squares of the rows of a root of C, and one row of
ones that asks for 1: whatever the total becomes, the direction is that of the smallest variance for a given total,
because for a fixed direction of variance v the best objective is v / (1 + v). The active-set method ends at the exact
answer. Lawson and Hanson: Solving Least Squares Problems (1974), chapter 23.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.research.portfolio.weights.covariance_matrix import checked_covariance

_RIDGE = 1e-8
"""Added to the diagonal, as a share of the mean variance: where several portfolios are equally good, the most even
one."""


def minimum_variance_weights(covariance: Any) -> np.ndarray:
    """Compute the long-only weights with the smallest variance; a singular covariance is no obstacle.

    Args:
        covariance: of returns, (instruments, instruments).

    Returns:
        (instruments,), zero or positive, sum 1.

    Raises:
        UsageError: no covariance.
    """
    from scipy.optimize import nnls  # type: ignore[import-untyped]

    matrix = checked_covariance(covariance)
    n = len(matrix)
    values, vectors = np.linalg.eigh(matrix / np.diag(matrix).mean() + _RIDGE * np.eye(n))
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    found, _ = nnls(np.vstack([root, np.ones(n)]), np.append(np.zeros(n), 1.0), maxiter=100 * n)
    return found / found.sum()
