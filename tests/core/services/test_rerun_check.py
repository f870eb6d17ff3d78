"""A stored result that is run again, and the input that explains a difference."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.services.backtests.rerun_check import Rerun, compared, engine_of
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from tests.core.backtest.series import ES, spec, walk
from tests.fixtures.home import Home


def ran(**fields: object) -> BacktestResult:
    return run_backtest(spec(**fields), walk(300), ES, data_version="v1", roll_rule="r")


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return ran()


def stored(result: BacktestResult, **changes: Any) -> BacktestRecord:
    """The result as the database gives it back, with other inputs."""
    inputs = json.loads(json.dumps({**result.inputs, **changes}))
    metrics = json.loads(json.dumps(result.metrics))
    return BacktestRecord(result.id, "test", result.spec.to_dict(), inputs, metrics, datetime.now(UTC))


def again(before: BacktestResult, after: BacktestResult, **changes: Any) -> Rerun:
    return compared(stored(before, **changes), before.trades, before.equity, after)


def test_the_same_inputs_give_the_same_numbers_bit_by_bit(result: BacktestResult) -> None:
    done = again(result, ran())
    assert (done.equal, done.changed, done.new_id) == (True, (), result.id)
    assert done.verdict == f"The result {result.id[:8]} came out again, bit by bit."


def test_a_change_without_effect_is_named_and_equal(result: BacktestResult) -> None:
    done = again(result, result, made_with={**result.inputs["made_with"], "numpy": "1.0.0"})
    assert done.equal
    assert "Changed since, without effect: made_with.numpy." in done.verdict


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data_version": "v0"}, "fingerprint: v0 then, v1 now."),
        ({"made_with": {"numpy": "1.0"}}, "The version of numpy: 1.0 then, "),
        ({"made_with": {}}, "The version of pandas: not recorded then, "),
        ({"seed": 7}, "The input seed: 7 then, 0 now."),
        ({"engine": "compiled 1"}, "The input engine: compiled 1 then, compiled "),
    ],
)
def test_a_difference_is_explained_by_the_input_that_changed(
    result: BacktestResult, changes: dict[str, Any], words: str
) -> None:
    done = again(result, ran(slippage_ticks=3), **changes)
    assert not done.equal
    assert any(words in one.words for one in done.changed), [one.words for one in done.changed]
    assert "because its inputs changed" in done.verdict


def test_a_code_version_and_a_default_are_named_with_both_values(result: BacktestResult) -> None:
    code = {**result.inputs["code"], "backtest": "account 1, bars 0"}
    done = again(result, ran(slippage_ticks=3), code=code, parameters={"fast": 3, "slow": 8, "contracts": 4})
    words = [one.words for one in done.changed]
    assert "The code version of bars: 0 then, 1 now." in words
    assert "The default of the parameter contracts: 4 then, 1 now." in words
    assert not any("of account:" in one for one in words if "1 then, 1 now" in one)


def test_numbers_that_differ_are_named_with_both_values(result: BacktestResult) -> None:
    other = ran(parameters={"fast": 4, "slow": 9})
    done = again(result, other)
    assert any(one.startswith(f"{len(result.trades)} trades then") for one in done.different)
    assert any(one.startswith("net_profit: ") and one.endswith(" now.") for one in done.different)


def test_a_last_digit_counts(result: BacktestResult) -> None:
    equity = result.equity.copy()
    equity.loc[7, "equity"] += 1e-9
    done = again(result, replace(result, equity=equity))
    assert done.different[0].startswith("1 bar with another equity, first number 8: ")
    assert "no input changed" in done.verdict


def test_a_figure_that_there_was_not_is_a_difference(result: BacktestResult) -> None:
    record = stored(result)
    fewer = {name: value for name, value in record.metrics.items() if name != "omega"}
    done = compared(replace(record, metrics=fewer), result.trades, result.equity, result)
    assert len(done.different) == 1
    assert done.different[0].startswith("omega: not recorded then, ")


def test_a_result_runs_again_by_its_own_engine() -> None:
    assert engine_of({"engine": "backtesting 0.6.6"}) == "backtesting"
    assert engine_of({"engine": "gone 1"}) == engine_of({})


@pytest.mark.integration
def test_stored_results_run_again_and_compare_from_the_command_line(full_home: Home) -> None:
    ids = []
    for fast in ("5", "9"):
        made = full_home.run("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1h", "--param",
                             f"fast={fast}")  # fmt: skip
        assert made.code == 0, made.errors
        ids.append(json.loads(full_home.run("backtests", "list", "--json").text)[0]["id"])
    again = full_home.run("backtests", "rerun", ids[0][:8])
    assert (again.code, "came out again, bit by bit" in again.text) == (0, True), again.text
    assert json.loads(full_home.run("backtests", "rerun", ids[0], "--json").text)["equal"] is True
    both = full_home.run("backtests", "compare", *ids)
    assert (both.code, "cannot tell these apart" in " ".join(both.text.split())) == (0, True), both.text + both.errors
    assert "parameters.fast" in both.text
    document = json.loads(full_home.run("backtests", "compare", *ids, "--json").text)
    assert document["returns"]["sessions"] >= 20
    assert document["returns"]["first_error"] > 0
    alone = full_home.run("backtests", "compare", ids[0], ids[0])
    assert (alone.code, "not compared with itself" in alone.errors) == (2, True)
    shown = full_home.run("backtests", "show", ids[0])
    assert "hash of the sources" in shown.text
    assert full_home.run("backtests", "delete", *ids, "--yes").code == 0


def test_frames_with_missing_values_are_equal_to_themselves(result: BacktestResult) -> None:
    trades = result.trades.assign(entry_price=float("nan"), contract=pd.NA)
    done = compared(stored(result), trades, result.equity, replace(result, trades=trades))
    assert done.equal
