"""The partitions that runs work on, from their tags and the order of the graph's keys.

Dagster names a range by its first and its last key. One of instruments has each instrument that the graph has between
its ends, and one of months each month of each of these instruments, as `get_partition_keys_in_range` says. A backfill
of the web UI over several instruments is one such run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

from g4qc_core.graph_keys import KeyKind
from g4qc_core.services.month_keys import key_of, months_between
from g4qc_pipelines.dagster_private.core import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
)


class RunPartitions:
    """The partitions of runs of one graph, whose keys are read once, when a range needs them.

    Args:
        known: returns the keys of a kind in the order of the graph.
    """

    def __init__(self, known: Callable[[KeyKind], Sequence[str]]) -> None:
        self._known = cache(known)

    def of(self, tags: Mapping[str, str]) -> list[str]:
        """Return the partition keys of a run with these tags; of a range whose ends left the graph, the ends alone."""
        first, last = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
        if not first or not last:
            return [tags[PARTITION_NAME_TAG]] if PARTITION_NAME_TAG in tags else []
        (first, _, begin), (last, _, end) = first.partition("|"), last.partition("|")
        names = self._between(first, last)
        if not begin:
            return names
        months = months_between(date.fromisoformat(begin), date.fromisoformat(end))
        return [key_of(symbol, month) for symbol in names for month in months]

    def names_of(self, tags: Mapping[str, str]) -> set[str]:
        """Return the instruments, or the names of specs, that a run with these tags works on."""
        return {key.partition("|")[0] for key in self.of(tags)}

    def _between(self, first: str, last: str) -> list[str]:
        if first == last:
            return [first]
        for kind in KeyKind:
            keys = self._known(kind)
            if first in keys and last in keys:
                return list(keys[keys.index(first) : keys.index(last) + 1])
        return [first, last]
