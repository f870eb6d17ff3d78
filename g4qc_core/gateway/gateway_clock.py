"""The gateway's own clock, so that a market of the past can be replayed as if it were today.

It runs at real speed, faster, or in steps that a test takes. No other module of the gateway reads the host's clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta

from g4qc_core.errors import UsageError

_LONGEST_WAIT = 3600.0
_FASTEST = 100_000.0


class GatewayClock:
    """A clock that runs from an instant, or stays where it was set.

    Its methods may be called from any thread; `reached` by any event loop.

    Args:
        now: instant at which the clock starts, with a time zone; None: real time.
        frozen: keep the clock at `now` until it is set.
        speed: seconds of this clock in a second of real time.

    Raises:
        UsageError: `now` has no time zone, or is missing for a frozen clock; `speed` is not above 0.
    """

    def __init__(self, now: datetime | None = None, *, frozen: bool = False, speed: float = 1.0) -> None:
        if now is not None and now.tzinfo is None:
            raise UsageError(f"The gateway's clock needs a time zone: write {now.isoformat()}Z for UTC.")
        if now is None and frozen:
            raise UsageError("A clock that stands still needs the instant at which it stands.")
        if not 0 < speed <= _FASTEST:
            raise UsageError(f"The clock's speed must be above 0 and at most {_FASTEST:.0f}, not {speed}.")
        self.frozen = frozen
        self.speed = speed
        self._follows_host = now is None and speed == 1.0
        self._base = (now or datetime.now(UTC)).astimezone(UTC)
        self._since = time.monotonic()
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = set()

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        if self._follows_host:
            return datetime.now(UTC)
        with self._lock:
            return self._now()

    def set(self, instant: datetime) -> None:
        """Set the clock to an instant at or after the present one, and wake whatever waits on it.

        A clock that runs goes on from there.

        Raises:
            UsageError: the instant has no time zone, or is before the clock's present.
        """
        if instant.tzinfo is None:
            raise UsageError(f"The gateway's clock needs a time zone: write {instant.isoformat()}Z for UTC.")
        with self._lock:
            if self._follows_host or instant < self._now():
                raise UsageError("The gateway's clock cannot be set back, and a clock of real time cannot be set.")
            self._base, self._since = instant.astimezone(UTC), time.monotonic()
            waiting = list(self._waiting)
        for loop, future in waiting:
            with contextlib.suppress(RuntimeError):  # a loop that has ended waits for nothing
                loop.call_soon_threadsafe(_wake, future)

    def advance(self, step: timedelta) -> datetime:
        """Set the clock forward by a step and return the new instant; raises as `set`."""
        instant = self.now() + step
        self.set(instant)
        return instant

    async def reached(self, instant: datetime) -> None:
        """Wait until the clock shows the instant or a later one; a frozen clock must be set for it."""
        while (wait := (instant - self.now()).total_seconds()) > 0:
            await self._pause(None if self.frozen else min(wait / self.speed, _LONGEST_WAIT), instant)

    def _now(self) -> datetime:
        if self.frozen:
            return self._base
        return self._base + timedelta(seconds=(time.monotonic() - self._since) * self.speed)

    async def _pause(self, seconds: float | None, instant: datetime) -> None:
        loop = asyncio.get_running_loop()
        entry = loop, loop.create_future()
        with self._lock:
            # The clock may have been set since the caller looked.
            if not self._follows_host and self._now() >= instant:
                return
            self._waiting.add(entry)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(entry[1], seconds)
        finally:
            with self._lock:
                self._waiting.discard(entry)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
