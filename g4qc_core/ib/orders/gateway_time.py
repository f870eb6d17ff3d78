"""The gateway's clock between two of its answers. Pure arithmetic; nothing is sent from here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_START = datetime(1970, 1, 1, tzinfo=UTC)
# An answer is in whole seconds, rounded down.
_RESOLUTION = 1.0


class GatewayTime:
    """A clock that runs on from the last answer and never goes back.

    Answers are whole seconds, so that each is up to a second behind: the latest of those that agree counts. An answer
    more than a second behind them sets the clock back; until it has caught up, the time stands still.

    Attributes:
        interval: seconds after which an answer is old.

    Args:
        clock: monotonic seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.interval = 1.0
        self._clock = clock
        self._lock = threading.Lock()
        self._ahead: float | None = None
        self._heard_at = self._asked_at = -float("inf")
        self._told = -float("inf")

    def heard(self, seconds: int) -> None:
        """Take an answer, in seconds since 1970 UTC."""
        with self._lock:
            self._heard_at = self._clock()
            ahead = seconds - self._heard_at
            kept = self._ahead is not None and 0 <= self._ahead - ahead < _RESOLUTION
            self._ahead = self._ahead if kept else ahead

    def due(self) -> bool:
        """Return True, once an interval, if the last answer is old: it is time to ask."""
        with self._lock:
            now = self._clock()
            if now - max(self._heard_at, self._asked_at) < self.interval:
                return False
            self._asked_at = now
            return True

    def now(self) -> datetime:
        """Return the time, UTC; before the first answer, that of this machine."""
        with self._lock:
            if self._ahead is None:
                return datetime.now(UTC)
            self._told = max(self._told, self._clock() + self._ahead)
            return _START + timedelta(seconds=self._told)
