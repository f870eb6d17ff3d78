"""Reading ahead: a thread makes the next items while the caller works on one, and stops when the caller does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")

_END = object()
_TURN = 0.2  # seconds after which a waiting reader looks whether anybody still waits for it


def read_ahead(items: Iterator[T], depth: int = 1) -> Iterator[T]:
    """Yield the items in their order; up to `depth` of them are made in advance.

    What the iterator raises is raised here, after the items before it.
    """
    made: Queue[Any] = Queue(depth)
    stopped = Event()
    reader = Thread(target=_fill, args=[items, made, stopped], name="read-ahead", daemon=True)
    reader.start()
    try:
        while (item := made.get()) is not _END:
            if isinstance(item, _Raised):
                raise item.error
            yield item
    finally:
        stopped.set()
        with suppress(Empty):
            made.get_nowait()
        reader.join()


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _fill(items: Iterator[Any], made: Queue[Any], stopped: Event) -> None:
    try:
        for item in items:
            if not _put(item, made, stopped):
                return
        _put(_END, made, stopped)
    except BaseException as error:  # noqa: BLE001 - the caller raises it
        _put(_Raised(error), made, stopped)


def _put(item: object, made: Queue[Any], stopped: Event) -> bool:
    while not stopped.is_set():
        with suppress(Full):
            made.put(item, timeout=_TURN)
            return True
    return False
