"""Target positions of a task, with the rule for rolls applied; equal for every engine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from g4qc_core.backtest.account.old_contracts import held_over
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.account.roll_positions import closed_at_rolls
from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.prepared_strategy import TargetStrategy


@dataclass(frozen=True)
class TargetPositions:
    """Positions to trade.

    Attributes:
        bars: n bars to trade them in.
        positions: contracts, int64, length n; entry i is held from the open of bar i + 1.
        closed_at: bars of rolls at which a position is closed only because the contract changes.
    """

    bars: PricedBars
    positions: np.ndarray
    closed_at: list[int] = field(default_factory=list)


def target_positions(task: EngineTask, strategy: TargetStrategy) -> TargetPositions:
    """Return the positions that the strategy wants in the bars of the task.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: no bars of an old contract are stored after its roll.
    """
    targets = strategy.targets(task.bars.frame)
    if task.on_roll == "close":
        return TargetPositions(task.bars, *closed_at_rolls(targets, task.bars.rolls))
    if task.on_roll == "hold" and len(task.bars.rolls) and task.old_contracts is not None:
        return TargetPositions(held_over(task.bars, targets, task.old_contracts), targets)
    return TargetPositions(task.bars, targets)
