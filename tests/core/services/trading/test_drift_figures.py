"""Decisions, fills and live bars that agree have no drift, and each kind of disagreement is counted as what it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.services.trading.drift.decision_drift import BarTarget, decision_differences
from g4qc_core.services.trading.drift.fill_drift import MeasuredFill, slippage_figures
from g4qc_core.services.trading.drift.live_bar_drift import live_bar_figures
from g4qc_core.trading.intents import DecisionState, TradeDecision
from tests.core.services.trading.traded import BAR, decision

BARS = [BAR + timedelta(hours=number) for number in range(6)]


def _wanted(*targets: int) -> dict[datetime, BarTarget]:
    before = (0, *targets[:-1])
    return {bar: BarTarget(*pair) for bar, pair in zip(BARS, zip(targets, before, strict=True), strict=False)}


def _made(*pairs: tuple[int, int] | None) -> dict[datetime, TradeDecision]:
    """Decisions of (held, target) on the bars; None: skipped."""
    skipped = {"state": DecisionState.SKIPPED, "reason": "late"}
    return {
        bar: decision(bar, **skipped) if pair is None else decision(bar, held=pair[0], target=pair[1])
        for bar, pair in zip(BARS, pairs, strict=False)
    }


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=6))
def test_the_same_targets_have_no_difference(targets: list[int]) -> None:
    pairs = zip((0, *targets[:-1]), targets, strict=True)
    assert decision_differences(_wanted(*targets), _made(*pairs)) == []


def test_what_is_missed_matters_only_where_the_backtest_trades() -> None:
    found = decision_differences(_wanted(1, 1, 2), _made((0, 1), None, None))
    assert [(one.bar, one.kind, one.backtest, one.paper, one.why) for one in found] == [
        (BARS[2], "missed", 2, None, "late")
    ]
    assert [one.kind for one in decision_differences(_wanted(1, 1), {})] == ["missed"]


def test_catching_up_is_no_difference() -> None:
    found = decision_differences(_wanted(1, 1), _made(None, (0, 1)))
    assert [(one.bar, one.kind) for one in found] == [(BARS[0], "missed")]


def test_trades_of_their_own_are_extra() -> None:
    assert [one.kind for one in decision_differences(_wanted(1, 1), _made((0, 1), (1, -1)))] == ["extra"]
    assert [one.kind for one in decision_differences({}, _made((0, 1)))] == ["extra"]
    assert decision_differences({}, _made((1, 1))) == []
    assert [one.kind for one in decision_differences(_wanted(1, 2), _made((0, 1), (1, 3)))] == ["different"]


def _fill(quantity: int, price: str, reference: str | None, order_type: str = "MKT", hour: int = 9) -> MeasuredFill:
    known = None if reference is None else Decimal(reference)
    return MeasuredFill(
        BAR, hour, "ES", "202612", "r", "bar", order_type, quantity, Decimal(price), known, Decimal("0.25")
    )


def test_slippage_is_what_was_lost_on_either_side() -> None:
    assert _fill(1, "5000.50", "5000.00").slippage == 2
    assert _fill(-1, "5000.50", "5000.00").slippage == -2
    assert _fill(1, "5000.50", None).slippage is None


def test_figures_weigh_contracts_and_name_type_and_hour() -> None:
    fills = [_fill(3, "5000.25", "5000"), _fill(-1, "4998.75", "5000", "LMT", 15), _fill(2, "1", None)]
    found = slippage_figures(fills)
    assert (found["fills"], found["measured"], found["mean_slippage"]) == (3, 2, 2.0)
    assert found["by_order_type"]["LMT"]["mean_slippage"] == 5
    assert set(found["by_hour"]) == {"09", "15"}
    assert found["suggestion"]["MKT"] == {"slippage_ticks": 1.0, "cautious_ticks": 1.0, "fills": 1}
    assert slippage_figures([])["mean_slippage"] is None


@given(st.lists(st.integers(-20, 20), min_size=1))
def test_a_suggestion_is_never_below_zero(ticks: list[int]) -> None:
    fills = [_fill(1, str(5000 + one * Decimal("0.25")), "5000") for one in ticks]
    (suggested,) = slippage_figures(fills)["suggestion"].values()
    assert suggested["slippage_ticks"] >= 0
    assert suggested["slippage_ticks"] == pytest.approx(max(sum(ticks) / len(ticks), 0), abs=0.01)


def _minutes(*closes: float, first: int = 0) -> pd.DataFrame:
    times = pd.date_range(BAR, periods=len(closes), freq="min") + pd.Timedelta(minutes=first)
    rows = {"open": 1.0, "high": 9.0, "low": 1.0, "close": list(closes), "contract": "202612", "timestamp": times}
    return pd.DataFrame(rows)


def test_live_bars_are_compared_minute_by_minute() -> None:
    settled = _minutes(2.0, 3.0, 4.0, 5.0)
    same = live_bar_figures(settled, settled, 0.25)
    assert same == {"live_bars": 4, "live_differing": 0, "live_max_ticks": 0.0, "live_absent": 0}
    live = _minutes(3.0, 4.5, first=1)
    assert live_bar_figures(live, settled, 0.25) == {
        "live_bars": 2, "live_differing": 1, "live_max_ticks": 2.0, "live_absent": 0,
    }  # fmt: skip
    holed = settled.drop(index=2)
    assert live_bar_figures(holed, settled, 0.25)["live_absent"] == 1
    assert live_bar_figures(live.iloc[:0], settled, 0.25)["live_bars"] == 0
