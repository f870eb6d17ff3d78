"""How many independent trials a number of correlated ones amounts to.

Trials whose session returns move together are one trial under several names. Hierarchical clustering joins them,
with average linkage on the distance 1 - correlation; two clusters stay apart where the mean correlation between them
is below `JOINED`. The number of clusters is the effective number.

The cut is fixed instead of chosen by silhouettes (as Lopez de Prado's ONC does), because silhouettes join independent
trials as well (43 clusters of 100), and too few trials make a result look better than it is. With it, 1 to 3 of 100
searches on random walks pass a confidence of 95 %; from a correlation of 0.5 it would be 5 to 13.

Above `MOST_CLUSTERED` trials a random sample is clustered, and the clusters that it does not show are estimated from
those that it shows once and twice: Chao: Nonparametric Estimation of the Number of Classes in a Population (1984), in
the form without bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.trial_matrix import checked_matrix

JOINED = 0.7
"""Mean correlation from which two clusters count as one trial."""

MOST_CLUSTERED = 1500
"""Most trials that are clustered at once: memory and time grow with the square."""

LEAST_SHARED = 10
"""Fewest shared sessions from which a correlation is computed; with fewer, two trials are taken as independent."""


@dataclass(frozen=True, eq=False)
class EffectiveTrials:
    """The effective number of trials.

    Attributes:
        count: effective number, from 1 to `trials`.
        trials: number of trials.
        clustered: number of trials that were clustered: all, or a sample.
        found: number of clusters among these.
        clusters: cluster of each column, numbered from 0 by first appearance; -1 for one outside of the sample.
    """

    count: int
    trials: int
    clustered: int
    found: int
    clusters: np.ndarray

    @property
    def estimated(self) -> bool:
        """True if the number is an estimate from a sample."""
        return self.clustered < self.trials


def effective_trials(
    returns: Any,
    *,
    trials: int | None = None,
    joined: float = JOINED,
    most: int = MOST_CLUSTERED,
    seed: int = 0,
    wide: bool = False,
) -> EffectiveTrials:
    """Count the clusters of correlated trials.

    All trials that never vary, like those that never trade, are one cluster.

    Args:
        returns: sessions x trials; NaN where a trial has no such session.
        trials: number of trials of which the columns are a random sample; None: the columns are all.
        joined: mean correlation from which two clusters count as one, between 0 and 1.
        most: most trials that are clustered; of more, a sample.
        seed: of the sample.
        wide: there are more trials than sessions.

    Raises:
        UsageError: not a matrix of trials, or a bound out of its range.
    """
    if not 0 < joined < 1 or most < 2:
        raise UsageError("Trials are joined from a correlation between 0 and 1, and at least two are clustered.")
    matrix = checked_matrix(returns, wide=wide, missing=True, least_columns=1)
    columns = matrix.shape[1]
    trials = max(columns, trials or columns)
    chosen = np.arange(columns)
    if columns > most:
        chosen = np.sort(np.random.default_rng(seed).choice(columns, most, replace=False))
    labels = _clusters(_correlations(matrix[:, chosen]), joined)
    sizes = np.bincount(labels)
    count = len(sizes) if len(chosen) == trials else min(trials, _unseen(sizes) + len(sizes))
    clusters = np.full(columns, -1, dtype=np.int64)
    clusters[chosen] = labels
    return EffectiveTrials(count, trials, len(chosen), len(sizes), clusters)


def _correlations(matrix: np.ndarray) -> np.ndarray:
    """Compute the correlation of each pair over the sessions that both have.

    Trials that never vary correlate fully with each other, and with nothing else.
    """
    known = np.isfinite(matrix)
    values = np.where(known, matrix, 0.0)
    shown = np.where(known, matrix, np.nan)
    still = ~(np.nanmax(shown, axis=0, initial=-np.inf) > np.nanmin(shown, axis=0, initial=np.inf))
    # Centred and scaled first, so that no digits are lost below.
    centre = values.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    values = np.where(known, values - centre, 0.0)
    scale = np.sqrt((values**2).mean(axis=0))
    values = values / np.where(still, 1.0, scale)
    mask = known.astype(np.float64)
    shared = mask.T @ mask
    sums, squares = values.T @ mask, np.square(values).T @ mask
    n = np.maximum(shared, 1.0)
    variance = squares / n - (sums / n) ** 2
    covariance = (values.T @ values) / n - (sums / n) * (sums.T / n)
    spread = np.sqrt(np.maximum(variance, 0.0) * np.maximum(variance.T, 0.0))
    usable = (shared >= min(LEAST_SHARED, len(matrix))) & (spread > 1e-12)
    found = np.where(usable, covariance / np.where(usable, spread, 1.0), 0.0)
    found[np.ix_(still, still)] = 1.0
    np.fill_diagonal(found, 1.0)
    return np.clip((found + found.T) / 2, -1.0, 1.0)


def _clusters(correlations: np.ndarray, joined: float) -> np.ndarray:
    """Return the cluster of each trial, numbered by first appearance."""
    from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]
    from scipy.spatial.distance import squareform  # type: ignore[import-untyped]

    if len(correlations) == 1:
        return np.zeros(1, dtype=np.int64)
    # Rounded, so that trials in another order are not joined otherwise for a difference in the last digit.
    distances = np.round(1.0 - correlations, 12)
    tree = linkage(squareform(distances, checks=False), method="average")
    labels = fcluster(tree, t=1.0 - joined, criterion="distance")
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers]


def _unseen(sizes: np.ndarray) -> int:
    """Estimate the clusters that a sample does not show: f1 (f1 - 1) / (2 (f2 + 1)), rounded up."""
    once, twice = int((sizes == 1).sum()), int((sizes == 2).sum())
    return -(-once * (once - 1) // (2 * (twice + 1)))
