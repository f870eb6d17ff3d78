"""Hierarchical risk parity: instruments in a tree of likeness, and risk halved down the tree.

Lopez de Prado: Building Diversified Portfolios that Outperform Out of Sample (2016). Distance sqrt((1 - rho) / 2),
clusters by single linkage on the distance between the columns of distances, leaves in the order of the tree, and at
each halving of that order the weight is shared inversely to the variances of the two halves, each held at inverse
variances.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.research.portfolio.weights.covariance_matrix import checked_covariance, split_covariance


def hierarchical_weights(covariance: Any) -> np.ndarray:
    """Compute the weights of hierarchical risk parity.

    Args:
        covariance: of returns, (instruments, instruments). Of two equally good trees, the order of its rows chooses.

    Returns:
        (instruments,), positive, sum 1.

    Raises:
        UsageError: no covariance.
    """
    matrix = checked_covariance(covariance)
    return halved_weights(matrix, leaf_order(split_covariance(matrix)[1]))


def halved_weights(matrix: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Share the weight down the halves of an order of the instruments.

    Args:
        matrix: covariance, (instruments, instruments).
        order: positions of the instruments, alike ones side by side.

    Returns:
        (instruments,), positive, sum 1.
    """
    weights = np.ones(len(matrix))
    parts = [order]
    while parts:
        part = parts.pop()
        if len(part) < 2:
            continue
        left, right = part[: len(part) // 2], part[len(part) // 2 :]
        variance_left, variance_right = _variance(matrix, left), _variance(matrix, right)
        share = 1 - variance_left / (variance_left + variance_right)
        weights[left] *= share
        weights[right] *= 1 - share
        parts += [left, right]
    return weights / weights.sum()


def leaf_order(correlation: np.ndarray) -> np.ndarray:
    """Return the positions of the instruments in the order of the tree, so that alike ones stand side by side."""
    from scipy.cluster.hierarchy import leaves_list, linkage  # type: ignore[import-untyped]
    from scipy.spatial.distance import pdist  # type: ignore[import-untyped]

    if len(correlation) == 1:
        return np.zeros(1, np.int64)
    distance = np.sqrt(np.maximum(0.0, (1 - correlation) / 2))
    # Rounded, so that distances that are equal are not told apart by their last digit.
    return leaves_list(linkage(np.round(pdist(distance), 12), method="single")).astype(np.int64)


def _variance(matrix: np.ndarray, part: np.ndarray) -> float:
    """Return the variance of a group whose weights are inverse to the variances."""
    own = matrix[np.ix_(part, part)]
    weights = 1 / np.diag(own)
    weights = weights / weights.sum()
    return float(weights @ own @ weights)
