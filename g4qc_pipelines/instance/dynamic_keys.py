"""The dynamic partition keys of a Dagster instance: list them, find those in use by a run, and remove them.

Whether a key may be removed is decided in `g4qc_core.services.removal`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dagster as dg

from g4qc_core.graph_keys import KeyKind
from g4qc_core.settings import Settings
from g4qc_pipelines.instance.run_states import UNFINISHED
from g4qc_pipelines.run_tags import partitions_of


class InstanceKeys:
    """The keys of an open instance."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance

    def known(self, kind: KeyKind) -> list[str]:
        """See `GraphKeys`."""
        return list(self._instance.get_dynamic_partitions(str(kind)))

    def at_work(self) -> set[str]:
        """See `GraphKeys`."""
        runs = self._instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
        return {key for run in runs for key in keys_of(run.tags)}

    def remove(self, kind: KeyKind, keys: Sequence[str]) -> None:
        """See `GraphKeys`."""
        for key in keys:
            self._instance.delete_dynamic_partition(str(kind), key)


def keys_of(tags: Mapping[str, str]) -> set[str]:
    """Return the keys of all kinds that a run with these tags works on."""
    return {key.partition("|")[0] for key in partitions_of(tags)}


@contextmanager
def instance_keys(settings: Settings) -> Iterator[InstanceKeys]:
    """Yield the keys of the settings' instance, after runs whose process was killed are ended."""
    from g4qc_pipelines.instance.dagster_instance import dagster_instance

    with dagster_instance(settings) as instance:
        yield InstanceKeys(instance)
