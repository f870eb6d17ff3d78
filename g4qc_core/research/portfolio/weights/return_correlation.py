"""Correlation and covariance of session returns, from enough data only.

Instruments may have different sessions: NaN marks a session that an instrument lacks. A pair is estimated from the
sessions that both have. What comes out is made positive semidefinite, so that no portfolio has a negative variance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.shared_sessions import LEAST_SESSIONS


def checked_returns(returns: Any, names: Sequence[str] | None = None) -> tuple[np.ndarray, list[str]]:
    """Return the session returns as float64, sessions x instruments, and the names of the instruments.

    Args:
        returns: a matrix; NaN where an instrument has no such session.
        names: of the instruments; None: those of the frame's columns, or `instrument 1` and so on.

    Raises:
        UsageError: not such a matrix, or an infinite return.
    """
    columns = getattr(returns, "columns", None)
    try:
        matrix = np.asarray(returns, np.float64)
    except (TypeError, ValueError):
        raise UsageError("The returns of instruments are a matrix of numbers: a row for each session.") from None
    if matrix.ndim != 2 or matrix.shape[1] < 1:
        raise UsageError("The returns of instruments are a matrix: a row for each session, a column for each one.")
    if np.isinf(matrix).any():
        raise UsageError("The returns of instruments are finite, or missing: one of them is infinite.")
    if names is None:
        numbered = [f"instrument {at + 1}" for at in range(matrix.shape[1])]
        names = numbered if columns is None else [str(one) for one in columns]
    if len(names) != matrix.shape[1]:
        raise UsageError(f"There are {len(names)} names for {matrix.shape[1]} columns of returns.")
    return matrix, list(names)


def return_volatility(
    returns: Any,
    *,
    names: Sequence[str] | None = None,
    half_life: float | None = None,
    least: int = LEAST_SESSIONS,
) -> np.ndarray:
    """Compute the standard deviation of the session returns of each instrument, over the sessions that it has.

    sigma_i^2 = sum_t w_t (r_ti - m_i)^2 / sum_t w_t, with m_i the mean under the same weights; without `half_life` the
    sum of squares is divided by one less than the number of sessions.

    Args:
        returns: sessions x instruments, oldest first; NaN where an instrument has no such session.
        names: of the instruments, for errors.
        half_life: sessions after which the weight of a session is half; None: all sessions count the same.
        least: fewest sessions.

    Returns:
        (instruments,), fractions a session.

    Raises:
        UsageError: too few sessions, or returns that do not vary.
    """
    matrix, names = checked_returns(returns, names)
    return _volatility(matrix, names, _decay(len(matrix), half_life), half_life is None, least)


def return_correlation(
    returns: Any,
    *,
    names: Sequence[str] | None = None,
    half_life: float | None = None,
    shrinkage: float = 0.0,
    least: int = LEAST_SESSIONS,
) -> np.ndarray:
    """Compute the correlation of each pair of instruments over the sessions that both have.

    Args:
        returns: as `return_volatility`.
        names: of the instruments, for errors.
        half_life: as `return_volatility`.
        shrinkage: from 0 to 1; how far each correlation is moved towards the mean one of all pairs. The target is that
            of Ledoit and Wolf: Honey, I Shrunk the Sample Covariance Matrix (2004).
        least: fewest sessions that each pair shares.

    Returns:
        (instruments, instruments), symmetric, positive semidefinite, with ones on the diagonal.

    Raises:
        UsageError: too few shared sessions, returns that do not vary, or a value out of its range.
    """
    matrix, names = checked_returns(returns, names)
    weights = _decay(len(matrix), half_life)
    _volatility(matrix, names, weights, half_life is None, least)
    return _correlation(matrix, names, weights, shrinkage, least)


def return_covariance(
    returns: Any,
    *,
    names: Sequence[str] | None = None,
    half_life: float | None = None,
    shrinkage: float = 0.0,
    least: int = LEAST_SESSIONS,
) -> np.ndarray:
    """Compute the covariance of session returns: volatilities of all sessions, correlations of the shared ones.

    Args:
        returns: as `return_volatility`.
        names: of the instruments, for errors.
        half_life: as `return_volatility`.
        shrinkage: as `return_correlation`.
        least: as `return_correlation`.

    Returns:
        (instruments, instruments), symmetric, positive semidefinite.

    Raises:
        UsageError: as `return_correlation`.
    """
    matrix, names = checked_returns(returns, names)
    weights = _decay(len(matrix), half_life)
    sigma = _volatility(matrix, names, weights, half_life is None, least)
    return _correlation(matrix, names, weights, shrinkage, least) * np.outer(sigma, sigma)


def _decay(sessions: int, half_life: float | None) -> np.ndarray:
    """Return the weight of each session, the last one 1."""
    if half_life is None:
        return np.ones(sessions)
    if not half_life > 0:
        raise UsageError(f"A half-life is a positive number of sessions, not {half_life:g}.")
    return 0.5 ** (np.arange(sessions - 1, -1, -1) / half_life)


def _volatility(matrix: np.ndarray, names: list[str], weights: np.ndarray, equal: bool, least: int) -> np.ndarray:
    known = np.isfinite(matrix)
    counts = known.sum(axis=0)
    if counts.min() < max(2, least):
        at = int(counts.argmin())
        raise UsageError(
            f"The volatility of {names[at]} takes at least {max(2, least)} sessions, and there are {counts[at]}."
        )
    mass = np.where(known, weights[:, None], 0.0)
    values = np.where(known, matrix, 0.0)
    centred = np.where(known, values - (mass * values).sum(axis=0) / mass.sum(axis=0), 0.0)
    variance = (mass * centred**2).sum(axis=0) / (mass.sum(axis=0) - (1.0 if equal else 0.0))
    size = np.abs(values).max(axis=0)
    still = ~(np.sqrt(variance) > 1e-12 * size)
    if still.any():
        raise UsageError(f"The returns of {names[int(still.argmax())]} do not vary, so that it has no risk to weigh.")
    return np.sqrt(variance)


def _correlation(matrix: np.ndarray, names: list[str], weights: np.ndarray, shrinkage: float, least: int) -> np.ndarray:
    if not 0 <= shrinkage <= 1:
        raise UsageError(f"Shrinkage is a number from 0 to 1, not {shrinkage:g}.")
    found = _pairwise(matrix, names, weights, max(3, least))
    n = len(found)
    if n > 1 and shrinkage > 0:
        mean = (found.sum() - n) / (n * (n - 1))
        found = (1 - shrinkage) * found + shrinkage * mean
        np.fill_diagonal(found, 1.0)
    return _semidefinite(found)


def _pairwise(matrix: np.ndarray, names: list[str], weights: np.ndarray, least: int) -> np.ndarray:
    n = matrix.shape[1]
    found = np.eye(n)
    known = np.isfinite(matrix)
    for i in range(n):
        for j in range(i):
            both = known[:, i] & known[:, j]
            count = int(both.sum())
            if count < least:
                raise UsageError(
                    f"The correlation of {names[j]} and {names[i]} takes at least {least} shared sessions, "
                    f"and they share {count}."
                )
            found[i, j] = found[j, i] = _correlated(matrix[both, i], matrix[both, j], weights[both])
    return found


def _correlated(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
    x = x - np.average(x, weights=weights)
    y = y - np.average(y, weights=weights)
    spread = float(np.sqrt((weights * x * x).sum() * (weights * y * y).sum()))
    # One of them does not vary in the sessions that both have: it tells nothing about the other.
    return float(np.clip((weights * x * y).sum() / spread, -1.0, 1.0)) if spread > 0 else 0.0


def _semidefinite(correlation: np.ndarray) -> np.ndarray:
    """Return the matrix itself, or without its negative eigenvalues and with ones on the diagonal again."""
    values, vectors = np.linalg.eigh(correlation)
    if values[0] >= -1e-12:
        return correlation
    kept = (vectors * np.maximum(values, 0.0)) @ vectors.T
    scale = np.sqrt(np.diag(kept))
    kept = kept / np.outer(scale, scale)
    kept = (kept + kept.T) / 2
    np.fill_diagonal(kept, 1.0)
    return kept
