"""The choice in one window: the search of its training sessions, summed up without keeping its trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.backtest_overfitting import overfitting_probability, usable_blocks
from g4qc_core.research.pools.set_pool import SetPool
from g4qc_core.research.search.kept_sample import KeptSample
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.research.search.searcher import Searcher, TriedSet, nothing_ranked
from g4qc_core.research.search.space import SearchSpace

MOST_SAMPLED = 1_000
"""Most trials of a window whose session returns say how overfitted its choice may be."""

# Ten blocks have 126 halvings, which take a moment.
_MOST_BLOCKS = 10


@dataclass
class SharpeMoments:
    """Count, sum and sum of squares of the trials' Sharpe ratios per session."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, sharpe: float) -> None:
        """Count a Sharpe ratio."""
        self.count += 1
        self.total += sharpe
        self.squares += sharpe * sharpe

    def join(self, other: SharpeMoments) -> None:
        """Count all Sharpe ratios of another one."""
        self.count, self.total = self.count + other.count, self.total + other.total
        self.squares += other.squares

    @property
    def variance(self) -> float:
        """Variance (n - 1); zero with fewer than two."""
        if self.count < 2:
            return 0.0
        return max(0.0, (self.squares - self.total**2 / self.count) / (self.count - 1))


@dataclass
class WindowChoice:
    """What the search of one window found.

    Attributes:
        counts: sets by what became of them.
        best: the chosen trial; None: nothing is ranked.
        words: why nothing is ranked, one sentence; empty if something is.
        sharpes: of its trials.
        overfitting: probability of backtest overfitting of its trials; None if there are too few sessions or trials.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    best: TriedSet | None = None
    words: str = ""
    sharpes: SharpeMoments = field(default_factory=SharpeMoments)
    overfitting: float | None = None


class WindowSearch:
    """The search of one window; `trials` runs it, and afterwards `choice` says what it found."""

    def __init__(self, spec: SearchSpec, space: SearchSpace, pool: SetPool, most_kept: int = MOST_SAMPLED) -> None:
        """Prepare the search.

        Args:
            spec: what is looked for, and how.
            space: the sets.
            pool: evaluates sets on the training sessions.
            most_kept: most trials whose session returns are kept until the end.
        """
        self._spec = spec
        self._kept = KeptSample(most_kept)
        self._searcher = Searcher(spec, space, partial(pool.outcomes, wanted=self._kept.wants))
        self._last = ""
        self.choice = WindowChoice()

    def trials(self) -> Iterator[TriedSet | None]:
        """Yield the trials in order, and None in pauses.

        Raises:
            UsageError: no set fits together, or a metric of the search is none that a trial has.
        """
        sharpes = SharpeMoments()
        for tried in self._searcher.run():
            if tried is None:
                yield None
                continue
            if tried.shape is not None and tried.shape.session_sharpe is not None:
                sharpes.add(tried.shape.session_sharpe)
            if tried.returns is not None and len(tried.returns):
                self._kept.offer(tried.number, tried.returns)
            self._last = tried.words or self._last
            yield tried
        top = self._searcher.top
        self.choice = WindowChoice(
            counts=asdict(self._searcher.counts),
            best=top[0] if top else None,
            words="" if top else nothing_ranked(self._searcher.counts, self._spec.goal[1], self._last),
            sharpes=sharpes,
            overfitting=overfitting_of(self._kept.matrix()[1], _MOST_BLOCKS),
        )

    @property
    def seconds_left(self) -> float | None:
        """Time that the window will take still; None: not known."""
        return self._searcher.seconds_left

    def returns(self) -> tuple[list[int], np.ndarray]:
        """Return the numbers of the kept trials, and their session returns: sessions x trials."""
        return self._kept.matrix()


def overfitting_of(returns: np.ndarray, most_blocks: int = 16) -> float | None:
    """Return the probability of backtest overfitting of trials, sessions x trials; None if they are too few."""
    blocks = usable_blocks(len(returns), most_blocks)
    if blocks is None or returns.shape[1] < 2:
        return None
    try:
        return overfitting_probability(returns, blocks, wide=True).probability
    except UsageError:
        return None


def plain_choice(choice: WindowChoice) -> dict[str, Any]:
    """Return the counts of a choice with its number of ranked trials, JSON-safe."""
    counts = dict(choice.counts)
    lost = sum(int(counts.get(name, 0)) for name in ("unmet", "refused", "failed"))
    return {**counts, "ranked": int(counts.get("tried", 0)) - lost}
