"""What a stored result is worth, given everything that was ever tried for its strategy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from g4qc_core.backtest.metrics import session_returns
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.span import Span
from g4qc_core.research.overfitting.result_worth import FamilyTrials, ResultWorth
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.stores import Stores


def worth_of_result(result: BacktestResult, stores: Stores) -> ResultWorth:
    """Return what a result is worth; one that is not stored counts as a further trial."""
    returns = session_returns(result.daily_equity.to_numpy(np.float64), float(result.spec.cash))
    return _worth(result.spec.strategy, result.id, returns, result.metrics, stores)


def worth_of_record(record: BacktestRecord, stores: Stores) -> ResultWorth:
    """Return what a stored result is worth."""
    equity = np.array(TrialStore(stores.database).session_equity(record.id), dtype=np.float64)
    cash = record.metrics.get("starting_cash")
    returns = session_returns(equity, float(cash)) if cash else np.empty(0)
    return _worth(str(record.spec["strategy"]), record.id, returns, record.metrics, stores)


def _worth(
    family: str, fingerprint: str, returns: np.ndarray, metrics: Mapping[str, Any], stores: Stores
) -> ResultWorth:
    known = TrialStore(stores.database).sharpes(family, fingerprint)
    own = 0 if known.counted else 1
    trials = FamilyTrials.of(family, known.count + own, known.sharpes)
    return ResultWorth.of(returns, trials, _sessions_a_year(metrics))


def _sessions_a_year(metrics: Mapping[str, Any]) -> float | None:
    """Return the sessions a year by which the result's own figures are annual; None if they are not meaningful."""
    sessions, days = metrics.get("sessions"), metrics.get("days")
    if not sessions or not days:
        return None
    span = Span(int(days), int(sessions))
    return span.sessions_per_year if span.annualisable else None
