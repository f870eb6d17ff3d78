"""The outcome of a simulation: its frames, and the summary of what to expect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.research.monte_carlo.engine_scenarios import scenario_frame
from g4qc_core.research.monte_carlo.monte_carlo_spec import OF_ENGINE, OF_SESSIONS, MonteCarloSpec
from g4qc_core.research.monte_carlo.path_frames import (
    MONEY_UNIT,
    PathFigures,
    capital_frame,
    distribution_frame,
    empty_capital,
    fan_frame,
    figures_of,
    histogram_frame,
    rank,
    ruin_frame,
    ruin_of_paths,
    ruin_row,
    sample_frame,
)
from g4qc_core.research.monte_carlo.path_kernels import LOWEST
from g4qc_core.research.monte_carlo.path_plans import SampledResult, profit_plan, session_block
from g4qc_core.research.monte_carlo.ruin_risk import capital_for, needed_capitals
from g4qc_core.research.monte_carlo.simulated_paths import SimulatedPaths, simulate

_MAIN = ("block_bootstrap", "bootstrap", "trade_bootstrap", "trade_shuffle")
RUN_FIGURES = ("final_equity", "max_drawdown", "max_drawdown_money")
"""Figures of a run by the engine that have a distribution."""


class MonteCarloOutcome:
    """Collects what the simulations gave.

    Attributes:
        notes: sentences for the reader.
        trials: different sets of parameters that were tried.
    """

    def __init__(self, spec: MonteCarloSpec, sample: SampledResult) -> None:
        self._spec, self._sample = spec, sample
        self._confidence = spec.confidence / 100
        self._fans: list[pd.DataFrame] = []
        self._samples: list[pd.DataFrame] = []
        self._figures: list[PathFigures] = []
        self._ruin: list[Mapping[str, Any]] = []
        self._scenarios: list[pd.DataFrame] = []
        self._capital = empty_capital()
        self._needed: dict[str, float] = {}
        self.trials = 0

    def add_paths(self, simulation: str, paths: SimulatedPaths) -> None:
        """Take the paths of a simulation."""
        self._fans.append(fan_frame({simulation: paths}, self._spec.quantiles))
        self._samples.append(sample_frame({simulation: paths}))
        self._figures.append(figures_of(simulation, paths))
        # A shuffle ends where the result did, and its capital is that of one history.
        if simulation != "trade_shuffle":
            self._ruin.append(ruin_of_paths(simulation, paths, self._confidence))
        if simulation == next((one for one in OF_SESSIONS if self._wants(one)), ""):
            self._find_capital()

    def add_scenarios(self, simulation: str, frame: pd.DataFrame) -> None:
        """Take the runs of a simulation by the engine."""
        self._scenarios.append(frame)
        done = frame[frame["state"] == "done"]
        ran = int((frame["state"] != "refused").sum())
        values = {name: done[name].to_numpy(np.float64) for name in RUN_FIGURES}
        real = {name: self._sample.figures.get(name) for name in RUN_FIGURES}
        ranks: dict[str, float | None] = {}
        for name, one in real.items():
            sign = 1 if name == "final_equity" else -1
            ranks[name] = rank(sign * values[name], sign * one) if one is not None and len(values[name]) else None
        self._figures.append(PathFigures(simulation, values, real, ranks))
        if ran:
            calls = int((frame["state"] == "margin_call").sum())
            self._ruin.append(ruin_row(simulation, calls, ran, self._confidence))

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return all frames by name."""
        return {
            "fan": _joined(self._fans, fan_frame({}, self._spec.quantiles)),
            "distributions": distribution_frame(self._figures),
            "histograms": histogram_frame(self._figures),
            "ruin": ruin_frame(self._ruin),
            "capital": self._capital,
            "scenarios": _joined(self._scenarios, scenario_frame([])),
            "paths": _joined(self._samples, sample_frame({})),
        }

    @property
    def notes(self) -> list[str]:
        """Sentences about what was assumed."""
        sample = self._sample
        found = []
        level = sample.rule.level(sample.cash)
        if level > sample.cash:
            found.append(
                f"The account begins with {sample.cash:,.2f}, below {level:,.2f} at which it is ruined: every path is "
                "ruined from the start."
            )
        elif level > sample.cash + np.minimum.accumulate(np.append(0.0, np.cumsum(sample.profits)))[-1]:
            found.append("The real account itself fell below the equity at which a path is ruined, and traded on.")
        return found

    def summary(self) -> dict[str, Any]:
        """Return what came out, JSON-safe."""
        spec, sample = self._spec, self._sample
        found: dict[str, Any] = {
            "simulations": [one.simulation for one in self._figures],
            "growth": "compounding" if sample.compounding else "fixed",
            "paths": spec.paths,
            "horizon": spec.horizon or len(sample.profits),
            "block_length": session_block(spec, sample),
            "block_given": spec.block_length is not None,
            "ruin": {"rule": spec.ruin, "level": sample.rule.level(sample.cash), "margin": sample.margin},
            "capital": dict(self._needed),
            "trials": self.trials,
        }
        main = next((one for name in _MAIN for one in self._figures if one.simulation == name), None)
        if main is not None:
            found["main"] = self._main(main)
        found["scenarios"] = {
            one.simulation: self._of_runs(one) for one in self._figures if one.simulation in OF_ENGINE
        }
        return found

    def _main(self, main: PathFigures) -> dict[str, Any]:
        drawdowns, money = main.values["max_drawdown"], main.values["max_drawdown_money"]
        risk = next((dict(one) for one in self._ruin if one["simulation"] == main.simulation), None)
        return {
            "simulation": main.simulation,
            "expected_drawdown": float(np.median(drawdowns)),
            "bad_drawdown": float(np.quantile(drawdowns, 0.05)),
            "expected_drawdown_money": float(np.median(money)),
            "bad_drawdown_money": float(np.quantile(money, 0.05)),
            "real_drawdown": main.real["max_drawdown"],
            "drawdown_rank": main.ranks["max_drawdown"],
            "median_final": float(np.median(main.values["final_equity"])),
            "bad_final": float(np.quantile(main.values["final_equity"], 0.05)),
            "real_final": main.real["final_equity"],
            "final_rank": main.ranks["final_equity"],
            "loss": float((main.values["final_equity"] < self._sample.cash).mean()),
            "longest_drawdown": float(np.median(main.values["longest_drawdown"])),
            "risk": risk,
        }

    def _of_runs(self, one: PathFigures) -> dict[str, Any]:
        risk = next((dict(row) for row in self._ruin if row["simulation"] == one.simulation), None)
        medians = {name: float(np.median(values)) if len(values) else None for name, values in one.values.items()}
        final = one.values["final_equity"]
        return {
            "done": len(final),
            "median": medians,
            "bad_drawdown": float(np.quantile(one.values["max_drawdown"], 0.05)) if len(final) else None,
            "bad_final": float(np.quantile(final, 0.05)) if len(final) else None,
            "risk": risk,
        }

    def _wants(self, simulation: str) -> bool:
        return self._spec.simulations is None or simulation in self._spec.simulations

    def _find_capital(self) -> None:
        """Find the needed capital from profits in money, which do not grow with the capital."""
        sample, spec = self._sample, self._spec
        lowest = simulate(profit_plan(spec, sample), spec.threads).figures[:, LOWEST] / MONEY_UNIT
        needed = needed_capitals(lowest, sample.rule)
        self._needed = {f"{one:g}": capital_for(needed, one / 100) for one in spec.risks}
        self._capital = capital_frame("block_bootstrap", needed, sample.cash, spec.risks, self._confidence)


def _joined(parts: list[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else empty
