"""What the session returns that a search kept say about choosing its best trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from g4qc_core.research.overfitting.backtest_overfitting import overfitting_probability, usable_blocks
from g4qc_core.research.overfitting.superior_ability import MOST_TRIALS, superior_ability
from g4qc_core.research.overfitting.trial_matrix import checked_matrix

_LEAST_SESSIONS = 20


@dataclass(frozen=True)
class SearchEvidence:
    """What the session returns that a search kept say about its best trial.

    Attributes:
        search: its name.
        trials: number of its trials.
        kept: number of trials whose session returns were kept.
        overfitting: probability of backtest overfitting; None if there are too few sessions or trials.
        blocks: blocks of sessions behind it; 0 if there is none.
        loss: how often the chosen trial lost in the other half; None as `overfitting`.
        superior: p-value of superior predictive ability; None if there are too few sessions.
    """

    search: str
    trials: int
    kept: int
    overfitting: float | None = None
    blocks: int = 0
    loss: float | None = None
    superior: float | None = None

    @classmethod
    def of(cls, search: str, trials: int, returns: Any) -> SearchEvidence:
        """Compute the evidence from session returns, sessions x trials; there may be more trials than sessions.

        Raises:
            UsageError: not such a matrix.
        """
        matrix = checked_matrix(returns, wide=True, least_columns=1)
        kept = matrix.shape[1]
        overfitting, loss, blocks = _overfitting(matrix)
        superior = None
        if len(matrix) >= _LEAST_SESSIONS and kept <= MOST_TRIALS:
            superior = superior_ability(matrix, wide=True).p_value
        return cls(search, max(trials, kept), kept, overfitting, blocks, loss, superior)


def _overfitting(matrix: np.ndarray) -> tuple[float | None, float | None, int]:
    blocks = usable_blocks(len(matrix))
    if blocks is None or matrix.shape[1] < 2:
        return None, None, 0
    found = overfitting_probability(matrix, blocks, wide=True)
    return found.probability, found.loss_probability, blocks
