"""A worker of the cluster as the pool sees it: how many places it has, and which chunks it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from g4qc_core.research.cluster.chunk_order import ChunkOrder

if TYPE_CHECKING:
    from distributed import Future


@dataclass
class ClusterMember:
    """One worker.

    Attributes:
        address: of the worker.
        places: chunks that it evaluates at a time.
        early: it was there when the pool was opened.
        ready: it has the bars, and its first sandbox has begun.
        aside: why it gets no sets, one sentence; empty if it does.
        chunks: those that it was given and has not answered, by the key in Dask.
    """

    address: str
    places: int
    early: bool
    ready: bool = False
    aside: str = ""
    chunks: dict[str, tuple[Future, ChunkOrder]] = field(default_factory=dict)

    @property
    def useful(self) -> bool:
        """True if it evaluates sets, or is about to."""
        return not self.aside

    @property
    def begun(self) -> bool:
        """True if it has the bars, or is getting them."""
        return self.ready or bool(self.chunks)

    @property
    def free(self) -> bool:
        """True if it has a place for a chunk."""
        return self.ready and self.useful and len(self.chunks) < self.places

    def futures(self) -> list[Any]:
        """Return the futures of its chunks."""
        return [future for future, _ in self.chunks.values()]
