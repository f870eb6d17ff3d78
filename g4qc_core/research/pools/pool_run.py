"""The sets of one call of `SetPool.outcomes`: which ones nobody has, which ones are done, and whose turn it is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from g4qc_core.research.pools.set_pool import NumberedSet, Wanted
from g4qc_core.research.search.outcome import SetOutcome

_PAUSE = 0.5  # seconds


class PoolRun:
    """The sets of one call of `outcomes`.

    Attributes:
        confirm: they are run again by the reference engine.
        order: numbers that were taken and not yet yielded, in the order of the sets.
        queue: sets that no worker has.
        again: sets that ended a worker and are tried once more.
        tries: how often a set has ended its worker.
        ended: there are no further sets than those that were taken.
    """

    def __init__(self, sets: Iterator[NumberedSet], confirm: bool, wanted: Wanted | None) -> None:
        self._sets, self.confirm, self._wanted = sets, confirm, wanted
        self.order: deque[int] = deque()
        self.queue: deque[NumberedSet] = deque()
        self.again: deque[NumberedSet] = deque()
        self.tries: dict[int, int] = {}
        self.ended = False
        self._ready: dict[int, SetOutcome] = {}
        self._spoke = time.monotonic()

    def fill(self, ahead: int) -> bool:
        """Take sets so that `ahead` of them are under way; return whether some wait for a worker."""
        lacking = ahead - len(self.order)
        if lacking > 0 and not self.ended:
            taken = 0
            for number, parameters in islice(self._sets, lacking):
                self.order.append(number)
                self.queue.append((number, parameters))
                taken += 1
            self.ended = taken < lacking
        return bool(self.queue)

    def take(self, size: int) -> list[NumberedSet]:
        """Return the next sets for a worker, at most `size`."""
        return [self.queue.popleft() for _ in range(min(size, len(self.queue)))]

    def give_back(self, sets: Iterable[NumberedSet]) -> None:
        """Put sets that a worker did not evaluate before all others."""
        self.queue.extendleft(reversed(list(sets)))

    def wanted_of(self, sets: Iterable[NumberedSet]) -> frozenset[int] | None:
        """Return the numbers of the sets whose session returns are wanted; None: all of them."""
        if self._wanted is None:
            return None
        return frozenset(number for number, _ in sets if self._wanted(number))

    def accept(self, outcome: SetOutcome) -> None:
        """Keep an outcome until its turn."""
        self._ready[outcome.number] = outcome

    def in_order(self) -> Iterator[SetOutcome]:
        """Yield the outcomes whose turn it is."""
        while self.order and self.order[0] in self._ready:
            self._spoke = time.monotonic()
            yield self._ready.pop(self.order.popleft())

    def silent(self) -> bool:
        """Return whether nothing was yielded for a while, once for each while."""
        now = time.monotonic()
        if now - self._spoke < _PAUSE:
            return False
        self._spoke = now
        return True
