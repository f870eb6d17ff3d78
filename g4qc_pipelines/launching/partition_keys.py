"""The partition keys of the graph through Dagster's web server."""

from __future__ import annotations

from collections.abc import Sequence

from g4qc_core.graph_keys import KeyKind
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.research.study_models import KIND_NAMES
from g4qc_pipelines.instance.run_states import UNFINISHED
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.run_partitions import RunPartitions

# An asset of each kind: the server lists keys by asset.
_ASSETS = {kind: str(kind) for kind in KeyKind} | {KeyKind.INSTRUMENT: "roll_calendar"}


class WebServerKeys:
    """The port `graph_keys.GraphKeys`. Every method raises GraphUnavailable when the server does not answer."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def known(self, kind: KeyKind) -> list[str]:
        """See the port."""
        if kind in KIND_NAMES and kind not in STUDY_KINDS:
            return []
        return self._graph.partitions(_ASSETS[kind])

    def at_work(self) -> set[str]:
        """See the port."""
        partitions = RunPartitions(self.known)
        runs = self._graph.tags_of([state.value for state in UNFINISHED])
        return {name for tags in runs for name in partitions.names_of(tags)}

    def remove(self, kind: KeyKind, keys: Sequence[str]) -> None:
        """See the port."""
        self._graph.remove_partitions(str(kind), keys)
