"""What a stored result is worth: trials are counted once, and nothing that a user does makes the count smaller."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.metrics import session_returns
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample
from g4qc_core.services.backtests.spec_run import save_result
from g4qc_core.services.research.worth import worth_of_record, worth_of_result
from g4qc_core.storage.result_stores.backtest_store import Trial
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
def stores(database: Database) -> Stores:
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
