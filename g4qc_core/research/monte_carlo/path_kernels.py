"""The loops of simulated paths, compiled. They draw no random numbers: these come in, so that blocks are repeatable."""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.compiled import compiled_for_threads

FIGURES = (
    "final", "drawdown", "drawdown_money", "longest", "under_water", "ruined_at", "reached_at", "lowest",
    "final_so_far", "drawdown_so_far",
)  # fmt: skip
"""Columns of the figures of a path, in the order of `walked`."""

FINAL, DRAWDOWN, DRAWDOWN_MONEY, LONGEST, UNDER, RUINED, REACHED, LOWEST, FINAL_SO_FAR, DRAWDOWN_SO_FAR = range(10)


@compiled_for_threads
def block_order(begins: np.ndarray, starts: np.ndarray, size: int, order: np.ndarray) -> None:
    """Fill in which values a stationary bootstrap draws; the sample is a circle.

    Args:
        begins: bool, paths x steps; a new block begins.
        starts: int64, paths x steps; where it begins.
        size: number of values in the sample.
        order: int64, paths x steps; is written.
    """
    for path in range(begins.shape[0]):
        at = 0
        for step in range(begins.shape[1]):
            if step == 0 or begins[path, step]:
                at = starts[path, step]
            else:
                at += 1
                if at == size:
                    at = 0
            order[path, step] = at


@compiled_for_threads
def walked(
    values: np.ndarray,
    order: np.ndarray,
    compounding: bool,
    capital: float,
    level: float,
    goal: float,
    so_far: int,
    marks: np.ndarray,
    lines: np.ndarray,
    figures: np.ndarray,
) -> None:
    """Walk each path from the capital, and keep its figures.

    A path whose equity falls below the level is ruined: trading ends, and its equity stays where it is.

    Args:
        values: profit of each value of the sample, or its return.
        order: int64, paths x steps; which values a path takes.
        compounding: values are returns of the equity, not money.
        capital: equity before the first step.
        level: equity below which a path is ruined.
        goal: equity that a path reaches.
        so_far: a number of steps; figures after so many steps are kept, too.
        marks: int64, ascending, from 1; numbers of steps after which the equity is kept.
        lines: float64, paths x marks, is written; may have fewer paths, then of the first ones.
        figures: float64, paths x `FIGURES`, is written. Drawdowns are not positive; times under water are steps below
            the highest equity so far, the longest run and all; `ruined_at` and `reached_at` count steps, -1 if
            never; `lowest` is the lowest sum of the profits so far, at most zero, of the path as if it were not ruined.
    """
    line = np.empty(order.shape[1])
    for path in range(order.shape[0]):
        figures[path, RUINED], figures[path, LOWEST] = _line(values, order[path], compounding, capital, level, line)
        figures[path, REACHED] = _reached(line, goal, figures[path, RUINED])
        figures[path, FINAL], figures[path, FINAL_SO_FAR] = line[-1], line[so_far - 1]
        _falls(line, capital, so_far, figures[path])
        if path < lines.shape[0]:
            for mark in range(len(marks)):
                lines[path, mark] = line[marks[mark] - 1]


@compiled_for_threads
def _line(
    values: np.ndarray, order: np.ndarray, compounding: bool, capital: float, level: float, line: np.ndarray
) -> tuple[int, float]:
    """Write the equity after each step of a path; return when it was ruined, and its lowest sum of profits."""
    equity, total, lowest = capital, 0.0, 0.0
    ruined = 0 if capital < level else -1
    for step in range(len(order)):
        value = values[order[step]]
        total += value
        lowest = min(lowest, total)
        if ruined < 0:
            equity = equity * (1.0 + value) if compounding else equity + value
            if equity < level:
                ruined = step + 1
        line[step] = equity
    return ruined, lowest


@compiled_for_threads
def _reached(line: np.ndarray, goal: float, ruined: int) -> int:
    """Return when a path reached the goal before it was ruined; -1 if never."""
    if goal == np.inf:
        return -1
    for step in range(len(line)):
        if 0 <= ruined <= step + 1:
            return -1
        if line[step] >= goal:
            return step + 1
    return -1


@compiled_for_threads
def _falls(line: np.ndarray, capital: float, so_far: int, figures: np.ndarray) -> None:
    """Write the figures of a path's falls from its highest equity."""
    highest, deepest, deepest_money = capital, 0.0, 0.0
    run, longest, under = 0, 0, 0
    for step in range(len(line)):
        equity = line[step]
        if equity >= highest:
            highest = equity
            run = 0
        else:
            run += 1
            under += 1
            longest = max(longest, run)
            deepest = min(deepest, equity / highest - 1.0)
            deepest_money = min(deepest_money, equity - highest)
        if step + 1 == so_far:
            figures[DRAWDOWN_SO_FAR] = deepest
    figures[DRAWDOWN], figures[DRAWDOWN_MONEY] = deepest, deepest_money
    figures[LONGEST], figures[UNDER] = longest, under
