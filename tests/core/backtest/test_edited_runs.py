"""A strategy whose orders, or their costs, are others than it wanted: run by the same engine, in the same account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.errors import BacktestRefused, MarginCall, UsageError
from tests.core.backtest.series import ES, exits_of, spec, walk

HERE = "tests.core.backtest.test_edited_runs"
BARS = walk(240, contracts=["202603"] * 110 + ["202606"] * 130, adjustments=[40] * 110 + [0] * 130)
GIVEN: dict[str, Any] = {"data_version": "v", "roll_rule": "r", "exits": exits_of(BARS)}


class Late(Strategy):
    """Follows the last closes, a number of bars late."""

    name: ClassVar[str] = "late"
    bars_late: int = 0

    @property
    def bars_needed(self) -> int:
        return 4

    def targets(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        wanted = np.sign(bars["close"].diff(3).fillna(0.0).to_numpy()).astype(np.int64)
        return np.concatenate((np.zeros(self.bars_late, np.int64), wanted[: len(wanted) - self.bars_late]))


def evaluator(**fields: Any) -> Evaluator:
    return Evaluator(spec(strategy=f"{HERE}:Late", parameters={}, **fields), BARS, ES, **GIVEN)


@pytest.mark.parametrize("fields", [{}, {"on_roll": "close"}, {"sizing": "notional(900000)"}])
def test_an_edited_wish_trades_as_a_strategy_that_wants_it(fields: dict[str, Any]) -> None:
    runs = evaluator(**fields)
    late = runs.evaluate({"bars_late": 2})
    edited = runs.evaluate_edited({}, lambda wish: np.concatenate((np.zeros(2, wish.dtype), wish[:-2])))
    assert edited.equity.tolist() == late.equity.tolist()
    assert edited.metrics == late.metrics
    assert (edited.fingerprint, bool(late.fingerprint)) == ("", True)
    assert edited.equity.tolist() != runs.evaluate({}).equity.tolist()


def test_an_edit_that_changes_nothing_gives_the_result_of_the_set() -> None:
    runs = evaluator()
    assert runs.evaluate_edited({}, lambda wish: wish).metrics == runs.evaluate({}).metrics


@pytest.mark.parametrize("sizing", ["contracts", "equity(200)"])
def test_other_costs_are_those_of_a_spec_that_says_them(sizing: str) -> None:
    costs = {"fee": Decimal("3.4567"), "slippage_ticks": Decimal("1.73")}
    runs = evaluator(sizing=sizing)
    before = runs.evaluate({})
    found = runs.evaluate_edited({}, costs=costs)
    expected = evaluator(sizing=sizing, **costs).evaluate({})
    assert (found.metrics, found.equity.tolist()) == (expected.metrics, expected.equity.tolist())
    assert found.metrics["costs"] != before.metrics["costs"]
    # The run under other costs leaves the bars as they were.
    assert runs.evaluate({}).metrics == before.metrics


def test_an_account_without_margin_is_a_margin_call_and_too_few_bars_are_none() -> None:
    poor = evaluator(cash=4_000)
    with pytest.raises(MarginCall, match=r"could not pay the margin|was ruined"):
        poor.result({})
    assert poor.evaluate({}).margin_call
    assert poor.evaluate_edited({}, lambda wish: wish).margin_call
    assert not poor.evaluate_edited({}, np.zeros_like).refused
    short = Evaluator(spec(), BARS.iloc[:5], ES, data_version="v", roll_rule="r").evaluate({})
    assert short.refused
    assert not short.margin_call
    assert issubclass(MarginCall, BacktestRefused)


def test_a_strategy_that_places_its_orders_itself_cannot_be_edited() -> None:
    runs = Evaluator(spec(strategy="tests.core.backtest.classes:Trailing", parameters={}), BARS, ES, **GIVEN)
    assert not runs.edits
    with pytest.raises(UsageError, match="cannot be edited: that takes a strategy of signals or targets"):
        runs.evaluate_edited({}, lambda wish: wish)
