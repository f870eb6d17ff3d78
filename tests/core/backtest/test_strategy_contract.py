"""The contract of strategies: signals or targets, search ranges, and the sentences about values that are wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.strategies import STRATEGIES, Strategy
from g4qc_core.backtest.strategies.strategy import SearchChoices, SearchRange, build, searched
from g4qc_core.errors import UsageError
from tests.core.backtest.series import walk

BARS = walk(12)


class _Own(Strategy):
    """Gives whatever it was told to."""

    @property
    def bars_needed(self) -> int:
        return 1


class Signalling(_Own):
    values: list[float] = []  # noqa: RUF012

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        return np.array(self.values)


class Aiming(_Own):
    values: list[int] = []  # noqa: RUF012

    def targets(self, bars: pd.DataFrame) -> np.ndarray:
        return np.array(self.values)


class Empty(_Own):
    """Decides nothing."""


def prepared(rule: Strategy) -> TargetStrategy:
    return TargetStrategy("m:Own", {}, "v", rule)


@given(values=st.lists(st.floats(-1, 1), min_size=12, max_size=12), contracts=st.integers(1, 50))
def test_targets_of_signals_are_rounded_shares_of_the_contracts(values: list[float], contracts: int) -> None:
    strategy = prepared(Signalling(values=values, contracts=contracts))
    assert strategy.signals(BARS).tolist() == values
    targets = strategy.targets(BARS)
    assert targets.dtype == np.int64
    assert targets.tolist() == [round(value * contracts) for value in values]


@given(values=st.lists(st.integers(-5, 5), min_size=12, max_size=12))
def test_targets_within_the_contracts_are_signals_too(values: list[int]) -> None:
    strategy = prepared(Aiming(values=values, contracts=5))
    assert strategy.targets(BARS).tolist() == values
    assert strategy.signals(BARS).tolist() == [value / 5 for value in values]


def _with(at: int, value: float) -> list[float]:
    return [0.0] * at + [value] + [0.0] * (11 - at)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (_with(3, float("nan")), r"signal nan at bar 3 \(2026-01-05 17:00:00\+00:00\): .* from -1 to 1; give 0 where"),
        (_with(5, 1.5), r"signal 1.5 at bar 5 \(.*scale it"),
        (_with(0, float("-inf")), "signal -inf at bar 0"),
        ([0.5] * 11, r"float64 signals of shape \(11,\) for 12 bars: it must give one floating-point number a bar"),
        ([1] * 12, r"int64 signals of shape \(12,\)"),
        (["up"] * 12, r"<U2 signals"),
        ([[0.0]] * 12, r"shape \(12, 1\)"),
    ],
)
def test_wrong_signals_end_in_a_sentence_that_names_the_bar(values: list, words: str) -> None:
    rule = Signalling.model_construct(values=values)
    for ask in (prepared(rule).signals, prepared(rule).targets):
        with pytest.raises(UsageError, match=words):
            ask(BARS)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (_with(3, 0.5), r"float64 targets of shape \(12,\) for 12 bars, like 0.5 at bar 3 \(.*one whole number a bar"),
        (_with(2, float("nan")), "like nan at bar 2"),
        ([1] * 13, r"int64 targets of shape \(13,\)"),
    ],
)
def test_wrong_targets_end_in_a_sentence_that_names_the_bar(values: list, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        prepared(Aiming.model_construct(values=values)).targets(BARS)


def test_targets_beyond_the_contracts_are_no_signals() -> None:
    with pytest.raises(UsageError, match=r"target 3 at bar 4 .* its parameter contracts is 2: .* define signals"):
        prepared(Aiming(values=[0, 1, 2, -2, 3, 0, 0, 0, 0, 0, 0, 0], contracts=2)).signals(BARS)


def test_a_strategy_without_a_decision_cannot_run() -> None:
    with pytest.raises(UsageError, match=r"Empty cannot run: it does not define signals \(or targets\)"):
        build(Empty, {})


def test_every_shipped_strategy_defines_signals_and_search_ranges_within_its_bounds() -> None:
    for kind in STRATEGIES.values():
        assert kind.defines_signals()
        for name, tried in kind.search_space().items():
            if isinstance(tried, SearchChoices):
                assert kind.model_fields[name].default in tried.values
                continue
            rules = {
                b: getattr(m, b) for m in kind.model_fields[name].metadata for b in ("ge", "gt", "le") if hasattr(m, b)
            }
            assert (
                rules.get("ge", rules.get("gt"))
                <= tried.low
                <= kind.model_fields[name].default
                <= tried.high
                <= rules["le"]
            )


def test_the_search_space_says_what_was_declared() -> None:
    class Ranged(Signalling):
        length: int = searched(5, ge=1, le=9, search=(2, 8, 2), description="Bars")
        side: str = searched("long", choices=("long", "short"))
        other: int = 3

    assert Ranged.search_space() == {"length": SearchRange(2, 8, 2), "side": SearchChoices(("long", "short"))}
    assert Ranged().model_dump() == {"contracts": 1, "length": 5, "side": "long", "other": 3, "values": []}
    with pytest.raises(UsageError, match=r"length cannot be 10: .* \(Bars; from 1 to 9, default 5\)"):
        build(Ranged, {"length": 10})


@pytest.mark.parametrize(
    "wrong", [{}, {"search": (5, 1, 1)}, {"search": (1, 5, 0)}, {"search": (1, 2, 1), "choices": (1,)}]
)
def test_a_search_range_that_is_none_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="search="):
        searched(1, **wrong)
