"""Combinatorial purged cross-validation of a search: many histories out of sample instead of one.

Every set is evaluated once over the whole history. A set decides from the past alone, so that its returns in a session
do not depend on which sessions are called training: choosing by the returns of the training sessions is the same as
having run it on them, but for the positions at their borders, which the purge leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.figures import session_figures
from g4qc_core.backtest.span import Span
from g4qc_core.research.overfitting.trial_matrix import session_sharpes
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.splits.purged_folds import CombinatorialSplits
from g4qc_core.research.walk_forward.stitched_parts import ReturnFigures

_CASH = 1.0


@dataclass(frozen=True, eq=False)
class CombinatorialResult:
    """What the splits chose, and the paths through their tests.

    Attributes:
        chosen: column of the choice of each split; -1: none has the figure that is looked for.
        trained: figure of each choice on its training sessions.
        tested: figures of each choice on its test sessions.
        paths: returns, sessions x paths.
        figures: of each path.
    """

    chosen: list[int]
    trained: list[float | None]
    tested: list[ReturnFigures]
    paths: np.ndarray
    figures: list[ReturnFigures]

    @property
    def loss_share(self) -> float:
        """Share of paths whose Sharpe ratio is not above zero."""
        return float(np.mean([(one.sharpe or 0.0) <= 0 for one in self.figures])) if self.figures else 0.0

    def paths_frame(self, sessions_a_year: float) -> pd.DataFrame:
        """Return a row for each path: path (from 1), sessions, annual_return, sharpe (annual), max_drawdown."""
        rows = []
        for number, one in enumerate(self.figures, start=1):
            yearly, sharpe = one.annual(sessions_a_year)
            grown = np.cumprod(1 + self.paths[:, number - 1])
            peak = np.maximum.accumulate(np.maximum(grown, 1.0))
            rows.append((number, one.sessions, yearly, sharpe, float((grown / peak - 1).min())))
        return empty_paths() if not rows else pd.DataFrame(rows, columns=list(_PATHS)).astype(_PATHS)


_PATHS = {
    "path": "int64",
    "sessions": "int64",
    "annual_return": "float64",
    "sharpe": "float64",
    "max_drawdown": "float64",
}


def empty_paths() -> pd.DataFrame:
    """Return the frame of paths of an analysis without them."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _PATHS.items()})


def cross_validate(
    returns: np.ndarray, splits: CombinatorialSplits, objective: Objective, days: Sequence[date]
) -> CombinatorialResult:
    """Choose in each split by its training sessions, and join the tests of the choices to paths.

    Args:
        returns: session returns of the sets, sessions x sets, in the order in which they were tried.
        splits: of these sessions.
        objective: by which sets are ranked; one that session returns cannot give is replaced by the Sharpe ratio, see
            `ranked_by`.
        days: trade dates of the sessions.
    """
    score = _scorer(objective, days)
    chosen, trained, tested, outside = [], [], [], []
    for split in splits.splits:
        values = score(returns[split.train], split.train)
        best = int(np.nanargmax(values)) if np.isfinite(values).any() else -1
        own = returns[split.test, best] if best >= 0 else np.zeros(len(split.test))
        chosen.append(best)
        trained.append(float(values[best]) if best >= 0 else None)
        tested.append(ReturnFigures.of(own))
        outside.append(own)
    paths = splits.path_returns(outside)
    return CombinatorialResult(chosen, trained, tested, paths, [ReturnFigures.of(path) for path in paths.T])


def ranked_by(objective: Objective) -> Objective:
    """Return the objective by which combinatorial splits rank: the given one if session returns give it."""
    figures = session_figures(np.array([1.0, 1.1]), _CASH, Span(730, 2))
    return objective if objective.metric in figures else Objective("sharpe", True)


def _scorer(objective: Objective, days: Sequence[date]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    used = ranked_by(objective)
    if used.metric == "sharpe":
        return lambda inside, _: session_sharpes(inside)
    length = (days[-1] - days[0]).days + 1

    def by_figures(inside: np.ndarray, places: np.ndarray) -> np.ndarray:
        # Sessions of a year are those of the whole history.
        span = Span(max(1, round(length * len(places) / len(days))), len(places))
        grown = np.cumprod(1 + inside, axis=0)
        found = [used.score(session_figures(column, _CASH, span)) for column in grown.T]
        return np.array([np.nan if one is None else one for one in found])

    return by_figures
