"""Polling of the graph for many listeners: those that want the same answer share one request.

Also counts the listeners. Must not know what is asked for.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio import to_thread

from g4qc_core.errors import ListenersFull, TooManyRequests

T = TypeVar("T")

_THREADS = 4
_KEPT_SECONDS = 10.0


class SharedCalls:
    """Answers of the graph that several listeners share, in threads of their own.

    Routes that ask once use other threads, so that listeners never hold them up, however many there are.
    """

    def __init__(self, threads: int = _THREADS) -> None:
        self._turns = anyio.CapacityLimiter(threads)
        self._asked: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def ask(self, call: Callable[..., T], *args: Any, max_age: float) -> T:
        """Return the call's result; share a call in progress, or a result that is at most `max_age` seconds old.

        A caller that stops waiting does not cancel the call for the others.
        """
        key, now = (call, *args), asyncio.get_running_loop().time()
        answered, task = self._asked.get(key, (0.0, None))
        if task is None or (task.done() and now - answered > max_age):
            self._forget(now)
            task = asyncio.create_task(self._answer(key, partial(call, *args)))
            task.add_done_callback(_looked_at)
            self._asked[key] = (now, task)
        return await asyncio.shield(task)

    async def _answer(self, key: Hashable, call: Callable[[], T]) -> T:
        try:
            return await to_thread.run_sync(call, limiter=self._turns, abandon_on_cancel=True)
        finally:
            _, task = self._asked[key]
            self._asked[key] = (asyncio.get_running_loop().time(), task)

    def _forget(self, now: float) -> None:
        old = [key for key, (at, task) in self._asked.items() if task.done() and now - at > _KEPT_SECONDS]
        for key in old:
            del self._asked[key]


def _looked_at(task: asyncio.Task[Any]) -> None:
    """Retrieve the task's exception, so that asyncio does not complain if every caller left before it failed."""
    if not task.cancelled():
        task.exception()


class StreamPlaces:
    """Counter of the listeners to event streams, with limits for each client and for all."""

    def __init__(self, each: int, all_together: int) -> None:
        self._each = each
        self._all = all_together
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place for one stream of the client until the block ends.

        Raises:
            TooManyRequests: the client already has the most streams that one client may have.
            ListenersFull: all places are taken.
        """
        if self._open[client] >= self._each:
            raise TooManyRequests(f"{self._each} event streams are open for you already: close some first.")
        if self._open.total() >= self._all:
            raise ListenersFull(f"All {self._all} places for event streams are taken: try again later, or ask /jobs.")
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]
