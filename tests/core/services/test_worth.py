"""What a stored result is worth: trials are counted once, and nothing that a user does makes the count smaller."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.metrics import session_returns
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.research.overfitting.search_evidence import SearchEvidence
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample
from g4qc_core.research.search.session_shape import SessionShape
from g4qc_core.result_columns import EQUITY_COLUMNS
from g4qc_core.services.backtests.spec_run import save_result
from g4qc_core.services.research import worth
from g4qc_core.services.research.worth import (
    EVIDENCE,
    confidences,
    evidence_of_search,
    worth_of_record,
    worth_of_result,
)
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, Trial
from g4qc_core.storage.result_stores.search_store import KeptReturns, SearchRecord
from g4qc_core.storage.result_stores.trial_blocks import SearchTrial
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.backtest.series import ES, spec, walk

NOW = datetime(2026, 7, 1, tzinfo=UTC)
BARS = walk(400)
RESULTS: dict[int, BacktestResult] = {}


def made(slow: int) -> BacktestResult:
    """The result of a spec with this parameter, made once."""
    if slow not in RESULTS:
        asked = spec(name=f"slow{slow}", parameters={"fast": 3, "slow": slow})
        RESULTS[slow] = run_backtest(asked, BARS, ES, data_version="v", roll_rule="r")
    return RESULTS[slow]


@pytest.fixture
def stores(database: Database, monkeypatch: pytest.MonkeyPatch) -> Stores:
    # The searches of these tests have the same ids and other returns.
    monkeypatch.setattr(worth, "_CLUSTERS", {})
    return Stores(database)


def saved(stores: Stores, *slows: int) -> list[BacktestResult]:
    results = [made(slow) for slow in slows]
    for result in results:
        save_result(result, stores, None, NOW)
    return results


def count(stores: Stores, slow: int = 8) -> int:
    """Number of trials beside which a result of this parameter is shown."""
    return worth_of_result(made(slow), stores).trials.count


def explored(stores: Stores, slow: int) -> None:
    result = made(slow)
    trial = Trial("sma_cross", result.id, "ES", "1h", result.inputs["parameters"], result.metrics, NOW)
    stores.backtests.record_trial(trial)


def test_a_stored_result_and_the_same_result_in_memory_are_worth_the_same(stores: Stores) -> None:
    (first, *_) = saved(stores, 8, 12, 20)
    found = worth_of_result(first, stores)
    record = stores.backtests.find(first.id)
    assert record is not None
    assert worth_of_record(record, stores) == found
    assert found.trials.count == 3
    assert found.sample == SharpeSample.of(session_returns(first.daily_equity, 1e6))
    annual = found.annual(found.sample.sharpe if found.sample else None)
    assert annual == pytest.approx(first.metrics["sharpe"], abs=1e-9)


def test_the_variance_is_that_of_the_sharpe_ratios_per_session(stores: Stores) -> None:
    results = saved(stores, 8, 12, 20)
    sharpes = [SharpeSample.of(session_returns(one.daily_equity, 1e6)).sharpe for one in results]
    mean = sum(sharpes) / 3
    right = sum((one - mean) ** 2 for one in sharpes) / 2
    assert worth_of_result(results[0], stores).trials.variance == pytest.approx(right, rel=1e-6)


def test_a_result_that_is_not_stored_is_one_more_trial(stores: Stores) -> None:
    assert count(stores) == 1
    saved(stores, 12)
    assert count(stores) == 2
    saved(stores, 8)
    assert count(stores) == 2


def test_trials_of_another_strategy_do_not_count(stores: Stores) -> None:
    saved(stores, 8)
    stores.backtests.record_trial(Trial("donchian", "x", "ES", "1h", {}, {"sharpe": 9.0}, NOW))
    assert count(stores) == 1


def test_a_trial_without_a_sharpe_ratio_counts_all_the_same(stores: Stores) -> None:
    saved(stores, 8, 12)
    before = worth_of_result(made(8), stores).trials
    stores.backtests.record_trial(Trial("sma_cross", "x", "ES", "1h", {}, {}, NOW))
    after = worth_of_result(made(8), stores).trials
    assert (after.count, after.variance) == (before.count + 1, before.variance)


def test_deleting_results_leaves_the_trials(stores: Stores) -> None:
    results = saved(stores, 8, 12, 20)
    before = worth_of_result(results[0], stores)
    stores.deleted.delete({one.id: None for one in results[1:]}, NOW, "ana")
    assert worth_of_result(results[0], stores) == before
    stores.deleted.delete({results[0].id: None}, NOW, "ana")
    assert worth_of_result(results[0], stores) == before


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["run", "explore", "delete"]), st.sampled_from([8, 9, 10, 11])), max_size=12
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_whatever_is_done_the_count_never_falls_and_is_that_of_all_sets_ever_tried(
    stores: Stores, actions: list[tuple[str, int]]
) -> None:
    ever = {one.fingerprint for one in stores.backtests.trials("sma_cross")}
    for action, slow in actions:
        before = len(ever)
        result = made(slow)
        if action == "delete":
            if stores.backtests.find(result.id) is not None:
                stores.deleted.delete({result.id: None}, NOW, "ana")
        else:
            ever.add(result.id)
            saved(stores, slow) if action == "run" else explored(stores, slow)
        tried = {one.fingerprint for one in stores.backtests.trials("sma_cross")}
        assert tried == ever
        assert len(tried) >= before
    assert count(stores) == len(ever | {made(8).id})


# --- what a search kept


def searched(stores: Stores, matrix: np.ndarray, kept: int | None = None, name: str = "grid") -> list[str]:
    """Store a search with a trial for each column, which keeps the returns of the first `kept`; return its ids."""
    days = list(pd.bdate_range("2024-01-02", periods=len(matrix)).date)
    record = SearchRecord(name, name, "sma_cross", {}, {"instrument": "ES", "timeframe": "1h"}, "v", "c", "done", NOW)
    record = stores.searches.begin(record)
    ids = [f"{name}{number:028d}" for number in range(matrix.shape[1])]
    block = [
        SearchTrial(number, "ranked", "", 1.0, one, {"fast": number}, {}, **asdict(SessionShape.of(column)))
        for number, (one, column) in enumerate(zip(ids, matrix.T, strict=True))
    ]
    stores.searches.add(record, block, NOW)
    some = matrix.shape[1] if kept is None else kept
    stores.searches.keep_returns(record.id, KeptReturns(list(range(some)), days, matrix[:, :some]))
    return ids


def copies(groups: int, each: int, sessions: int = 160) -> np.ndarray:
    return np.repeat(np.random.default_rng(5).normal(0.0003, 0.01, (sessions, groups)), each, axis=1)


def record_of(stores: Stores, result_id: str, returns: np.ndarray) -> BacktestRecord:
    """A stored result with these session returns, on its own trade dates."""
    days = pd.bdate_range("2024-01-02", periods=len(returns))
    equity = pd.DataFrame(
        {
            "timestamp": (days + pd.Timedelta(hours=20)).tz_localize("UTC").as_unit("us"),
            "trade_date": days.as_unit("s"),
            "position": 0,
            "equity": 1e6 * np.cumprod(1 + returns),
            "drawdown": 0.0,
        }
    )
    for missing in set(EQUITY_COLUMNS) - set(equity.columns):
        equity[missing] = made(8).equity[missing].iloc[0]
    metrics = {"starting_cash": 1e6, "sessions": len(returns), "days": len(returns) * 7 // 5}
    record = BacktestRecord(result_id, "one", {"strategy": "sma_cross"}, {}, metrics, NOW)
    stores.backtests.save(record, made(8).trades[:0], equity)
    return record


def test_the_trials_of_a_search_count_and_copies_count_once(stores: Stores) -> None:
    matrix = copies(6, 10)
    ids = searched(stores, matrix)
    found = worth_of_record(record_of(stores, ids[3], matrix[:, 3]), stores)
    assert (found.trials.count, found.trials.effective, found.trials.effective_of) == (60, 6, 60)
    assert found.evidence is not None
    assert (found.evidence.search, found.evidence.trials, found.evidence.kept, found.evidence.blocks) == (
        "grid", 60, 60, 16,
    )  # fmt: skip
    assert found.evidence == SearchEvidence.of("grid", 60, matrix)
    assert found.sample is not None
    assert found.sample.sharpe == pytest.approx(SharpeSample.of(matrix[:, 3]).sharpe)


def test_a_search_that_kept_a_sample_is_estimated_and_other_trials_are_independent(stores: Stores) -> None:
    searched(stores, copies(6, 40)[:, np.random.default_rng(1).permutation(240)], kept=80)
    saved(stores, 8, 12)
    found = worth_of_result(made(8), stores)
    assert (found.trials.count, found.trials.effective, found.trials.effective_of) == (242, 8, 80)
    assert found.evidence is None


def test_two_searches_of_other_times_are_joined_by_trade_date(stores: Stores) -> None:
    searched(stores, copies(2, 5))
    searched(stores, copies(3, 4, 200), name="later")
    found = worth_of_result(made(8), stores)
    # The first two series of both are the same in each shared session only if their numbers are: they are not.
    assert found.trials.count == 23
    assert found.trials.effective == 6


def test_what_was_clustered_once_is_not_clustered_again(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    searched(stores, copies(6, 10))
    first = worth_of_result(made(8), stores).trials
    monkeypatch.setattr(worth, "_clusters", lambda *_: pytest.fail("it was clustered again"))
    assert worth_of_result(made(8), stores).trials == first
    stores.backtests.record_trial(Trial("sma_cross", "x", "ES", "1h", {}, {}, NOW))
    assert worth_of_result(made(8), stores).trials.effective == (first.effective or 0) + 1


def test_evidence_that_a_search_computed_at_its_end_is_taken(stores: Stores) -> None:
    ids = searched(stores, copies(4, 3))
    record = stores.searches.find("grid")
    assert record is not None
    told = SearchEvidence("grid", 12, 12, 0.25, 16, 0.1, 0.5)
    stores.searches.update(replace(record, summary={EVIDENCE: asdict(told)}))
    assert evidence_of_search("grid", stores) == told
    assert evidence_of_search("nothing", stores) is None
    assert ids


def test_a_list_of_results_shows_what_is_left_of_each_without_reading_its_equity(stores: Stores) -> None:
    results = saved(stores, 8, 12, 20)
    bare = BacktestRecord("bare", "bare", {"strategy": "donchian"}, {}, {"sharpe": None}, NOW)
    left = confidences([*stores.backtests.results(), bare], stores)
    assert left["bare"] is None
    for one in results:
        assert left[one.id] == pytest.approx(worth_of_result(one, stores).deflated, abs=1e-6)


def test_old_trials_are_converted_from_their_annual_figure(stores: Stores) -> None:
    old = Trial("sma_cross", "x", "ES", "1h", {}, {"sharpe": 1.6, "sessions": 252, "days": 365}, NOW)
    stores.backtests.record_trial(old)
    stores.backtests.record_trial(replace(old, fingerprint="y", metrics={"sharpe": None, "sessions": 3, "days": 4}))
    found = TrialStore(stores.database).sharpes("sma_cross", "x")
    assert (found.count, found.counted) == (2, True)
    assert found.sharpes == pytest.approx([1.6 / (252 * 365.25 / 365) ** 0.5])
