"""The plan of a task: what its strategy wants, with the rule for rolls applied, and its sizing."""

from __future__ import annotations

import numpy as np

from g4qc_core.backtest.account.old_contracts import OldContracts, held_over
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.account.roll_positions import OnRoll, closed_at_rolls
from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.sizing.contract_count import SIGNAL_STEPS
from g4qc_core.backtest.sizing.sizing_plan import SizingPlan, Wishes, make_plan, sizing_numbers
from g4qc_core.backtest.sizing.sizing_rule import SizingRule


def plan_of(task: EngineTask, strategy: TargetStrategy) -> SizingPlan:
    """Return the plan of a task.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: no bars of an old contract are stored after its roll, or numbers that are too large.
    """
    wanted = from_start(wanted_positions(task.bars, strategy, task.sizing), task.bars)
    wishes = wishes_of(task.bars, wanted, task.on_roll, task.old_contracts)
    units = task.units
    numbers = sizing_numbers(wishes.bars, task.sizing, units, task.cash, task.margin, task.margin_rate)
    return make_plan(wishes, units, task.cash, numbers)


def wanted_positions(bars: PricedBars, strategy: TargetStrategy, sizing: SizingRule) -> np.ndarray:
    """Return what the strategy wants on each bar: contracts, or steps of a signal for a sizer (`Wishes.wanted`)."""
    if sizing.fixed and sizing.amount is None:
        return strategy.targets(bars.frame)
    steps = in_steps(strategy.signals(bars.frame))
    return contracts_of(steps, int(sizing.amount)) if sizing.fixed and sizing.amount is not None else steps


def from_start(wanted: np.ndarray, bars: PricedBars) -> np.ndarray:
    """Return what is wanted with nothing on the bars whose decision would be filled before positions may be held."""
    if not bars.decides:
        return wanted
    kept = wanted.copy()
    kept[: bars.decides] = 0
    return kept


def in_steps(signals: np.ndarray) -> np.ndarray:
    """Convert signals from -1 to 1 to whole steps, int64."""
    return np.rint(signals * SIGNAL_STEPS).astype(np.int64)


def contracts_of(steps: np.ndarray, contracts: int) -> np.ndarray:
    """Return so many contracts times the signal, rounded to the nearest whole number, halves away from zero."""
    size = (2 * np.abs(steps) * contracts + SIGNAL_STEPS) // (2 * SIGNAL_STEPS)
    return np.asarray(np.sign(steps) * size)


def wishes_of(bars: PricedBars, wanted: np.ndarray, on_roll: OnRoll, old_contracts: OldContracts | None) -> Wishes:
    """Apply the rule for rolls.

    Raises:
        BacktestRefused: no bars of an old contract are stored after its roll.
    """
    if on_roll == "close":
        return Wishes(bars, *closed_at_rolls(wanted, bars.rolls))
    if on_roll == "hold" and len(bars.rolls) and old_contracts is not None:
        return Wishes(held_over(bars, wanted, old_contracts), wanted, [])
    return Wishes(bars, wanted, [])
