"""The dynamic partition keys of a Dagster instance: list them, find those in use by a run, and remove them.

Whether a key may be removed is decided in `g4qc_core.services.removal`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from g4qc_core.graph_keys import KeyKind
from g4qc_core.settings import Settings
from g4qc_pipelines.instance.run_states import UNFINISHED
from g4qc_pipelines.run_partitions import RunPartitions


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
        partitions = RunPartitions(self.known)
        return {name for run in runs for name in partitions.names_of(run.tags)}

    def remove(self, kind: KeyKind, keys: Sequence[str]) -> None:
        """See `GraphKeys`."""
        for key in keys:
            self._instance.delete_dynamic_partition(str(kind), key)


@contextmanager
def instance_keys(settings: Settings) -> Iterator[InstanceKeys]:
    """Yield the keys of the settings' instance, after runs whose process was killed are ended."""
    from g4qc_pipelines.instance.dagster_instance import dagster_instance

    with dagster_instance(settings) as instance:
        yield InstanceKeys(instance)
