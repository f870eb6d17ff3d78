"""The matrix of session returns that every statistic of several trials takes: a row a session, a column a trial.

A matrix that is turned gives a wrong number and no error, so that it is refused here wherever it can be noticed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError


def checked_matrix(returns: Any, *, wide: bool = False, missing: bool = False, least_columns: int = 2) -> np.ndarray:
    """Return the session returns as float64, sessions x trials.

    Args:
        returns: an array or a frame with a row for each session and a column for each trial.
        wide: there really are more trials than sessions; without it such a matrix is taken for a turned one.
        missing: NaN stands for a session that a trial does not have; without it NaN is an error.
        least_columns: fewest trials.

    Raises:
        UsageError: not such a matrix, or a turned one.
    """
    if isinstance(returns, pd.DataFrame):
        _refuse_turned_index(returns)
    try:
        matrix = np.asarray(returns, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError("The returns of trials are a matrix of numbers: a row for each session.") from None
    if matrix.ndim != 2:
        raise UsageError("The returns of trials are a matrix: a row for each session, a column for each trial.")
    sessions, trials = matrix.shape
    if trials < least_columns or sessions < 2:
        raise UsageError(
            f"The matrix has {sessions} x {trials} returns: it takes at least 2 sessions and {least_columns} trials."
        )
    if trials > sessions and not wide:
        raise UsageError(
            f"The matrix has {sessions} rows and {trials} columns: rows are sessions and columns trials. "
            "Turn it, or say wide=True if there are more trials than sessions."
        )
    bad = np.isinf(matrix) if missing else ~np.isfinite(matrix)
    if bad.any():
        row, column = (int(at[0]) for at in np.nonzero(bad))
        raise UsageError(f"The return in row {row} of column {column} is missing or not finite.")
    return matrix


def session_sharpes(matrix: np.ndarray) -> np.ndarray:
    """Compute the Sharpe ratio per session of each column; NaN for one that does not vary."""
    varying = np.ptp(matrix, axis=0) > 0
    spread = np.where(varying, matrix.std(axis=0, ddof=1), 1.0)
    return np.where(varying, matrix.mean(axis=0) / spread, np.nan)


def _refuse_turned_index(frame: pd.DataFrame) -> None:
    """Raise an error for a frame whose columns are dates, or whose rows are dates out of order or repeated."""
    dated = isinstance(frame.columns, pd.DatetimeIndex | pd.PeriodIndex)
    if dated and not isinstance(frame.index, pd.DatetimeIndex | pd.PeriodIndex):
        raise UsageError("The columns of the matrix are dates: rows are sessions and columns trials. Turn it.")
    if isinstance(frame.index, pd.DatetimeIndex | pd.PeriodIndex) and not (
        frame.index.is_monotonic_increasing and frame.index.is_unique
    ):
        raise UsageError("The rows of the matrix are sessions in order, each once: sort them.")
