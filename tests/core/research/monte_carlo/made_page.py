"""A whole simulation of a small backtest without a database, and its page, for the tests of both."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.research.monte_carlo.engine_scenarios import EngineScenarios, scenario_frame
from g4qc_core.research.monte_carlo.monte_carlo_outcome import RUN_FIGURES, MonteCarloOutcome
from g4qc_core.research.monte_carlo.monte_carlo_spec import OF_ENGINE, SIMULATIONS, MonteCarloSpec
from g4qc_core.research.monte_carlo.path_plans import SampledResult, path_plan
from g4qc_core.research.monte_carlo.report.monte_carlo_page import MonteCarloPage
from g4qc_core.research.monte_carlo.simulated_paths import GENERATOR, simulate
from tests.core.backtest.series import ES, spec, walk

BARS = walk(1_000, seed=5, per_session=4, step=40)
BACKTEST: BacktestSpec = spec(parameters={"fast": 4, "slow": 20}, cash=60_000, margin="12000")


def scenarios(asked: MonteCarloSpec, backtest: BacktestSpec = BACKTEST) -> EngineScenarios:
    evaluator = Evaluator(backtest, BARS, ES, data_version="v", roll_rule="r")
    return EngineScenarios(asked, backtest, evaluator, ES)


def sample(asked: MonteCarloSpec, compounding: bool = False) -> SampledResult:
    result = run_backtest(BACKTEST, BARS, ES, data_version="v", roll_rule="r")
    equity = result.daily_equity.to_numpy(np.float64)
    return SampledResult(
        cash=60_000.0,
        profits=np.diff(equity, prepend=60_000.0),
        trades=result.trades.sort_values("exit_time", kind="stable")["profit"].to_numpy(np.float64),
        compounding=compounding,
        rule=asked.ruin_rule(12_000.0, 1, 1),
        margin=12_000.0,
        figures={name: result.metrics[name] for name in RUN_FIGURES},
    )


def outcome(asked: MonteCarloSpec, compounding: bool = False) -> MonteCarloOutcome:
    """Run all simulations of a spec."""
    taken = sample(asked, compounding)
    found, runs = MonteCarloOutcome(asked, taken), scenarios(asked)
    for simulation in asked.simulations or SIMULATIONS:
        if simulation in OF_ENGINE:
            found.add_scenarios(simulation, scenario_frame(list(runs.run(simulation))))
        else:
            found.add_paths(simulation, simulate(path_plan(simulation, asked, taken), asked.threads))
    return found


@cache
def made_page(paths: int = 300, runs: int = 8) -> MonteCarloPage:
    """Return the page of a simulation of everything."""
    asked = MonteCarloSpec.asked({"name": "page", "result": "test", "paths": paths, "runs": runs, "goal": 65_000})
    found = outcome(asked)
    found.trials = runs
    result = {"cash": 60_000.0, "sessions": 250, "trades": 50}
    card: dict[str, Any] = {"generator": GENERATOR, "seed": 0, "result": result}
    return MonteCarloPage(
        name="page",
        market="sma_cross · ES · 1h",
        currency="USD",
        summary={**found.summary(), **card},
        frames=found.frames(),
        inputs={"simulation": asked.to_dict(), **card},
        notes=["A note of the simulation."],
    )
