"""What is drawn in each simulation of a backtest's sessions and trades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from g4qc_core.research.monte_carlo.block_length import block_length
from g4qc_core.research.monte_carlo.monte_carlo_spec import OF_TRADES, SIMULATIONS, MonteCarloSpec
from g4qc_core.research.monte_carlo.path_frames import MONEY_UNIT, money_values
from g4qc_core.research.monte_carlo.ruin_risk import RuinRule
from g4qc_core.research.monte_carlo.simulated_paths import PathPlan


@dataclass(frozen=True, eq=False)
class SampledResult:
    """A result as paths are drawn from it.

    Attributes:
        cash: money before the first session.
        profits: money of each session.
        trades: money of each trade, by the time of its exit.
        compounding: session returns are drawn, not profits.
        rule: when an account is ruined.
        margin: newest margin of one contract.
        figures: `final_equity`, `max_drawdown` and `max_drawdown_money` of the result.
    """

    cash: float
    profits: np.ndarray
    trades: np.ndarray
    compounding: bool
    rule: RuinRule
    margin: float
    figures: Mapping[str, float | None]

    @property
    def returns(self) -> np.ndarray:
        """Return of each session."""
        return self.profits / (self.cash + np.cumsum(self.profits) - self.profits)

    @property
    def values(self) -> np.ndarray:
        """What is drawn of sessions: returns, or money in whole units."""
        return self.returns if self.compounding else money_values(self.profits)


def session_block(spec: MonteCarloSpec, sample: SampledResult) -> float:
    """Return the mean length of the blocks of sessions: the given one, or that of Politis and White."""
    return spec.block_length or block_length(sample.values)


def path_plan(simulation: str, spec: MonteCarloSpec, sample: SampledResult) -> PathPlan:
    """Return what a simulation draws; trades are money whatever the growth is.

    Args:
        simulation: of sessions or trades.
        spec: what is simulated.
        sample: the result.
    """
    of_trades = simulation in OF_TRADES
    steps = spec.horizon
    if of_trades and steps is not None:
        steps = max(1, round(steps * len(sample.trades) / len(sample.profits)))
    shuffled = simulation == "trade_shuffle"
    return PathPlan(
        values=money_values(sample.trades) if of_trades else sample.values,
        capital=float(money_values(np.array(sample.cash))),
        compounding=sample.compounding and not of_trades,
        level=float(money_values(np.array(sample.rule.level(sample.cash)))),
        goal=np.inf if spec.goal is None else float(spec.goal) * MONEY_UNIT,
        paths=spec.paths,
        horizon=None if shuffled else steps,
        block=session_block(spec, sample) if simulation == "block_bootstrap" else 1.0,
        shuffled=shuffled,
        seed=spec.seed,
        number=SIMULATIONS.index(simulation),
    )


def profit_plan(spec: MonteCarloSpec, sample: SampledResult) -> PathPlan:
    """Return the paths from which the needed capital is found: profits of sessions in blocks, with no end by ruin."""
    money = money_values(sample.profits)
    return PathPlan(
        values=money,
        capital=float(money_values(np.array(sample.cash))),
        paths=spec.paths,
        horizon=spec.horizon,
        block=spec.block_length or block_length(money),
        seed=spec.seed,
        number=len(SIMULATIONS),
    )
