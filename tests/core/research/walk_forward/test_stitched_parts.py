"""Stitched parts, efficiency, drift and deflation: laws of the figures of a walk-forward analysis."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from g4qc_core.code_versions import STUDIES
from g4qc_core.research.overfitting.sharpe_significance import SharpeSample, deflated_sharpe, probabilistic_sharpe
from g4qc_core.research.search.axes import axis_of
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.research.walk_forward.parameter_drift import drift_frame, mean_stability, stability
from g4qc_core.research.walk_forward.stitched_parts import (
    EquityPart,
    ReturnFigures,
    efficiency,
    overall_efficiency,
    stitched_deflation,
    stitched_frame,
)
from g4qc_core.research.walk_forward.window_plan import WindowLengths
from g4qc_core.research.walk_forward.window_search import SharpeMoments

SPACE = SearchSpace({"fast": axis_of("1:9:2"), "slow": axis_of("10,20")})
DAYS = [date(2025, 1, 1) + timedelta(days=day) for day in range(400)]
RETURNS = arrays(np.int64, st.integers(3, 40), elements=st.integers(-500, 500)).map(lambda basis: basis / 10_000)


def part(number: int, cash: float, returns: np.ndarray, first: int) -> EquityPart:
    return EquityPart(number, DAYS[first : first + len(returns)], cash * np.cumprod(1 + returns), cash)


@given(st.lists(RETURNS, min_size=1, max_size=6))
def test_stitched_returns_compound_to_the_end_of_the_last_part(given_returns: list[np.ndarray]) -> None:
    cash, first, parts = 100_000.0, 0, []
    for number, returns in enumerate(given_returns, start=1):
        parts.append(part(number, cash, returns, first))
        cash, first = float(parts[-1].equity[-1]), first + len(returns)
    frame = stitched_frame(parts)
    assert len(frame) == first
    assert frame["trade_date"].is_monotonic_increasing
    assert math.isclose(100_000.0 * np.prod(1 + frame["return"]), cash, rel_tol=1e-9)
    assert (frame["drawdown"] <= 0).all()


def test_without_parts_the_frame_has_its_columns() -> None:
    frame = stitched_frame([])
    assert frame.empty
    assert list(frame.columns) == ["trade_date", "window", "equity", "return", "drawdown"]


@given(RETURNS, st.floats(0.1, 3))
def test_efficiency_is_the_ratio_and_one_against_itself(returns: np.ndarray, scale: float) -> None:
    inside = ReturnFigures.of(returns)
    found = efficiency(inside, inside)
    assert found.of_return is None if inside.mean is None or inside.mean <= 0 else found.of_return == 1
    scaled = efficiency(inside, ReturnFigures.of(returns * scale))
    if found.of_return is not None and scaled.of_return is not None:
        assert math.isclose(scaled.of_return, scale, rel_tol=1e-6)


def test_what_training_did_not_promise_has_no_efficiency() -> None:
    lost = ReturnFigures.of(np.array([-0.01, -0.02, 0.005]))
    won = ReturnFigures.of(np.array([0.01, 0.02, -0.005]))
    assert efficiency(lost, won).of_return is None
    assert efficiency(lost, won).of_sharpe is None
    assert overall_efficiency([], np.empty(0)).of_return is None


def test_overall_efficiency_weighs_trainings_by_the_sessions_of_their_tests() -> None:
    one, other = ReturnFigures(100, 0.002, 0.2), ReturnFigures(100, 0.001, 0.1)
    tested = ReturnFigures(30), ReturnFigures(10)
    outside = np.tile([0.001, 0.0015], 20)
    found = overall_efficiency([(one, tested[0]), (other, tested[1])], outside)
    assert found.of_return is not None
    assert math.isclose(found.of_return, 0.00125 / (0.75 * 0.002 + 0.25 * 0.001))


def test_a_parameter_that_never_moves_is_stable_and_random_ones_are_at_zero() -> None:
    steady = drift_frame([(window, {"fast": 5, "slow": 20}) for window in range(1, 9)], SPACE)
    assert stability(steady, SPACE) == {"fast": 1.0, "slow": 1.0}
    ends = drift_frame([(window, {"fast": 1 + 8 * (window % 2), "slow": 10}) for window in range(1, 9)], SPACE)
    assert (stability(ends, SPACE)["fast"] or 0.0) < 0
    random = np.random.default_rng(5)
    chosen: list[tuple[int, dict[str, Any]]] = [
        (window, {"fast": int(random.choice([1, 3, 5, 7, 9])), "slow": int(random.choice([10, 20]))})
        for window in range(1, 20_001)
    ]
    found = mean_stability(stability(drift_frame(chosen, SPACE), SPACE))
    assert found is not None
    assert abs(found) < 0.02


def test_positions_are_shares_of_the_axis_and_a_single_choice_has_no_stability() -> None:
    frame = drift_frame([(1, {"fast": 9, "slow": 10})], SPACE)
    assert frame["position"].tolist() == [1.0, 0.0]
    assert stability(frame, SPACE) == {"fast": None, "slow": None}
    assert mean_stability({"fast": None}) is None


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=60), st.integers(1, 59))
def test_moments_that_are_joined_have_the_variance_of_all(values: list[float], cut: int) -> None:
    one, other = SharpeMoments(), SharpeMoments()
    for at, value in enumerate(values):
        (one if at < cut else other).add(value)
    one.join(other)
    assert math.isclose(one.variance, float(np.var(values, ddof=1)), rel_tol=1e-6, abs_tol=1e-9)


@pytest.mark.parametrize("trials", [1, 20, 20_000])
def test_the_stitched_sharpe_is_deflated_by_the_number_of_trials(trials: int) -> None:
    returns = np.random.default_rng(1).normal(0.001, 0.01, 500)
    found = stitched_deflation(returns, trials, 0.002)
    sample = SharpeSample.of(returns)
    assert found.deflated == deflated_sharpe(sample, trials, 0.002)
    assert found.single == probabilistic_sharpe(sample)
    assert (found.deflated or 0) <= (found.single or 0)


GOLDEN = {
    1: "0.745185649 0.227630309 1.31182796 1.41966088 -0.625 "
    "[((0, 23), (26, 33)), ((8, 31), (34, 41)), ((16, 39), (42, 49))]"
}


def test_the_figures_are_those_of_the_declared_version() -> None:
    """A change of numbers raises the version in `g4qc_core.code_versions` and adds the text that this test prints."""
    returns = np.array([((7 * at * at + 3 * at) % 41 - 18) / 1000 for at in range(60)])
    parts = [part(1, 1000.0, returns[:30], 0), part(2, 1100.0, returns[30:], 30)]
    found = stitched_deflation(stitched_frame(parts)["return"].to_numpy(), 50, 0.01)
    left = overall_efficiency([(ReturnFigures.of(returns[:30]), ReturnFigures.of(returns[30:]))], returns[30:])
    drift = drift_frame([(1, {"fast": 1, "slow": 10}), (2, {"fast": 5, "slow": 20})], SPACE)
    planned = [(one.train, one.test) for one in WindowLengths(windows=3).plan(DAYS[:50], 2)]
    values = [found.deflated, found.by_luck, left.of_return, left.of_sharpe, mean_stability(stability(drift, SPACE))]
    words = " ".join([*(f"{value:.9g}" for value in values if value is not None), str(planned)])
    assert GOLDEN[STUDIES["walk_forward"].number] == words
