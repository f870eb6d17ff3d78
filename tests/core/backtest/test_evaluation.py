"""Sets of a search are evaluated as whole backtests are: the same id, session equity, figures and refusals."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.errors import BacktestRefused, UsageError
from tests.core.backtest.series import ES, exits_of, spec, walk
from tests.core.backtest.test_two_engines import sizings

HERE = "tests.core.backtest.test_evaluation"
BARS = walk(240, contracts=["202603"] * 110 + ["202606"] * 130, adjustments=[40] * 110 + [0] * 130)
GIVEN: dict[str, Any] = {"data_version": "v", "roll_rule": "r", "exits": exits_of(BARS)}


class Slope(Strategy):
    """A strategy of signals of a user: the change over some bars, scaled."""

    name: ClassVar[str] = "slope"
    length: int = 3

    @property
    def bars_needed(self) -> int:
        return self.length + 1

    def signals(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        return np.clip(bars["close"].diff(self.length).fillna(0.0).to_numpy() / 10, -1, 1)


class Above(Strategy):
    """A strategy of targets of a user."""

    name: ClassVar[str] = "above"
    length: int = 3

    @property
    def bars_needed(self) -> int:
        return self.length + 1

    def targets(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        return np.where(bars["close"].diff(self.length) > 0, self.contracts, 0)


def checked(asked: BacktestSpec, sets: list[dict[str, Any]], bars: pd.DataFrame = BARS) -> None:
    evaluator = Evaluator(asked, bars, ES, **GIVEN)
    for one in sets:
        found = evaluator.evaluate(one)
        if found.refused:
            with pytest.raises(BacktestRefused) as refused:
                evaluator.result(one)
            assert (found.refused, found.fingerprint, found.metrics) == (str(refused.value), "", {})
            continue
        result = evaluator.result(one)
        assert found.fingerprint == result.id
        assert found.parameters == result.inputs["parameters"]
        assert found.equity.tolist() == result.daily_equity.tolist()
        assert found.metrics == result.metrics
        for most in (0, 1, 3, len(result.trades) + 1):
            trades, count = evaluator.trades(one, most)
            assert count == len(result.trades)
            pd.testing.assert_frame_equal(trades, result.trades.head(most))


@settings(max_examples=15, deadline=None)
@given(
    sizing=sizings(),
    on_roll=st.sampled_from(["roll", "close"]),
    least=st.integers(0, 5),
    cash=st.sampled_from([20_000, 1_000_000]),
    strategy=st.sampled_from(["sma_cross", f"{HERE}:Slope", f"{HERE}:Above"]),
)
def test_a_set_is_its_backtest(sizing: str, on_roll: str, least: int, cash: int, strategy: str) -> None:
    names = ("fast",) if strategy == "sma_cross" else ("length",)
    given = {"fast": 3, "slow": 20} if strategy == "sma_cross" else {}
    given_spec = spec(strategy=strategy, parameters=given, sizing=sizing,
                      on_roll=on_roll, min_fee=least, fee_rate="0.0001" if least else 0, cash=cash)  # fmt: skip
    checked(given_spec, [{name: length, "contracts": contracts} for name in names for length, contracts in
                         ((2, 1), (5, 3), (9, 2), (2, 1))])  # fmt: skip


def test_sets_with_too_few_bars_are_refused_alone() -> None:
    checked(spec(parameters={"fast": 2}), [{"slow": 400}, {"slow": 9}, {"slow": 240}])


def test_classes_of_the_library_and_held_contracts_are_evaluated_too() -> None:
    checked(spec(strategy="tests.core.backtest.classes:GoogCross", parameters={}, cash=10**8), [{}])
    flat = BARS.assign(contract="202603", adjustment=0.0)
    checked(spec(on_roll="hold"), [{"fast": 2}, {"fast": 4}], flat)


def test_a_wrong_parameter_is_an_error_and_bars_that_cannot_be_used_a_refusal() -> None:
    evaluator = Evaluator(spec(), BARS, ES, **GIVEN)
    with pytest.raises(UsageError, match="did you mean 'fast'"):
        evaluator.evaluate({"fats": 3})
    assert "no bars" in Evaluator(spec(), BARS.head(0), ES, **GIVEN).evaluate({}).refused


def test_later_sets_change_no_earlier_evaluation() -> None:
    evaluator = Evaluator(spec(), BARS, ES, **GIVEN)
    first = evaluator.evaluate({"fast": 2})
    before = first.equity.copy()
    evaluator.evaluate({"fast": 5, "contracts": 4})
    assert first.equity.tolist() == before.tolist()
    again = evaluator.evaluate({"fast": 2})
    assert (again.fingerprint, again.metrics) == (first.fingerprint, first.metrics)
