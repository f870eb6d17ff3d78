"""A walk-forward analysis before it runs: its search, its sets, its gaps and its windows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.code_versions import study_code_version
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.splits.purged_folds import CombinatorialSplits, combinatorial_splits
from g4qc_core.research.walk_forward.decision_reach import MOST_SESSIONS, DecisionReach, reach_of
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.research.walk_forward.walk_forwards_file import load_walk_forwards
from g4qc_core.research.walk_forward.window_plan import PlannedWindow
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.search_plan import SearchPlan, find_search, known_searches, plan_search
from g4qc_core.services.research.walk_forward.window_bars import WindowBars
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores

KIND = "walk_forward"

MOST_COMBINED = 5_000
"""Most sets of combinatorial purged cross-validation; of more a random sample is taken."""


@dataclass(frozen=True, eq=False)
class WalkForwardPlan:
    """An analysis that can run.

    Attributes:
        spec: as it was asked for.
        search: of each window.
        bars: of the whole history.
        reach: of a decision, in sessions.
        purge: sessions left out before a test.
        embargo: further sessions left out after a test of combinatorial splits.
        windows: the earliest first.
        splits: of combinatorial purged cross-validation; None: it is not done.
    """

    spec: WalkForwardSpec
    search: SearchPlan
    bars: WindowBars
    reach: DecisionReach
    purge: int
    embargo: int
    windows: list[PlannedWindow]
    splits: CombinatorialSplits | None

    @property
    def backtest(self) -> BacktestSpec:
        """The backtest whose parameters are searched."""
        return self.search.backtest

    @property
    def planned(self) -> int | None:
        """Sets that are tried at most in all windows and splits; None: as many as the minutes allow."""
        each = self.search.planned
        if each is None:
            return None
        return each * len(self.windows) + (0 if self.splits is None else min(each, MOST_COMBINED))

    @property
    def words(self) -> str:
        """What will be done, in a sentence or a few."""
        first, last = self.windows[0], self.windows[-1]
        train = counted(first.train_sessions, "session") + (" and more" if self.spec.mode == "anchored" else "")
        found = [
            f"{counted(len(self.windows), 'window')}: training on {train}, a gap of {self.purge:,}, test on "
            f"{last.test_sessions:,}, to {last.test_days[1]}."
        ]
        if self.search.planned is not None:
            found.append(f"{counted(self.search.planned, 'set')} are tried in each.")
        if self.splits is not None:
            found.append(f"{counted(len(self.splits.splits), 'combinatorial split')} besides.")
        return " ".join(found)

    @property
    def combined_search(self) -> SearchSpec:
        """The search over the whole history, whose sets do not depend on their results and keep no constraint."""
        search, space = self.search.spec, self.search.space
        most = space.size if search.trials is None else min(search.trials, space.size)
        sampled = search.method in ("tpe", "cmaes") or most > MOST_COMBINED
        changed: dict[str, Any] = {"constraints": ()}
        if sampled:
            changed |= {"method": "random", "trials": min(search.trials or MOST_COMBINED, MOST_COMBINED)}
        return search.model_copy(update=changed)

    @property
    def study_id(self) -> str:
        """32 hex digits of everything that decides the results."""
        search = self.search.spec.content() | {"backtest": self.backtest.content()}
        own = {name: value for name, value in self.spec.content().items() if name not in ("search", "backtest")}
        code = {"g4qc": study_code_version(KIND), "strategy": prepare(self.backtest).version}
        content = {"kind": KIND, "spec": own, "search": search, "data": self.bars.version, "code": code}
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]


def plan_walk_forward(
    spec: WalkForwardSpec, settings: Settings, registry: Registry, stores: Stores, now: datetime | None = None
) -> WalkForwardPlan:
    """Read the bars of an analysis and cut them into windows.

    Raises:
        UsageError: unknown names, fewer sessions than the windows need, or a training that is not longer than its gap.
        G4qcError: the bars cannot be read.
    """
    search = search_plan_of(spec, settings, registry, stores)
    bars = WindowBars(search.backtest, registry, stores, now)
    if not bars.days:
        raise UsageError(
            f"There are no bars of {search.backtest.instrument} in the window of the backtest: extract them first."
        )
    # Positions are measured before the first test, whatever the purge is: no gap may follow from what is tested.
    known = min(MOST_SESSIONS - 1, spec.lengths.plan(bars.days, 0)[0].train[1])
    first = bars.read(bars.days[0], bars.days[known])
    reach = reach_of(run_arguments(search.backtest, first, bars.instrument), search.space, bars.series)
    purge = reach.holding if spec.purge is None else spec.purge
    embargo = reach.look_back if spec.embargo is None else spec.embargo
    windows = spec.lengths.plan(bars.days, purge)
    splits = None
    if spec.folds is not None:
        splits = combinatorial_splits(len(bars.days), spec.folds, spec.test_folds, purge=purge, embargo=embargo)
    return WalkForwardPlan(spec, search, bars, reach, purge, embargo, windows, splits)


def search_plan_of(spec: WalkForwardSpec, settings: Settings, registry: Registry, stores: Stores) -> SearchPlan:
    """Return the search of a spec with its backtest, checked against the strategy.

    Raises:
        UsageError: an unknown search, backtest, instrument, strategy or parameter, or a spec that names itself.
    """
    search = _search(spec, settings, stores)
    own = {"seed": spec.seed, "workers": spec.workers}
    changed = search.model_copy(update={name: value for name, value in own.items() if value is not None})
    plan = plan_search(changed, settings, registry, stores)
    if plan.backtest.trade_from is None:
        return plan
    # A window says itself from when it trades.
    first = plan.backtest.trade_from
    plain = plan.backtest.model_copy(update={"first": first, "trade_from": None})
    return SearchPlan(plan.spec, plain, plan.space, plan.fitting)


def _search(spec: WalkForwardSpec, settings: Settings, stores: Stores) -> SearchSpec:
    if spec.backtest is not None:
        return SearchSpec.asked({"backtest": spec.backtest})
    if isinstance(spec.search, Mapping):
        return SearchSpec.asked(spec.search)
    name = str(spec.search)
    if name == spec.name and name not in known_searches(settings, stores):
        raise UsageError(
            f"search: the walk-forward analysis {name} names itself, and there is no search of this name: name a "
            "search, or give its fields."
        )
    return find_search(name, settings, stores)


def find_walk_forward(name: str, settings: Settings, stores: Stores) -> WalkForwardSpec:
    """Return the spec of this name: an entry of the walk-forwards file, or one that ran before.

    Raises:
        UsageError: no such spec.
        SettingsError: the file is malformed.
    """
    entries = load_walk_forwards(settings.walk_forwards)
    if name in entries:
        return entries[name]
    stored = {one.name: one.spec for one in reversed(stores.studies.all(KIND))}
    if name not in stored:
        raise unknown("walk-forward analysis", name, [*entries, *stored])
    return WalkForwardSpec.from_dict(stored[name])


def known_walk_forwards(settings: Settings, stores: Stores) -> list[str]:
    """Return the names of all specs: of the file, and of those that ran.

    Raises:
        SettingsError: the file is malformed.
    """
    ran = (one.name for one in stores.studies.all(KIND))
    return list(dict.fromkeys([*load_walk_forwards(settings.walk_forwards), *ran]))
