"""A search before it runs: its backtest, its sets, and what trying so many will cost in belief."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from g4qc_core.backtest.prepared_strategy import prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import STRATEGIES, make_strategy
from g4qc_core.code_versions import code_version
from g4qc_core.errors import ParametersMisfit, UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.overfitting.sharpe_significance import expected_maximum
from g4qc_core.research.search.samplers import whole_grid
from g4qc_core.research.search.search_spec import SearchSpec, space_of
from g4qc_core.research.search.searches_file import load_searches
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.backtests.preflight import check_names
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores

# Sets that are built one by one to count those that fit, in a fraction of a second.
_COUNTED = 20_000


@dataclass(frozen=True)
class SearchPlan:
    """A search that can run.

    Attributes:
        spec: the search.
        backtest: the backtest whose parameters are searched.
        space: its sets.
        fitting: sets whose values fit together; None: too many to count, or the user's own strategy decides.
    """

    spec: SearchSpec
    backtest: BacktestSpec
    space: SearchSpace
    fitting: int | None

    @property
    def planned(self) -> int | None:
        """Number of sets that will be tried at most; None: as many as the minutes allow."""
        most = self.space.size if self.fitting is None else self.fitting
        if self.spec.trials is not None:
            return min(self.spec.trials, most)
        return most if whole_grid(self.spec, self.space) else None

    @property
    def words(self) -> str:
        """What will be tried, in one sentence."""
        size = counted(self.space.size, "set")
        misfits = None if self.fitting is None else self.space.size - self.fitting
        fit = "" if not misfits else f", of which {counted(misfits, 'does', 'do')} not fit together"
        if whole_grid(self.spec, self.space):
            return f"All {size} of the grid{fit}."
        budget = [] if self.planned is None else [counted(self.planned, "trial")]
        budget += [] if self.spec.minutes is None else [f"{self.spec.minutes:g} minutes"]
        ways = {"tpe": "chosen by TPE", "cmaes": "chosen by CMA-ES"}
        return f"{' or '.join(budget)}, {ways.get(self.spec.method, 'drawn at random')} from {size}{fit}."

    def deflation(self, sessions: int, sessions_a_year: float | None, before: int) -> str:
        """Return in words what the search costs in belief.

        Args:
            sessions: sessions of the bars.
            sessions_a_year: for an annual figure; None: the time is too short for one.
            before: trials of the strategy so far.
        """
        luck = self.luck(sessions, before)
        if luck is None or self.planned is None:
            return ""
        tries = self.planned + before
        shown = (
            f"{luck:.2f} a session" if sessions_a_year is None else f"{luck * math.sqrt(sessions_a_year):.2f} a year"
        )
        tried = f"with the {before:,} before, " if before else ""
        return (
            f"Of {counted(tries, 'trial')} ({tried}over {counted(sessions, 'session')}) without any skill, the best is "
            f"expected to show a Sharpe ratio of {shown}: only what is well above that says anything."
        )

    def luck(self, sessions: int, before: int) -> float | None:
        """Return the Sharpe ratio per session that the best of all trials is expected to show without any skill.

        Args:
            sessions: sessions of the bars.
            before: trials of the strategy so far.

        Returns:
            None where the number of sets is not known, or below two sessions.
        """
        if self.planned is None or sessions < 2:
            return None
        return expected_maximum(max(1, self.planned + before), 1 / sessions)

    def search_id(self, data_version: str) -> str:
        """Return 32 hex digits of everything that decides the results of the search."""
        content = self.spec.content() | {"backtest": self.backtest.content()}
        code = {"g4qc": code_version(), "strategy": prepare(self.backtest).version}
        text = json.dumps({"search": content, "data": data_version, "code": code}, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def plan_search(spec: SearchSpec, settings: Settings, registry: Registry, stores: Stores) -> SearchPlan:
    """Find the backtest of a search and check its names.

    Raises:
        UsageError: an unknown backtest, instrument, strategy, parameter or roll calendar, a value out of its range, or
            a grid that is too large without a budget.
        SettingsError: the backtests file is malformed.
    """
    if isinstance(spec.backtest, Mapping):
        backtest = BacktestSpec.asked(spec.backtest)
    else:
        backtest = find_spec(spec.backtest, settings, registry, stores.backtests)
    check_names(backtest, registry, stores)
    space = space_of(spec, backtest)
    return SearchPlan(spec, backtest, space, _fitting(space, backtest))


def find_search(name: str, settings: Settings, stores: Stores) -> SearchSpec:
    """Return the search spec of this name: an entry of the searches file, or one that ran before.

    Raises:
        UsageError: no such search.
        SettingsError: the file is malformed.
    """
    entries = load_searches(settings.searches)
    if name in entries:
        return entries[name]
    stored = {one.name: one.spec for one in reversed(stores.searches.all())}
    if name not in stored:
        raise unknown("search", name, [*entries, *stored])
    return SearchSpec.from_dict(stored[name])


def known_searches(settings: Settings, stores: Stores) -> list[str]:
    """Return the names of all searches: of the file, and of those that ran.

    Raises:
        SettingsError: the file is malformed.
    """
    return list(dict.fromkeys([*load_searches(settings.searches), *(one.name for one in stores.searches.all())]))


def _fitting(space: SearchSpace, backtest: BacktestSpec) -> int | None:
    if space.size > _COUNTED or backtest.strategy not in STRATEGIES:
        return None
    found = 0
    for index in range(space.size):
        try:
            make_strategy(backtest.strategy, {**backtest.parameters, **space.at(index)})
        except ParametersMisfit:
            continue
        found += 1
    if not found:
        raise UsageError(f"parameters: none of {counted(space.size, 'set')} fits together: change the values.")
    return found
