"""Which parameter sets a search tries, one after the other.

A sampler depends on the seed and on the scores that it was told, in the order of the sets, and on nothing else: the
same search proposes the same sets whatever the number of workers, and again when it goes on after a stop.
"""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from g4qc_core.errors import UsageError
from g4qc_core.research.search.axes import Value
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.search.space import SearchSpace

if TYPE_CHECKING:
    import optuna

BATCH = 16
"""Sets that a learning sampler proposes before it is told their scores; independent of the number of workers."""

# Proposals in a row that repeat a set before one is drawn at random instead.
_REPEATS = 3
# Told for a set that is not ranked: below every score, and a finite number, because CMA-ES computes with it.
_WORST = -1e18

Indexed = tuple[int, dict[str, Value]]
"""A set and its index in the grid."""


class Sampler(ABC):
    """Proposes the sets of a search."""

    @abstractmethod
    def batches(self) -> Iterator[Iterable[Indexed]]:
        """Yield sets in batches, each set once; a batch is told whole before the next one is taken."""

    def tell(self, scores: Sequence[float | None]) -> None:
        """Learn the scores of the last batch in its order; larger is better, None for a set that is not ranked."""
        return


class EnumeratingSampler(Sampler):
    """All sets in the order of their parameters, or in a random order, of which the budget takes the first ones."""

    def __init__(self, space: SearchSpace, seed: int | None) -> None:
        """Enumerate the space; `seed` None keeps the order of the parameters."""
        self._space, self._seed = space, seed

    def batches(self) -> Iterator[Iterable[Indexed]]:
        """Yield one batch, which is produced lazily."""
        yield ((index, self._space.at(index)) for index in self._order())

    def _order(self) -> Iterator[int]:
        if self._seed is not None:
            yield from self._space.shuffled(self._seed)
            return
        index = 0
        while index < self._space.size:
            yield index
            index += 1


class LearningSampler(Sampler):
    """Optuna's samplers by ask and tell in memory, over the positions of the values on their axes."""

    def __init__(self, space: SearchSpace, method: str, seed: int) -> None:
        """Make the sampler.

        Raises:
            UsageError: the method needs a package that is not installed.
        """
        self._space = space
        self._study = _study(method, seed)
        self._distributions = _distributions(space)
        self._random = space.shuffled(seed)
        self._asked: list[tuple[Any, int]] = []
        self._told: dict[int, float] = {}

    def batches(self) -> Iterator[Iterable[Indexed]]:
        """Yield batches until every set was proposed."""
        while len(self._told) < self._space.size:
            self._asked = []
            size = min(BATCH, self._space.size - len(self._told))
            while len(self._asked) < size:
                self._asked.append(self._ask({index for _, index in self._asked}))
            yield [(index, self._space.at(index)) for _, index in self._asked]

    def tell(self, scores: Sequence[float | None]) -> None:
        """Tell the study the scores of the sets that were asked last."""
        import optuna

        for (trial, index), score in zip(self._asked, scores, strict=False):
            self._told[index] = _WORST if score is None else score
            if trial is None:
                positions, value = self._positions(index), self._told[index]
                known = optuna.trial.create_trial(value=value, params=positions, distributions=self._distributions)
                self._study.add_trial(known)
            else:
                self._study.tell(trial, self._told[index])

    def _ask(self, waiting: set[int]) -> tuple[Any, int]:
        """Return a new set with its trial in the study; None for a set drawn because the study repeats itself."""
        import optuna

        for _ in range(_REPEATS):
            trial = self._study.ask(self._distributions)
            index = self._index(trial.params)
            if index not in self._told and index not in waiting:
                return trial, index
            # The study learns nothing new, and must not wait for the trial.
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        return None, next(index for index in self._random if index not in self._told and index not in waiting)

    def _positions(self, index: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, axis in reversed(list(self._space.axes.items())):
            index, found[name] = divmod(index, axis.size)
        return found

    def _index(self, positions: dict[str, int]) -> int:
        index = 0
        for name, axis in self._space.axes.items():
            index = index * axis.size + positions[name]
        return index


def sampler_of(spec: SearchSpec, space: SearchSpace) -> Sampler:
    """Return the sampler of a search.

    Raises:
        UsageError: the method needs a package that is not installed.
    """
    if spec.method in ("tpe", "cmaes"):
        return LearningSampler(space, spec.method, spec.seed)
    return EnumeratingSampler(space, None if whole_grid(spec, space) else spec.seed)


def whole_grid(spec: SearchSpec, space: SearchSpace) -> bool:
    """Return whether the search tries the whole grid in order; otherwise it takes sets at random or learns."""
    return spec.method == "grid" and spec.minutes is None and (spec.trials is None or spec.trials >= space.size)


def _distributions(space: SearchSpace) -> dict[str, Any]:
    import optuna

    return {name: optuna.distributions.IntDistribution(0, axis.size - 1) for name, axis in space.axes.items()}


def _study(method: str, seed: int) -> optuna.Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler: optuna.samplers.BaseSampler
    if method == "tpe":
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True, multivariate=False)
    else:
        if importlib.util.find_spec("cmaes") is None:
            raise UsageError("method: cmaes needs the package cmaes, which is not installed: install it, or write tpe.")
        sampler = optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    return optuna.create_study(sampler=sampler, direction="maximize")
