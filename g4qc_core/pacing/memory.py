"""A pacer for one process, and a virtual clock that advances only when someone sleeps.

`VirtualTime` paces years of requests in an instant, by the same rules as real ones:

    time = VirtualTime(datetime(2026, 11, 20, 22, 30, tzinfo=UTC))
    pacer = MemoryPacer(IB_RULES, time, time.sleep)
    with paced(pacer, paced_bars("DU1", request)):
        time.sleep(2.5)                    # the gateway answers after 2.5 seconds
    pacer.sent                             # every request, with its times
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from g4qc_core.pacing.port import Slot
from g4qc_core.pacing.rules import Ending, PacedKind, PacedRequest, PacingRules, Sent
from g4qc_core.pacing.schedule import Turn, earliest, judged, matters


@dataclass
class VirtualTime:
    """A clock: calling it returns its time, and only `sleep` advances it."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the clock's time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.now += timedelta(seconds=seconds)


class MemoryPacer:
    """A `Pacer` for the threads of one process.

    Attributes:
        rules: the rules that it applies.
        sent: every request, in the order of sending; none is dropped.
    """

    def __init__(
        self,
        rules: PacingRules,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rules = rules
        self.sent: list[Sent] = []
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._ids = itertools.count()
        self._relevant: dict[int, Sent] = {}
        self._place: dict[int, int] = {}
        self._last_ending: dict[str, Ending] = {}

    def now(self) -> datetime:
        """Return the clock's time, UTC."""
        return self._clock()

    def sleep(self, seconds: float) -> None:
        """Sleep by this pacer's clock."""
        self._sleep(seconds)

    def attempt(self, request: PacedRequest) -> Slot | Turn:
        """Take a slot if the request may be sent now; see `Pacer.attempt`."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            turn = earliest(self._of(request.account), request, now, self.rules)
            if turn.at is None or turn.at > now:
                return turn
            slot = Slot(next(self._ids), request, now)
            done = None if request.kind.is_history else now
            self._relevant[slot.id] = Sent(request, now, done, Ending.ANSWERED if done else None)
            self._place[slot.id] = len(self.sent)
            self.sent.append(self._relevant[slot.id])
            return slot

    def release(self, slot: Slot, ending: Ending) -> None:
        """Record how the request ended; see `Pacer.release`."""
        with self._lock:
            sent = self._relevant.get(slot.id)
            if sent is None or sent.finished_at is not None:
                return
            account = slot.request.account
            ending = self._last_ending[account] = judged(ending, self._last_ending.get(account))
            done = replace(sent, finished_at=self._clock(), ending=ending)
            self._relevant[slot.id] = self.sent[self._place[slot.id]] = done

    def history(self, account: str) -> list[Sent]:
        """Return the account's requests that a rule can still count."""
        with self._lock:
            self._forget(self._clock())
            return self._of(account)

    def _of(self, account: str) -> list[Sent]:
        return [sent for sent in self._relevant.values() if sent.request.account == account]

    def _forget(self, now: datetime) -> None:
        for key, sent in list(self._relevant.items()):
            if not any(matters(sent, kind, now, self.rules) for kind in PacedKind):
                del self._relevant[key], self._place[key]
