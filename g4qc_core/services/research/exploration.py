"""Exploration on stored bars: one set of a spec, run at once, counted as a trial, with what the trials leave of it."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.files import closed_to_others
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.explore.explore_pool import ExplorePool
from g4qc_core.research.explore.explore_process import ExploreTask
from g4qc_core.research.explore.explored_set import ExploredSet
from g4qc_core.research.overfitting.result_worth import FamilyTrials, ResultWorth
from g4qc_core.services.backtests.preflight import check_names
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.explored_trials import ExploredTrials
from g4qc_core.services.research.worth import sessions_a_year
from g4qc_core.storage.result_stores.backtest_store import Trial
from g4qc_core.storage.stores import Stores

_KEPT = 6  # specs whose bars are kept as files
_PROCESSES = 4
_NAME = "explore"


@dataclass(frozen=True)
class Exploration:
    """One explored set.

    Attributes:
        found: the set.
        data_version: of the bars.
        worth: what the trials of the strategy leave of it.
        trials: number of different trials of the strategy, this one included.
        new: nobody had tried this set before.
    """

    found: ExploredSet
    data_version: str
    worth: ResultWorth
    trials: int
    new: bool


@dataclass(frozen=True)
class _Bars:
    """Bars of a spec as a file.

    Attributes:
        key: of spec and bars.
        arguments: file with the pickled arguments of `Evaluator`.
        version: fingerprint of the bars.
    """

    key: str
    arguments: Path
    version: str


class Explorer:
    """Explores sets for one server. Close it with `close`, which stores the trials that wait.

    Args:
        registry: the instruments.
        stores: opens the stores.
        pool: the processes; None: as many as there are processors, at most four.
    """

    def __init__(self, registry: Registry, stores: Callable[[], Stores], pool: ExplorePool | None = None) -> None:
        self._registry, self._stores = registry, stores
        self._pool = pool
        self._trials = ExploredTrials(stores)
        self._bars: OrderedDict[str, _Bars] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: dict[str, threading.Lock] = {}
        self._folder: Path | None = None

    def explore(self, spec: BacktestSpec, most_trades: int) -> Exploration:
        """Run a spec and count it as a trial.

        Args:
            spec: the spec; its name does not matter.
            most_trades: number of trades to answer.

        Raises:
            UsageError: the user's own strategy, or an unknown name.
            BacktestRefused: the account refuses the set; it counts as a trial all the same.
            BarsIncomplete: the timeframe was not derived from all stored minutes.
            ExplorerBusy, SetTooSlow, WorkerEnded: see `ExplorePool.run`.
        """
        if is_external(spec.strategy):
            raise UsageError("The API runs only the strategies of G4QC: run your own with `g4qc backtest`.")
        stores = self._stores()
        check_names(spec, self._registry, stores)
        bars = self._bars_of(spec, stores)
        found = self._ready().run(ExploreTask(bars.key, bars.arguments, spec.parameters, most_trades))
        trials, new = self._trials.count(_trial(spec, found, bars))
        if found.refused:
            raise BacktestRefused(found.refused)
        return Exploration(found, bars.version, _worth(found, trials), trials.count, new)

    def close(self) -> None:
        """End the processes, store waiting trials and remove the files; the next set begins again."""
        with self._lock:
            pool, self._pool = self._pool, None
            folder, self._folder = self._folder, None
            self._bars.clear()
        if pool is not None:
            pool.close()
        self._trials.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _ready(self) -> ExplorePool:
        with self._lock:
            if self._pool is None:
                self._pool = ExplorePool(min(_PROCESSES, os.cpu_count() or 1))
            return self._pool

    def _bars_of(self, spec: BacktestSpec, stores: Stores) -> _Bars:
        """Return the bars of the spec as they are stored now; they are read when they have changed."""
        base = spec.model_copy(update={"parameters": {}, "name": _NAME})
        said = json.dumps(base.to_dict(), sort_keys=True)
        key = hashlib.sha256(f"{said} {_stamp(spec, stores)}".encode()).hexdigest()
        with self._lock:
            reading = self._reading.setdefault(key, threading.Lock())
        # Several clients move a slider over the same bars: one of them reads.
        with reading:
            with self._lock:
                if key in self._bars:
                    self._bars.move_to_end(key)
                    return self._bars[key]
            read = read_bars(spec, self._registry, stores, datetime.now(UTC))
            kept = _Bars(key, self._written(key, base, read), read.version)
            with self._lock:
                self._bars[key] = kept
                while len(self._bars) > _KEPT:
                    _, old = self._bars.popitem(last=False)
                    self._reading.pop(old.key, None)
                    old.arguments.unlink(missing_ok=True)
            return kept

    def _written(self, key: str, base: BacktestSpec, read: SpecBars) -> Path:
        arguments = run_arguments(base, read, self._registry[base.instrument])
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="g4qc-explore-"))
            path = self._folder / key
        with closed_to_others():
            path.write_bytes(pickle.dumps(arguments, protocol=5))
        return path


def _stamp(spec: BacktestSpec, stores: Stores) -> str:
    """Return a text that changes whenever the stored bars, rolls or contracts of the spec's instrument change."""
    return " ".join(stores.versions.stamp(symbol) for symbol in spec.instruments)


def _trial(spec: BacktestSpec, found: ExploredSet, bars: _Bars) -> Trial:
    shape = found.shape
    return Trial(
        family=spec.strategy,
        fingerprint=found.fingerprint or _refused_fingerprint(spec, bars),
        symbol=spec.instrument,
        timeframe=spec.timeframe,
        parameters=dict(found.parameters),
        metrics=dict(found.metrics),
        created_at=datetime.now(UTC),
        source=_NAME,
        refused=found.refused or None,
        sessions=None if shape is None else shape.sessions,
        session_sharpe=None if shape is None else shape.session_sharpe,
        session_skew=None if shape is None else shape.session_skew,
        session_kurtosis=None if shape is None else shape.session_kurtosis,
    )


def _refused_fingerprint(spec: BacktestSpec, bars: _Bars) -> str:
    """Return a name of a set without a result, which the same set on the same bars has again."""
    return hashlib.sha256(json.dumps([spec.content(), bars.version], sort_keys=True).encode()).hexdigest()[:32]


def _worth(found: ExploredSet, trials: FamilyTrials) -> ResultWorth:
    return ResultWorth.of(found.returns, trials, sessions_a_year(found.metrics))
