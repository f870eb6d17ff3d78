"""Which bars in quarantine wait for a person.

Knows the decisions that a rule allows. Must not know where they stand.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from g4qc_core.bars.reasons import Decision, Reason


def undecided(listed: pd.DataFrame) -> pd.DataFrame:
    """Those of the listed bars of which nobody decided whether they are true.

    One that was accepted as suspect, and turned out to be impossible when a rule or the instrument changed, is among
    them.

    Args:
        listed: with at least reason and decision.
    """
    pairs = zip(listed["decision"].fillna(""), listed["reason"], strict=True)
    waits = np.array([not _settled(decision, Reason(reason)) for decision, reason in pairs], bool)
    return listed[waits].reset_index(drop=True)


def _settled(decision: str, reason: Reason) -> bool:
    return decision == Decision.DROP or (decision == Decision.ACCEPT and reason.acceptable)
