"""A search as a generator: it proposes sets, has them evaluated, ranks them, and says how far it is.

Trials come in the order in which the sampler proposes them. A search that was stopped is replayed from the trials that
it has, which are told to the sampler again, and then goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.errors import UsageError
from g4qc_core.research.search.goal import Constraint
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.research.search.samplers import EnumeratingSampler, Indexed, sampler_of, whole_grid
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.search.session_shape import SessionShape
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.sentences import counted

TOP = 10
"""Number of best trials that a search remembers, and that the reference engine runs again."""

# Sets without a fit among so many: the search would go on for hours and try nothing.
_PATIENCE = 100_000

Evaluate = Callable[[Iterable[tuple[int, Mapping[str, Any]]]], Iterator[SetOutcome | None]]
"""Evaluates sets and yields their outcomes in the order of the sets, as `SetPool.outcomes` does; None: a pause."""


@dataclass(frozen=True)
class TriedSet:
    """One trial of a search.

    Attributes:
        number: place in the order in which the search proposed sets.
        parameters: all parameters of the strategy; those of the set if there is no result.
        state: `ranked`, `unmet` (a constraint, or an undefined objective), `refused` or `failed`.
        words: why it is not ranked, one sentence.
        objective: value of the metric that is looked for; None if undefined.
        score: larger is better; None if it is not ranked.
        fingerprint: id of the result; empty if there is none.
        metrics: figures of the result.
        returns: session returns; None if they are not at hand.
        shape: moments of the returns.
    """

    number: int
    parameters: Mapping[str, Any]
    state: str
    words: str = ""
    objective: float | None = None
    score: float | None = None
    fingerprint: str = ""
    metrics: Mapping[str, float | int | None] = field(default_factory=dict)
    returns: np.ndarray | None = None
    shape: SessionShape | None = None


@dataclass
class SearchCounts:
    """Sets by what became of them.

    Attributes:
        tried: all trials.
        unmet: trials that do not keep a constraint.
        refused: trials that the account refused.
        failed: trials that failed in the strategy, or beyond its limits.
        skipped: sets whose values do not fit together, which are no trials.
    """

    tried: int = 0
    unmet: int = 0
    refused: int = 0
    failed: int = 0
    skipped: int = 0

    def count(self, state: str) -> None:
        """Count a trial in this state."""
        self.tried += 1
        if state in ("unmet", "refused", "failed"):
            setattr(self, state, getattr(self, state) + 1)


class Searcher:
    """One search.

    Attributes:
        counts: sets so far.
        top: the best trials so far, the best first.
        ended: why no further set is tried: `all`, `trials`, `minutes`; empty while the search goes on.
    """

    def __init__(
        self,
        spec: SearchSpec,
        space: SearchSpace,
        evaluate: Evaluate,
        known: Iterable[TriedSet] = (),
        spent: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a search.

        Args:
            spec: what is looked for, and how.
            space: the sets.
            evaluate: evaluates sets.
            known: trials of an earlier part of the same search, by number, without a gap but for skipped sets.
            spent: seconds of the earlier part.
            clock: seconds.
        """
        self._spec, self._space, self._evaluate = spec, space, evaluate
        self._objective, self._constraints = spec.goal
        self._sampler = sampler_of(spec, space)
        self._known = iter(known)
        self._next_known: TriedSet | None = None
        self._spent, self._clock, self._began = spent, clock, clock()
        self.counts, self.top, self.ended = SearchCounts(), list[TriedSet](), ""
        self._last_skip = ""
        self._checked = False

    @property
    def planned(self) -> int | None:
        """Number of trials at most, misfits of a grid included; None: as many as the minutes allow."""
        if self._spec.trials is not None:
            return min(self._spec.trials, self._space.size)
        return self._space.size if whole_grid(self._spec, self._space) else None

    @property
    def seconds(self) -> float:
        """Time that the search has taken, earlier parts included."""
        return self._spent + self._clock() - self._began

    @property
    def seconds_left(self) -> float | None:
        """Time that it will take still, by its speed so far; None: nothing is known yet."""
        done = self.counts.tried + (self.counts.skipped if whole_grid(self._spec, self._space) else 0)
        left = [] if self._spec.minutes is None else [max(0.0, self._spec.minutes * 60 - self.seconds)]
        if self.planned is not None and done and self.seconds > 0:
            left.append(max(0, self.planned - done) * self.seconds / done)
        return min(left, default=None)

    def run(self) -> Iterator[TriedSet | None]:
        """Yield the new trials in order; known ones are replayed without being yielded, and None is a pause.

        Raises:
            UsageError: no set fits together, or a metric of the search is none that a trial has.
        """
        self._next_known = next(self._known, None)
        numbers = iter(_numbers())
        learns = not isinstance(self._sampler, EnumeratingSampler)
        for batch in self._sampler.batches():
            scores: list[float | None] = []
            told = scores if learns else None
            for outcome in self._evaluate(self._fresh(batch, numbers, told)):
                attempt = None if outcome is None else self._weighed(outcome)
                if told is not None and outcome is not None:
                    told.append(None if attempt is None else attempt.score)
                if attempt is not None or outcome is None:
                    yield attempt
                if self._over():
                    return
            if self._over():
                return
            self._sampler.tell(scores)
        self.ended = "all"
        if not self.counts.tried:
            raise self._nothing_fits()

    def _fresh(
        self, batch: Iterable[Indexed], numbers: Iterator[int], told: list[float | None] | None
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield the sets that are not known yet, and replay those that are."""
        for _, parameters in batch:
            number = next(numbers)
            known = self._next_known
            if known is None:
                yield number, parameters
                continue
            if number < known.number:
                self.counts.skipped += 1
            else:
                self._take(known)
                self._next_known = next(self._known, None)
            if told is not None:
                told.append(known.score if number == known.number else None)
            if self._over():
                return

    def _weighed(self, outcome: SetOutcome) -> TriedSet | None:
        """Count an outcome and return its trial; None for a set that does not fit together."""
        if outcome.state == "skipped":
            self._skip(outcome.words)
            return None
        attempt = self._judged(outcome)
        self._take(attempt)
        return attempt

    def _judged(self, outcome: SetOutcome) -> TriedSet:
        if outcome.state != "done":
            return TriedSet(outcome.number, outcome.parameters, outcome.state, outcome.words)
        self._require_metrics(outcome.metrics)
        value, score = self._objective.value(outcome.metrics), self._objective.score(outcome.metrics)
        words = next(filter(None, (one.broken_by(outcome.metrics) for one in self._constraints)), "")
        if not words and score is None:
            words = f"{self._objective.metric} is not defined. {DEFINITIONS[self._objective.metric].least}".strip()
        return TriedSet(
            number=outcome.number,
            parameters=outcome.parameters,
            state="unmet" if words else "ranked",
            words=words,
            objective=value,
            score=None if words else score,
            fingerprint=outcome.fingerprint,
            metrics=outcome.metrics,
            returns=outcome.returns,
            shape=outcome.shape,
        )

    def _take(self, attempt: TriedSet) -> None:
        self.counts.count(attempt.state)
        if attempt.score is not None:
            self.top.append(attempt)
            self.top.sort(key=_order)
            del self.top[TOP:]

    def _skip(self, words: str) -> None:
        self.counts.skipped += 1
        self._last_skip = words
        if self.counts.skipped >= _PATIENCE * (1 + self.counts.tried):
            raise self._nothing_fits()

    def _over(self) -> bool:
        if self._spec.trials is not None and self.counts.tried >= self._spec.trials:
            self.ended = "trials"
        elif self._spec.minutes is not None and self.seconds >= self._spec.minutes * 60:
            self.ended = "minutes"
        return bool(self.ended)

    def _require_metrics(self, figures: Mapping[str, Any]) -> None:
        if self._checked:
            return
        needed = [self._objective.metric, *(one.metric for one in self._constraints)]
        lacking = next((name for name in needed if name not in figures), None)
        if lacking is not None:
            raise UsageError(f"A search cannot look at {lacking}, which is no figure of its trials: name another one.")
        self._checked = True

    def _nothing_fits(self) -> UsageError:
        sets = counted(self.counts.skipped, "set was tried and does not fit", "sets were tried and none fits")
        return UsageError(f"{sets} together: change the values. The last one: {self._last_skip}")


def nothing_ranked(counts: SearchCounts, constraints: Iterable[Constraint], last: str) -> str:
    """Return the sentence for a search without a ranked trial.

    Args:
        counts: its sets.
        constraints: of the search.
        last: words of one of its trials.
    """
    wanted = " and ".join(f"'{one}'" for one in constraints)
    kept = f"keeps {wanted}" if wanted else "has the figure that is looked for"
    trials = counted(counts.tried, "trial")
    return (
        f"None of {trials} {kept}: loosen the constraints, widen the window or try other values. The last one: "
        f"{last.rstrip('.')}."
    )


def _order(attempt: TriedSet) -> tuple[float, int]:
    assert attempt.score is not None
    return -attempt.score, attempt.number


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1
