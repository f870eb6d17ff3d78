"""A walk-forward analysis on stored bars, window after window, as a generator of how far it is.

What a window found is stored when it ends. Ctrl-C, a kill or an error keep it, and the same analysis goes on with the
next window. How a window chooses is in `research/walk_forward`; what comes out of all of them is in
`walk_forward_outcome`.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any

from g4qc_core.code_versions import code_version, study_code_version
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.pools.set_pool import SetPool
from g4qc_core.research.pools.worker_pool import SandboxLimits
from g4qc_core.research.search.searcher import TriedSet
from g4qc_core.research.splits.purged_folds import CombinatorialSplits
from g4qc_core.research.walk_forward.combinatorial_paths import cross_validate
from g4qc_core.research.walk_forward.window_plan import PlannedWindow
from g4qc_core.research.walk_forward.window_search import WindowSearch
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.open_pool import pool_for
from g4qc_core.services.research.recorded_run import RecordedRun
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.services.research.trial_rows import in_words, trial_row
from g4qc_core.services.research.walk_forward.walk_forward_outcome import CombinedOutcome, WalkForwardOutcome
from g4qc_core.services.research.walk_forward.walk_forward_plan import KIND, MOST_COMBINED, WalkForwardPlan
from g4qc_core.services.research.walk_forward.window_record import WindowRecord
from g4qc_core.services.research.walk_forward.window_test import WindowTest
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.result_stores.trial_blocks import TrialOrigin, store_trials
from g4qc_core.storage.stores import Stores

_BLOCK = 1_000
_TELL_AFTER = 0.2  # seconds


class WalkForwardRun(RecordedRun):
    """One run of an analysis; `events` runs it.

    Attributes:
        plan: what is done.
    """

    def __init__(
        self,
        plan: WalkForwardPlan,
        settings: Settings,
        registry: Registry,
        stores: Stores,
        run_id: str | None = None,
        limits: SandboxLimits | None = None,
    ) -> None:
        """Prepare the run; `limits` are those of one set, None for the usual ones."""
        record = StudyRecord(
            id=plan.study_id,
            kind=KIND,
            name=plan.spec.name,
            spec=plan.spec.to_dict(),
            data_version=plan.bars.version,
            code=study_code_version(KIND),
            state="running",
            started_at=datetime.now(UTC),
            run_id=run_id,
        )
        super().__init__(record, plan.words, stores)
        self.plan, self._settings, self._registry = plan, settings, registry
        self._limits = limits or SandboxLimits()
        self._windows: list[WindowRecord] = []
        self._pool: SetPool | None = None
        self._tried, self._told = 0, 0.0

    def steps(self) -> Iterator[StudyProgress]:
        """Run the windows that are not stored yet, then the combinatorial splits; see `RecordedRun`.

        Raises:
            UsageError: no set fits together.
            EnginesDisagree: the reference engine gives another result of a window's choice.
            WorkersLost: its processes cannot start.
            ClusterUnavailable, ClusterMismatch: the workers of the cluster are not there, or are others.
        """
        stored = (self.record.summary or {}).get("so_far", [])
        self._windows = [WindowRecord.from_dict(one) for one in stored]
        self._tried = sum(one.tried for one in self._windows)
        combined: CombinedOutcome | None = None
        try:
            for window in self.plan.windows[len(self._windows) :]:
                if self._windows and self._windows[-1].ends_the_chain:
                    break
                yield from self._window(window)
            if self.plan.splits is not None:
                combined = yield from self._combined(self.plan.splits)
        finally:
            if self._pool is not None:
                self._pool.__exit__(None, None, None)
                self._pool = None
        outcome = WalkForwardOutcome(self.plan, self._windows, combined)
        self.complete(outcome.summary(self.record.id, self.stores), outcome.frames())
        yield self._progress("done", outcome.verdict_words)

    def _window(self, window: PlannedWindow) -> Iterator[StudyProgress]:
        """Choose on the training sessions, run the choice on the test, and store what came out."""
        read = self.plan.bars.read(*window.train_days)
        first, last = window.train_days
        training = self.plan.backtest.model_copy(update={"first": first, "last": last})
        arguments = run_arguments(training, read, self._registry[training.instrument])
        search = WindowSearch(self.plan.search.spec, self.plan.search.space, self._opened(arguments))
        stage = f"window {window.number} of {len(self.plan.windows)}"
        yield from self._searched(search, arguments, stage)
        yield self._progress(f"{stage}, test", "")
        test = WindowTest(self.plan, window, self._registry, self.stores, self.record.run_id)
        cash = self._windows[-1].equity_after if self._windows else float(self.plan.backtest.cash)
        self._windows.append(test.record(search.choice, cash))
        self.save({"so_far": [one.to_dict() for one in self._windows]})
        yield self._progress(stage, self._windows[-1].in_words)

    def _searched(
        self, search: WindowSearch, arguments: dict[str, Any], stage: str, seen: dict[int, Any] | None = None
    ) -> Iterator[StudyProgress]:
        """Run a search and count its trials; `seen` is filled with the parameters of those with a result."""
        spec, version = arguments["spec"], arguments["data_version"]
        origin = TrialOrigin(spec.strategy, spec.instrument, spec.timeframe, KIND, self.record.id)
        block: list[TriedSet] = []

        def save() -> None:
            rows = [trial_row(one, spec, version, code_version()) for one in block]
            block.clear()
            store_trials(self.stores.database, origin, rows, datetime.now(UTC))

        try:
            for tried in search.trials():
                if tried is not None:
                    block.append(tried)
                    self._tried += 1
                    if seen is not None and tried.shape is not None:
                        seen[tried.number] = dict(tried.parameters)
                if len(block) >= _BLOCK:
                    save()
                now = time.monotonic()
                if now - self._told > _TELL_AFTER:
                    self._told = now
                    yield self._progress(stage, "")
        finally:
            # Every trial counts, also those of a window that is not done.
            save()

    def _combined(self, splits: CombinatorialSplits) -> Generator[StudyProgress, None, CombinedOutcome | None]:
        """Evaluate every set over the whole history, and choose in each split."""
        plan = self.plan
        read = plan.bars.read(plan.bars.days[0], plan.bars.days[-1])
        arguments = run_arguments(plan.backtest, read, self._registry[plan.backtest.instrument])
        spec, parameters = plan.combined_search, dict[int, Any]()
        search = WindowSearch(spec, plan.search.space, self._opened(arguments), MOST_COMBINED)
        yield from self._searched(search, arguments, "combinatorial splits", parameters)
        numbers, matrix = search.returns()
        if not numbers:
            return None
        found = cross_validate(matrix, splits, spec.goal[0], plan.bars.days)
        return CombinedOutcome(found, [parameters[number] for number in numbers], matrix, search.choice)

    def _opened(self, arguments: dict[str, Any]) -> SetPool:
        """Return the workers, which go on with these bars."""
        if self._pool is None:
            self._pool = pool_for(self.plan.search.spec, arguments, self._settings, self._limits).__enter__()
        else:
            self._pool.use(arguments)
        return self._pool

    def _progress(self, stage: str, words: str) -> StudyProgress:
        planned, seconds = self.plan.planned, self.seconds
        left = None
        if planned is not None and self._tried and seconds > 0:
            left = max(0, planned - self._tried) * seconds / self._tried
        where = "" if self._pool is None else self._pool.words
        if not words and self._windows:
            chosen = {name: self._windows[-1].parameters.get(name) for name in self.plan.search.space.axes}
            words = f"last choice {in_words(chosen)}" if self._windows[-1].parameters else ""
        return StudyProgress(stage, self._tried, planned, ", ".join(filter(None, (words, where))), seconds, left)
