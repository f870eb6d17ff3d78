"""Laws of simulated paths: closed forms, a plain loop, the library arch, and the same bytes with any workers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from g4qc_core.backtest.metrics import max_drawdown
from g4qc_core.errors import UsageError
from g4qc_core.research.monte_carlo import path_kernels
from g4qc_core.research.monte_carlo.block_length import block_length
from g4qc_core.research.monte_carlo.path_kernels import (
    DRAWDOWN,
    DRAWDOWN_MONEY,
    FINAL,
    FINAL_SO_FAR,
    LONGEST,
    LOWEST,
    REACHED,
    RUINED,
    UNDER,
)
from g4qc_core.research.monte_carlo.simulated_paths import MOST_MARKS, PathPlan, SimulatedPaths, simulate

RETURNS = np.random.default_rng(7).standard_t(4, 300) * 0.008 + 0.0004


def correlated(n: int = 400, share: float = 0.6) -> np.ndarray:
    """Values of which each keeps a share of the one before."""
    random = np.random.default_rng(3).normal(size=n)
    values = np.zeros(n)
    for at in range(1, n):
        values[at] = share * values[at - 1] + random[at]
    return values


def lag_one(paths: np.ndarray) -> np.ndarray:
    """Correlation of each row with itself one step later."""
    centred = paths - paths.mean(axis=1, keepdims=True)
    return (centred[:, 1:] * centred[:, :-1]).sum(axis=1) / (centred**2).sum(axis=1)


def steps_of(found: SimulatedPaths) -> np.ndarray:
    return np.diff(found.lines, axis=1, prepend=found.plan.capital)


def test_the_mean_of_an_independent_bootstrap_is_that_of_the_sample() -> None:
    found = simulate(PathPlan(RETURNS, 1000.0, paths=20_000, seed=5))
    sums = found.figures[:, FINAL] - 1000.0
    error = RETURNS.std() * math.sqrt(len(RETURNS)) / math.sqrt(len(sums))
    assert abs(sums.mean() - RETURNS.sum()) < 4 * error
    assert sums.std() == pytest.approx(RETURNS.std() * math.sqrt(len(RETURNS)), rel=0.03)


def test_a_shuffle_keeps_the_sum_to_the_cent_and_the_drawdown_varies() -> None:
    cents = np.random.default_rng(2).integers(-50_000, 52_000, 400).astype(np.float64)
    found = simulate(PathPlan(cents, 10_000_000.0, paths=2_000, shuffled=True))
    assert set(found.figures[:, FINAL]) == {10_000_000.0 + cents.sum()} == {found.real[FINAL]}
    assert len(set(found.figures[:, DRAWDOWN_MONEY])) > 100
    assert np.sort(steps_of(found)[0]).tolist() == np.sort(cents).tolist()


@pytest.mark.parametrize(("win", "capital"), [(0.55, 3), (0.6, 2), (0.55, 6), (0.52, 1)])
def test_a_game_is_lost_as_often_as_the_closed_form_says(win: float, capital: int) -> None:
    game = np.repeat([1.0, -1.0], [round(win * 100), round((1 - win) * 100)])
    paths = 8_000
    found = simulate(PathPlan(game, float(capital), level=0.5, paths=paths, horizon=6_000, seed=11))
    ruined = (found.figures[:, RUINED] >= 0).mean()
    expected = ((1 - win) / win) ** capital
    assert abs(ruined - expected) < 4 * math.sqrt(expected * (1 - expected) / paths)
    # Who is ruined has exactly nothing left, and stays there.
    assert set(found.figures[found.figures[:, RUINED] >= 0, FINAL]) == {0.0}


@pytest.mark.parametrize(("win", "capital", "goal"), [(0.55, 3, 10), (0.45, 6, 10), (0.5, 4, 10)])
def test_a_game_between_two_barriers_is_lost_as_often_as_the_closed_form_says(
    win: float, capital: int, goal: int
) -> None:
    game = np.repeat([1.0, -1.0], [round(win * 100), round((1 - win) * 100)])
    paths = 8_000
    plan = PathPlan(game, float(capital), level=0.5, goal=float(goal), paths=paths, horizon=2_000, seed=13)
    figures = simulate(plan).figures
    first_ruined = ((figures[:, RUINED] >= 0) & (figures[:, REACHED] < 0)).mean()
    ratio = (1 - win) / win
    expected = 1 - capital / goal if win == 0.5 else (ratio**capital - ratio**goal) / (1 - ratio**goal)
    assert abs(first_ruined - expected) < 4 * math.sqrt(expected * (1 - expected) / paths)


def test_blocks_keep_the_autocorrelation_that_an_independent_bootstrap_loses() -> None:
    values = correlated()
    real = float(lag_one(values[None, :])[0])
    plans = [PathPlan(values, 1e6, paths=500, horizon=MOST_MARKS, block=block) for block in (20.0, 1.0)]
    in_blocks, alone = (float(lag_one(steps_of(simulate(plan))).mean()) for plan in plans)
    assert in_blocks == pytest.approx(real * (1 - 1 / 20), abs=0.05)
    assert abs(alone) < 0.02


@pytest.mark.parametrize("block", [3.0, 12.0])
def test_the_distribution_is_that_of_the_stationary_bootstrap_of_arch(block: float) -> None:
    values = correlated(250)
    ours = steps_of(simulate(PathPlan(values, 1e6, paths=3_000, block=block, seed=1)))
    oracle = StationaryBootstrap(block, values, seed=np.random.default_rng(1))
    theirs = np.array([data[0][0] for data in oracle.bootstrap(3_000)])
    for figure in (lambda paths: paths.sum(axis=1), lag_one, lambda paths: paths.cumsum(axis=1).min(axis=1)):
        assert ks_2samp(figure(ours), figure(theirs)).pvalue > 0.001


def test_the_length_of_blocks_is_that_of_arch() -> None:
    values = correlated()
    expected = float(optimal_block_length(values)["stationary"].iloc[0])
    assert expected > 3
    assert block_length(values) == pytest.approx(expected)
    assert block_length(values * 1e7) == pytest.approx(expected)
    assert block_length(np.ones(50)) == 1.0
    assert block_length(np.random.default_rng(1).normal(size=500)) >= 1.0


def plain_walk(
    values: list[float], compounding: bool, capital: float, level: float, goal: float
) -> tuple[dict[int, float], list[float]]:
    """One path in a plain loop."""
    equity, line, sums = capital, [], [0.0]
    ruined, reached = (0 if capital < level else -1), -1
    for at, value in enumerate(values, start=1):
        sums.append(sums[-1] + value)
        if ruined < 0:
            equity = equity * (1 + value) if compounding else equity + value
        line.append(equity)
        if ruined < 0 and equity < level:
            ruined = at
        elif ruined < 0 and reached < 0 and equity >= goal:
            reached = at
    highest = [max([capital, *line[: at + 1]]) for at in range(len(line))]
    below = [one < top for one, top in zip(line, highest, strict=True)]
    longest = max(len(run) for run in "".join("x" if one else " " for one in below).split(" "))
    return {
        FINAL: line[-1],
        DRAWDOWN: min(0.0, *(one / top - 1 for one, top in zip(line, highest, strict=True))),
        DRAWDOWN_MONEY: min(0.0, *(one - top for one, top in zip(line, highest, strict=True))),
        LONGEST: longest,
        UNDER: sum(below),
        RUINED: ruined,
        REACHED: reached,
        LOWEST: min(sums),
    }, line


@given(
    values=st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=12),
    order=st.lists(st.integers(0, 1_000), min_size=2, max_size=30),
    compounding=st.booleans(),
    level=st.sampled_from([-math.inf, 0.5, 0.95]),
    goal=st.sampled_from([math.inf, 1.1]),
)
def test_every_figure_of_a_path_is_that_of_a_plain_loop(
    values: list[float], order: list[int], compounding: bool, level: float, goal: float
) -> None:
    taken = np.array([order, order[::-1]]) % len(values)
    marks = np.arange(1, len(order) + 1)
    lines, figures = np.empty((2, len(order))), np.empty((2, len(path_kernels.FIGURES)))
    ends = (1.0, level, goal, 1)
    path_kernels.walked(np.array(values), taken, compounding, *ends, marks, lines, figures)
    for path in range(2):
        expected, line = plain_walk([values[at] for at in taken[path]], compounding, *ends[:3])
        assert lines[path].tolist() == line
        assert {name: figures[path, name] for name in expected} == expected
        assert figures[path, FINAL_SO_FAR] == line[0]


def test_drawdowns_of_paths_are_those_of_the_figures_of_a_result() -> None:
    found = simulate(PathPlan(RETURNS, 100.0, compounding=True, paths=50, block=4.0))
    lines = np.concatenate((np.full((50, 1), 100.0), found.lines), axis=1)
    expected = [max_drawdown(line[1:] / line[:-1] - 1) for line in lines]
    assert found.figures[:, DRAWDOWN] == pytest.approx(expected, abs=1e-12)
    assert found.real[DRAWDOWN] == pytest.approx(max_drawdown(RETURNS), abs=1e-12)


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_number_of_workers_changes_no_byte(shuffled: bool) -> None:
    plan = PathPlan(RETURNS, 1.0, paths=1_200, block=1.0 if shuffled else 5.0, shuffled=shuffled, seed=9)
    found = [simulate(plan, workers) for workers in (1, 2, 4)]
    assert len({one.figures.tobytes() for one in found}) == len({one.lines.tobytes() for one in found}) == 1
    other = simulate(PathPlan(RETURNS, 1.0, paths=1_200, shuffled=shuffled, seed=10))
    assert other.figures.tobytes() != found[0].figures.tobytes()


def test_lines_are_a_bounded_sample_of_paths_and_steps() -> None:
    found = simulate(PathPlan(RETURNS, 1.0, paths=10_300, horizon=2_520))
    assert found.lines.shape == (10_000, MOST_MARKS)
    assert (found.plan.marks[0], found.plan.marks[-1]) == (1, 2_520)
    assert (found.lines[:, -1] == found.figures[:10_000, FINAL]).all()
    # The real line ends with the sample.
    assert np.isfinite(found.real_line).sum() == (found.plan.marks <= len(RETURNS)).sum()


@pytest.mark.parametrize(
    "fields",
    [{"paths": 0}, {"horizon": 0}, {"block": 0.5}, {"capital": 0.0}, {"shuffled": True, "horizon": 5}],
)
def test_a_plan_that_draws_nothing_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        PathPlan(**{"values": RETURNS, "capital": 1.0, **fields})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least one number"):
        PathPlan(np.array([1.0, np.nan]), 1.0)
