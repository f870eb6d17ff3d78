"""The remaining time of an extraction: shown in its progress lines, and stored for other processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from g4qc_core.bars.bar_source import BarRequest, BarSource
from g4qc_core.storage.stores import Stores

# Seconds between estimates, because each one reads the requests of all processes.
_ESTIMATED_EVERY = 5.0
_SHORTEST_SHOWN = timedelta(seconds=10)


@contextmanager
def time_left(
    subject: str,
    requests: Sequence[BarRequest],
    source: BarSource,
    stores: Stores,
    run_id: str | None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[int], str]]:
    """Store the progress of the requests while the block makes them.

    Args:
        subject: symbol of the instrument.
        requests: in the order in which they are made.
        source: estimates the time.
        stores: keep the progress.
        run_id: the Dagster run, if there is one.
        clock: monotonic seconds.

    Yields:
        A function to call before each request with its number, from 1. It returns the end of a progress line, like
        `, about 12 min left`, or an empty text.
    """
    if not requests:
        yield lambda _: ""
        return
    left, estimated_at = source.time_left(requests), clock()
    with stores.progress.begin(subject, len(requests), left, run_id) as progress:

        def before(number: int) -> str:
            nonlocal left, estimated_at
            since = clock() - estimated_at
            if number == 1 or since < _ESTIMATED_EVERY:
                return _words(left - timedelta(seconds=since))
            left, estimated_at = source.time_left(requests[number - 1 :]), clock()
            progress.update(number - 1, left)
            return _words(left)

        yield before


def in_words(span: timedelta) -> str:
    """Return a span in suitable units: `40 s`, `12 min`, `3 h 20 min`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _words(left: timedelta) -> str:
    return f", about {in_words(left)} left" if left >= _SHORTEST_SHOWN else ""
