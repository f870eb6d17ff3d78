"""A Monte Carlo simulation of a stored result, from its plan to its record and frames, as a generator of what happens.

How paths are drawn and scenarios are run is in `research/monte_carlo`; how figures are shown is in its report.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.code_versions import study_code_version
from g4qc_core.errors import BacktestRefused, G4qcError, InUse, UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.monte_carlo.engine_scenarios import EngineScenarios, Scenario, scenario_frame
from g4qc_core.research.monte_carlo.monte_carlo_outcome import RUN_FIGURES, MonteCarloOutcome
from g4qc_core.research.monte_carlo.monte_carlo_spec import OF_ENGINE, OF_TRADES, SIMULATIONS, MonteCarloSpec
from g4qc_core.research.monte_carlo.path_plans import SampledResult, path_plan
from g4qc_core.research.monte_carlo.simulated_paths import GENERATOR, simulating
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.jitter_trials import record_jitter_trials
from g4qc_core.services.research.monte_carlo_source import (
    SimulatedResult,
    find_source,
    inputs_shown,
    simulated_result,
)
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.session_lock import SEARCHES, SessionLock
from g4qc_core.storage.stores import Stores

MONTE_CARLO = "monte_carlo"
_TELL_AFTER = 0.2  # seconds


class MonteCarloRun:
    """One run of a simulation; `events` runs it.

    Attributes:
        record: the study as it is stored.
        words: what will be simulated.
    """

    def __init__(
        self, spec: MonteCarloSpec, settings: Settings, registry: Registry, stores: Stores, run_id: str | None
    ) -> None:
        """Find the result, and read its bars if the strategy runs again.

        Raises:
            UsageError: no such result, too little in it, bars that changed, or a simulation that it does not allow.
            G4qcError: the backtest or its bars cannot be read.
        """
        self._spec, self._stores = spec, stores
        source = find_source(spec, settings, registry, stores)
        self._result = simulated_result(source, settings, registry, stores, run_id)
        self._notes: list[str] = []
        self._engine = self._prepared(registry)
        self._simulations = self._possible()
        self._sample = _sample(self._result, spec)
        self.words = self._in_words()
        self._started = time.monotonic()
        backtest = self._result.record.id
        code = study_code_version(MONTE_CARLO)
        content = json.dumps([MONTE_CARLO, spec.content(), backtest, code], sort_keys=True, default=str)
        self.record = StudyRecord(
            id=hashlib.sha256(content.encode()).hexdigest()[:32],
            kind=MONTE_CARLO,
            name=spec.name,
            spec=spec.to_dict(),
            data_version=backtest,
            code=code,
            state="running",
            started_at=datetime.now(UTC),
            run_id=run_id,
        )

    def _in_words(self) -> str:
        """Return what will be simulated, one sentence."""
        paths = [one for one in self._simulations if one not in OF_ENGINE]
        runs = [one for one in self._simulations if one in OF_ENGINE]
        said = []
        if paths:
            steps = counted(self._spec.horizon or len(self._sample.profits), "session")
            named = listing([one.replace("_", " ") for one in paths])
            said.append(f"{counted(self._spec.paths, 'path')} of {steps} by {named}")
        if runs:
            said.append(f"{counted(self._spec.runs, 'run')} of the strategy for each change of {listing(runs)}")
        return f"{', and '.join(said)}."

    def events(self) -> Iterator[StudyProgress]:
        """Run the simulation and yield how far it is; see `StudyRun`.

        Raises:
            InUse: the same simulation is running in another process.
        """
        lock = SessionLock.named(self._stores.database, SEARCHES, self.record.id)
        if not lock.take():
            raise InUse(f"The simulation {self.record.name} is running in another process: wait until it ends.")
        try:
            known = self._stores.studies.find(self.record.id)
            if known is not None and known.state == "done":
                self.record = self._stores.studies.asked_again(self.record)
                return
            self.record = self._stores.studies.begin(self.record)
            with self._kept_whatever_happens():
                yield from self._run()
        finally:
            lock.release()

    def _run(self) -> Iterator[StudyProgress]:
        self._started = time.monotonic()
        outcome = MonteCarloOutcome(self._spec, self._sample)
        for simulation in self._simulations:
            if simulation in OF_ENGINE:
                yield from self._scenarios(simulation, outcome)
            else:
                yield from self._paths(simulation, outcome)
        self._complete(outcome)

    def _paths(self, simulation: str, outcome: MonteCarloOutcome) -> Iterator[StudyProgress]:
        plan = path_plan(simulation, self._spec, self._sample)
        told, run = 0.0, simulating(plan, self._spec.threads)
        while True:
            try:
                done = next(run)
            except StopIteration as end:
                outcome.add_paths(simulation, end.value)
                return
            if time.monotonic() - told > _TELL_AFTER or done == plan.paths:
                told = time.monotonic()
                yield self._progress(simulation, done, plan.paths)

    def _scenarios(self, simulation: str, outcome: MonteCarloOutcome) -> Iterator[StudyProgress]:
        assert self._engine is not None
        found: list[Scenario] = []
        told = 0.0
        for scenario in self._engine.run(simulation):
            found.append(scenario)
            if time.monotonic() - told > _TELL_AFTER or len(found) == self._spec.runs:
                told = time.monotonic()
                yield self._progress(simulation, len(found), self._spec.runs)
        if simulation == "parameters":
            outcome.trials = record_jitter_trials(found, self._result.spec, self._result.record, self._stores)
        outcome.add_scenarios(simulation, scenario_frame(found))

    def _complete(self, outcome: MonteCarloOutcome) -> None:
        card = {
            "result": inputs_shown(self._result),
            "generator": GENERATOR,
            "numpy": np.__version__,
            "seed": self._spec.seed,
            "notes": [*self._notes, *outcome.notes],
        }
        summary = {**outcome.summary(), **card}
        self._end("done", summary, outcome.frames())

    def _end(self, state: str, summary: Mapping[str, Any], frames: Mapping[str, pd.DataFrame] | None = None) -> None:
        seconds = self.record.seconds + time.monotonic() - self._started
        self.record = replace(self.record, state=state, ended_at=datetime.now(UTC), summary=summary, seconds=seconds)
        if frames is None:
            self._stores.studies.update(self.record)
        else:
            self._stores.studies.complete(self.record, frames)
        self.record = self._stores.studies.find(self.record.id) or self.record

    @contextmanager
    def _kept_whatever_happens(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt | GeneratorExit)
            summary = {"failed": str(error)} if isinstance(error, G4qcError) else {}
            self._end("stopped" if stopped else "failed", summary)
            raise

    def _progress(self, simulation: str, done: int, planned: int) -> StudyProgress:
        before = self._simulations.index(simulation)
        sizes = [self._spec.runs if one in OF_ENGINE else self._spec.paths for one in self._simulations]
        seconds = time.monotonic() - self._started
        return StudyProgress(
            stage=simulation.replace("_", " "),
            done=sum(sizes[:before]) + done,
            planned=sum(sizes),
            words=f"{counted(done, 'run' if simulation in OF_ENGINE else 'path')} of {planned:,}",
            seconds=seconds,
        )

    def _prepared(self, registry: Registry) -> EngineScenarios | None:
        """Return what runs the strategy again; None if no simulation needs it.

        Raises:
            UsageError: the bars are gone or changed since the result was made.
        """
        asked = self._spec.simulations
        if asked is not None and not set(asked) & set(OF_ENGINE):
            return None
        spec, used = self._result.spec, str(self._result.record.inputs["data_version"])
        again = (
            f"run `g4qc backtest {spec.name}` again, or simulate without {listing(list(OF_ENGINE))}, which run the "
            "strategy on its bars."
        )
        try:
            read = read_bars(spec, registry, self._stores)
        except G4qcError as error:
            raise UsageError(f"The bars of the backtest {spec.name} cannot be read: {again} {error}") from None
        if read.version != used:
            raise UsageError(f"The bars of the backtest {spec.name} have changed since it was run: {again}")
        instrument = registry[spec.instrument]
        evaluator = Evaluator(**run_arguments(spec, read, instrument))
        return EngineScenarios(self._spec, spec, evaluator, instrument)

    def _possible(self) -> list[str]:
        """Return what is simulated: all that was asked, or all that the backtest allows.

        Raises:
            UsageError: something was asked that it does not allow.
        """
        found = []
        for simulation in self._spec.simulations or SIMULATIONS:
            why = self._why_not(simulation)
            if why and self._spec.simulations is not None:
                raise UsageError(f"simulations: {simulation} is not possible. {why}")
            if not why:
                found.append(simulation)
            elif why not in self._notes:
                self._notes.append(why)
        return found

    def _why_not(self, simulation: str) -> str:
        if simulation in OF_TRADES and len(self._result.trades) < 2:
            return f"The backtest {self._result.spec.name} made one trade, which has no other order."
        if simulation in OF_ENGINE:
            assert self._engine is not None
            return self._engine.impossible(simulation)
        return ""


def _sample(result: SimulatedResult, spec: MonteCarloSpec) -> SampledResult:
    compounding = result.grows if spec.growth == "auto" else spec.growth == "compounding"
    if compounding and (result.equity <= 0).any():
        raise BacktestRefused("The equity was not above zero in each session, so that it has no returns.")
    return SampledResult(
        cash=result.cash,
        profits=result.profits,
        trades=result.trades["profit"].to_numpy(np.float64),
        compounding=compounding,
        rule=spec.ruin_rule(result.margin, result.smallest, result.largest),
        margin=result.margin,
        figures={name: result.record.metrics.get(name) for name in RUN_FIGURES},
    )


def backtest_of(spec: MonteCarloSpec, settings: Settings, registry: Registry, stores: Stores) -> BacktestSpec:
    """Return the backtest that a simulation is about; raises as `find_source`."""
    source = find_source(spec, settings, registry, stores)
    return source if isinstance(source, BacktestSpec) else BacktestSpec.from_dict(source.spec)
