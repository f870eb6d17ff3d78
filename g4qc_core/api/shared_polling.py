"""Shared polling of Dagster for event streams, and limits on the number of streams."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio import to_thread

from g4qc_core.errors import ListenersFull, TooManyRequests

T = TypeVar("T")

_THREADS = 4
_KEPT_SECONDS = 30.0


class SharedCalls:
    """Calls whose results several callers share; blocking ones run in a separate pool of threads.

    Routes that call once use other threads, so pollers never delay them.
    """

    def __init__(self, threads: int = _THREADS) -> None:
        self._turns = anyio.CapacityLimiter(threads)
        self._calls: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def call(self, function: Callable[..., T], *args: Any, max_age: float) -> T:
        """Return the function's result; share a call in progress, or a result at most `max_age` seconds old.

        A caller that stops waiting does not cancel the call for the others.
        """
        in_thread = partial(to_thread.run_sync, partial(function, *args), limiter=self._turns, abandon_on_cancel=True)
        return await self._shared((function, *args), in_thread, max_age)

    async def share(self, function: Callable[..., Coroutine[Any, Any, T]], *args: Any, max_age: float) -> T:
        """Return the result of a coroutine function, shared in the same way."""
        return await self._shared((function, *args), partial(function, *args), max_age)

    async def _shared(self, key: Hashable, begin: Callable[[], Awaitable[T]], max_age: float) -> T:
        now = asyncio.get_running_loop().time()
        answered, task = self._calls.get(key, (0.0, None))
        if task is None or (task.done() and now - answered > max_age):
            self._forget(now)
            task = asyncio.create_task(self._run(key, begin))
            task.add_done_callback(_retrieve_exception)
            self._calls[key] = (now, task)
        return await asyncio.shield(task)

    async def _run(self, key: Hashable, begin: Callable[[], Awaitable[T]]) -> T:
        try:
            return await begin()
        finally:
            _, task = self._calls[key]
            self._calls[key] = (asyncio.get_running_loop().time(), task)

    def _forget(self, now: float) -> None:
        old = [key for key, (at, task) in self._calls.items() if task.done() and now - at > _KEPT_SECONDS]
        for key in old:
            del self._calls[key]


def _retrieve_exception(task: asyncio.Task[Any]) -> None:
    """Retrieve the exception of a task, because asyncio warns if every caller left before it failed."""
    if not task.cancelled():
        task.exception()


class StreamPlaces:
    """Count of open event streams, limited for each client and in total."""

    def __init__(self, each: int, all_together: int) -> None:
        self._each = each
        self._all = all_together
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Count one stream of the client until the block ends.

        Raises:
            TooManyRequests: the client has reached its limit.
            ListenersFull: the limit for all clients is reached.
        """
        if self._open[client] >= self._each:
            raise TooManyRequests(f"You already have {self._each} event streams open: close some first.")
        if self._open.total() >= self._all:
            raise ListenersFull(f"All {self._all} event streams are in use: try again later, or poll /jobs.")
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]
