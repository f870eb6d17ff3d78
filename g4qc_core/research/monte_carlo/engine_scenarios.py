"""Scenarios of a backtest: the strategy run again in whole contracts and with margin, under random changes.

An account that cannot pay a margin, or has nothing left, ends there: that is its ruin.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.evaluation import Evaluation, Evaluator
from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.monte_carlo.jitters import (
    delayed_fills,
    has_costs,
    other_costs,
    other_parameters,
    skipped_trades,
    varied_names,
)
from g4qc_core.research.monte_carlo.monte_carlo_spec import SIMULATIONS, MonteCarloSpec

_FIGURES = ("final_equity", "total_return", "max_drawdown", "max_drawdown_money", "sharpe", "trades", "costs")
SCENARIO_COLUMNS = ("simulation", "number", "state", "changed", *_FIGURES, "words")
"""Columns of the frame of scenarios; `state` is `done`, `margin_call` or `refused`."""


@dataclass(frozen=True)
class Scenario:
    """One run under a change.

    Attributes:
        simulation: of `OF_ENGINE`.
        number: from 0.
        changed: what was changed, JSON-safe.
        found: what came of it.
    """

    simulation: str
    number: int
    changed: dict[str, Any]
    found: Evaluation

    @property
    def state(self) -> str:
        """`done`, `margin_call` or `refused`."""
        return "done" if not self.found.refused else "margin_call" if self.found.margin_call else "refused"

    def row(self) -> dict[str, Any]:
        """Return the row of the frame of scenarios."""
        figures = {name: self.found.metrics.get(name) for name in _FIGURES}
        return {
            "simulation": self.simulation,
            "number": self.number,
            "state": self.state,
            "changed": json.dumps(self.changed, sort_keys=True),
            **figures,
            "words": self.found.refused,
        }


class EngineScenarios:
    """Runs the scenarios of one backtest on bars that are prepared once.

    Args:
        spec: what is simulated.
        backtest: the backtest.
        evaluator: of the backtest.
        instrument: of its bars.
    """

    def __init__(
        self, spec: MonteCarloSpec, backtest: BacktestSpec, evaluator: Evaluator, instrument: Instrument
    ) -> None:
        self._spec, self._backtest, self._evaluator, self._instrument = spec, backtest, evaluator, instrument

    def impossible(self, simulation: str) -> str:
        """Return why a simulation cannot be made of this backtest, one sentence; empty if it can."""
        name = self._backtest.name
        if not self._evaluator.edits:
            return (
                f"The strategy of {name} places its orders itself, or holds old contracts: its costs, parameters, "
                "trades and fills are not changed."
            )
        if simulation == "costs" and not has_costs(self._backtest, self._instrument):
            return f"The backtest {name} pays nothing for its orders, so that there are no costs to change."
        if simulation == "parameters" and not varied_names(self._own):
            return f"The strategy of {name} has no number to change among its parameters."
        return ""

    def run(self, simulation: str) -> Iterator[Scenario]:
        """Run the scenarios of a simulation, one after another.

        Args:
            simulation: of `OF_ENGINE`.
        """
        ways: dict[str, Callable[[np.random.Generator], tuple[dict[str, Any], Evaluation] | None]] = {
            "costs": self._costs,
            "parameters": self._parameters,
            "skips": self._skips,
            "delays": self._delays,
        }
        for number in range(self._spec.runs):
            seeds = np.random.SeedSequence(self._spec.seed, spawn_key=(SIMULATIONS.index(simulation), number))
            found = ways[simulation](np.random.Generator(np.random.PCG64(seeds)))
            if found is not None:
                yield Scenario(simulation, number, *found)

    @cached_property
    def _own(self) -> dict[str, Any]:
        """All parameters of the backtest, defaults included."""
        return find_strategy(self._backtest.strategy).all_parameters(self._backtest.parameters)

    def _costs(self, random: np.random.Generator) -> tuple[dict[str, Any], Evaluation]:
        shares = self._spec.fee_jitter / 100, self._spec.slippage_jitter / 100
        costs = other_costs(self._backtest, self._instrument, *shares, random)
        shown = {name: float(value) for name, value in costs.items() if value}
        return shown, self._evaluator.evaluate_edited({}, costs=costs)

    def _parameters(self, random: np.random.Generator) -> tuple[dict[str, Any], Evaluation] | None:
        known = find_strategy(self._backtest.strategy)
        drawn = other_parameters(self._own, self._spec.parameter_jitter / 100, random, known.with_parameters)
        if drawn is None:
            return None
        return {name: drawn[name] for name in varied_names(self._own)}, self._evaluator.evaluate(drawn)

    def _skips(self, random: np.random.Generator) -> tuple[dict[str, Any], Evaluation]:
        told: dict[str, Any] = {}

        def edit(wish: np.ndarray) -> np.ndarray:
            edited, told["skipped"], told["of"] = skipped_trades(wish, self._spec.skipped / 100, random)
            return edited

        return told, self._evaluator.evaluate_edited({}, edit)

    def _delays(self, random: np.random.Generator) -> tuple[dict[str, Any], Evaluation]:
        told: dict[str, Any] = {}

        def edit(wish: np.ndarray) -> np.ndarray:
            edited, told["delayed"], told["of"] = delayed_fills(wish, self._spec.delay, random)
            return edited

        return told, self._evaluator.evaluate_edited({}, edit)


def scenario_frame(scenarios: list[Scenario]) -> pd.DataFrame:
    """Return the frame of scenarios, `SCENARIO_COLUMNS`, a row each."""
    frame = pd.DataFrame([one.row() for one in scenarios], columns=list(SCENARIO_COLUMNS))
    for name in _FIGURES:
        frame[name] = frame[name].astype("float64")
    return frame.astype({"number": "int64"})
