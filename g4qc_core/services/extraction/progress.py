"""How far an extraction is and how long it will still take: told in its progress lines, and kept for others to see.

Knows the source's own estimate. Must not know rules of pacing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from g4qc_core.bars.bar_source import BarRequest, BarSource
from g4qc_core.storage.stores import Stores

# An estimate reads the history of all processes: often enough for a person.
_ESTIMATED_EVERY = 5.0
_WORTH_A_WORD = timedelta(seconds=10)


@contextmanager
def under_way(
    subject: str,
    requests: Sequence[BarRequest],
    source: BarSource,
    stores: Stores,
    run_id: str | None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[int], str]]:
    """Gives a function that is called before each request with its number, from 1; it returns the words to add to a
    progress line, like `, about 12 min left`, or none.
    """
    if not requests:
        yield lambda _: ""
        return
    left, estimated_at = source.time_left(requests), clock()
    with stores.progress.begin(subject, len(requests), left, run_id) as plan:

        def before(number: int) -> str:
            nonlocal left, estimated_at
            since = clock() - estimated_at
            if number == 1 or since < _ESTIMATED_EVERY:
                return _words(left - timedelta(seconds=since))
            left, estimated_at = source.time_left(requests[number - 1 :]), clock()
            plan.update(number - 1, left)
            return _words(left)

        yield before


def spelled(span: timedelta) -> str:
    """A span in the units that a person would use: `40 s`, `12 min`, `3 h 20 min`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _words(left: timedelta) -> str:
    return f", about {spelled(left)} left" if left >= _WORTH_A_WORD else ""
