"""Contracts of a month with so many bars in quarantine that nothing is derived from their other bars.

More than one bar in a hundred means that the feed or the instrument's definition is wrong. Contracts and months are
judged separately: only the unsound ones are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from g4qc_core.bars.quarantine.reasons import Reason

MAX_QUARANTINED = 0.01


def unsound_contracts(undecided: pd.DataFrame, good: Mapping[str, int]) -> dict[str, int]:
    """Return the number of doubted bars of each unsound contract, by contract month; empty if the whole month is sound.

    Args:
        undecided: bars in quarantine that wait for a decision, with at least contract and reason.
        good: number of validated minutes by contract.
    """
    stops = undecided[np.array([Reason(reason).stops for reason in undecided["reason"]], bool)]
    bad = {str(month): int(count) for month, count in stops["contract"].value_counts().items()}
    if not _many(sum(bad.values()), sum(good.values())):
        return {}
    return {month: count for month, count in sorted(bad.items()) if _many(count, good.get(month, 0))}


def _many(bad: int, good: int) -> bool:
    return bad > MAX_QUARANTINED * (bad + good)
