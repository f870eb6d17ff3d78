"""What a stored result is worth, given everything that was ever tried for its strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics import session_returns
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.span import Span
from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.result_worth import FamilyTrials, ResultWorth
from g4qc_core.research.overfitting.search_evidence import SearchEvidence
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample, deflated_sharpe, per_session
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.search_store import KeptReturns
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.stores import Stores

MOST_COLUMNS = 1500
"""Most trials of a family whose session returns are read together."""

MOST_SEARCHES = 20
"""Most searches of a family whose kept session returns are read together: the newest ones."""

# Effective numbers by searches, how many returns each kept, and trials: what was clustered once is not clustered again.
_CLUSTERS: dict[tuple[tuple[tuple[str, int], ...], int], tuple[int, int]] = {}
_REMEMBERED = 64

EVIDENCE = "evidence"
"""Entry of a search's summary that holds its evidence, if the search computed it at its end."""


def worth_of_result(result: BacktestResult, stores: Stores) -> ResultWorth:
    """Return what a result is worth; one that is not stored counts as a further trial."""
    returns = session_returns(result.daily_equity.to_numpy(np.float64), float(result.spec.cash))
    return worth_of_trial(result.spec.strategy, result.id, returns, result.metrics, stores)


def worth_of_record(record: BacktestRecord, stores: Stores) -> ResultWorth:
    """Return what a stored result is worth."""
    equity = np.array(TrialStore(stores.database).session_equity(record.id), dtype=np.float64)
    cash = record.metrics.get("starting_cash")
    returns = session_returns(equity, float(cash)) if cash else np.empty(0)
    return worth_of_trial(str(record.spec["strategy"]), record.id, returns, record.metrics, stores)


def confidences(records: Sequence[BacktestRecord], stores: Stores) -> dict[str, float | None]:
    """Return the deflated Sharpe ratio of each result after all trials of its strategy, by id; None if undefined.

    It is computed from the stored figures, without reading equity or session returns.
    """
    store = TrialStore(stores.database)
    families = {str(record.spec["strategy"]) for record in records}
    known = {family: store.sharpes(family) for family in families}
    trials = {name: FamilyTrials.of(name, max(1, one.count), one.sharpes) for name, one in known.items()}
    return {one.id: _confidence(one.metrics, trials[str(one.spec["strategy"])]) for one in records}


def _confidence(metrics: Mapping[str, Any], trials: FamilyTrials) -> float | None:
    a_year = sessions_a_year(metrics)
    moments = [metrics.get(name) for name in ("sharpe", "sessions", "skew", "kurtosis")]
    if a_year is None or None in moments:
        return None
    sharpe, sessions, skew, kurtosis = (float(one) for one in moments if one is not None)
    try:
        sample = SharpeSample(per_session(sharpe, a_year), int(sessions), skew, kurtosis)
    except UsageError:
        return None
    return deflated_sharpe(sample, trials.count, trials.variance or 0.0)


def evidence_of_search(search_id: str, stores: Stores) -> SearchEvidence | None:
    """Return what the session returns that a search kept say; None if it kept none."""
    record = stores.searches.find(search_id)
    if record is None:
        return None
    known = (record.summary or {}).get(EVIDENCE)
    if known:
        return SearchEvidence(**known)
    kept = stores.searches.returns(search_id)
    if kept is None or not len(kept.days) or not kept.numbers:
        return None
    tried = TrialStore(stores.database).covered([search_id])
    return SearchEvidence.of(record.name, tried, kept.returns) if len(kept.days) > 1 else None


def worth_of_trial(
    family: str, fingerprint: str, returns: np.ndarray, metrics: Mapping[str, Any], stores: Stores
) -> ResultWorth:
    """Return what a trial is worth.

    Args:
        family: the strategy.
        fingerprint: of the trial; one that is not stored counts as a further trial.
        returns: its session returns.
        metrics: its figures.
        stores: of all trials.
    """
    store = TrialStore(stores.database)
    known = store.sharpes(family, fingerprint)
    count = known.count + (0 if known.counted else 1)
    effective, kept = _effective(family, count, store, stores)
    trials = FamilyTrials.of(family, count, known.sharpes, effective=effective, effective_of=kept)
    search = store.search_of(family, fingerprint)
    evidence = evidence_of_search(search, stores) if search else None
    return ResultWorth.of(returns, trials, sessions_a_year(metrics), evidence)


def _effective(family: str, count: int, store: TrialStore, stores: Stores) -> tuple[int | None, int]:
    """Return the effective number of trials of a family, and how many kept returns decide it.

    Trials of searches with kept returns are taken to be like those of the newest ones; any other trial counts as
    independent.
    """
    kept = {search: number for search, number in store.searches_that_kept(family).items() if number}
    if not kept:
        return None, 0
    covered = store.covered(list(kept))
    newest = tuple(list(kept.items())[:MOST_SEARCHES])
    key = (newest, covered)
    if key not in _CLUSTERS:
        while len(_CLUSTERS) >= _REMEMBERED:
            _CLUSTERS.pop(next(iter(_CLUSTERS)), None)
        _CLUSTERS[key] = _clusters([search for search, _ in newest], covered, stores)
    found, columns = _CLUSTERS[key]
    if not columns:
        return None, 0
    return min(count, min(found, covered) + max(0, count - covered)), columns


def _clusters(search_ids: Sequence[str], covered: int, stores: Stores) -> tuple[int, int]:
    """Return the effective number of `covered` trials, and the number of trials whose kept returns decide it."""
    from g4qc_core.research.overfitting.effective_trials import effective_trials

    kept = [one for one in map(stores.searches.returns, search_ids) if one is not None and len(one.days) > 1]
    if not kept:
        return 0, 0
    matrix = _joined(kept)
    return effective_trials(matrix, trials=max(covered, matrix.shape[1]), wide=True).count, matrix.shape[1]


def _joined(kept: list[KeptReturns]) -> np.ndarray:
    """Return the session returns of several searches side by side, NaN where a search has no such session.

    Of more than `MOST_COLUMNS` trials a seeded sample is taken from each search, in proportion.
    """
    total = sum(len(one.numbers) for one in kept)
    share = min(1.0, MOST_COLUMNS / total)
    frames = []
    for position, one in enumerate(kept):
        some = max(1, int(len(one.numbers) * share))
        chosen = np.random.default_rng(position).choice(len(one.numbers), some, replace=False)
        frames.append(pd.DataFrame(one.returns[:, np.sort(chosen)], index=pd.DatetimeIndex(one.days)))
    return pd.concat(frames, axis=1).sort_index().to_numpy(np.float64)


def sessions_a_year(metrics: Mapping[str, Any]) -> float | None:
    """Return the sessions a year by which the result's own figures are annual; None if they are not meaningful."""
    sessions, days = metrics.get("sessions"), metrics.get("days")
    if not sessions or not days:
        return None
    span = Span(int(days), int(sessions))
    return span.sessions_per_year if span.annualisable else None
