"""Several stored results compared in pairs, by their session returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from g4qc_core.backtest.metrics import session_returns
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.stores import Stores


def compared_pairs(records: Sequence[BacktestRecord], stores: Stores) -> list[dict[str, Any]]:
    """Return one document for each pair of results, JSON-safe, with the ids of the two.

    Args:
        records: the results.
        stores: of their equity.
    """
    from g4qc_core.research.pair_comparison import compare_pairs

    equities = TrialStore(stores.database).session_equities([record.id for record in records])
    returns = [_returns(equities[record.id], float(record.metrics["starting_cash"])) for record in records]
    return [
        {
            **asdict(one),
            "first": records[one.first].id,
            "second": records[one.second].id,
            "different": one.different,
        }
        for one in compare_pairs(returns)
    ]


def _returns(equity: pd.Series, cash: float) -> pd.Series:
    return pd.Series(session_returns(equity, cash), index=equity.index)
