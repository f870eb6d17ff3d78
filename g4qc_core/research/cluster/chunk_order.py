"""The messages between the searching process and a worker about one chunk; the bars are sent separately."""

from __future__ import annotations

from dataclasses import dataclass, field

from g4qc_core.research.pools.set_pool import NumberedSet
from g4qc_core.research.pools.worker_pool import SandboxLimits
from g4qc_core.research.search.outcome import SetOutcome


@dataclass(frozen=True)
class ChunkOrder:
    """Sets to evaluate; without sets a worker gets ready only.

    Attributes:
        key: of the task in Dask.
        session: of the pool; its sandboxes live on from chunk to chunk.
        bars: key of the parcel in Dask.
        limits: of one set.
        sets: numbers and parameters.
        confirm: run them again by the reference engine.
        wanted: numbers of the sets whose session returns are wanted; None: of all.
    """

    key: str
    session: str
    bars: str
    limits: SandboxLimits
    sets: list[NumberedSet] = field(default_factory=list)
    confirm: bool = False
    wanted: frozenset[int] | None = None


@dataclass(frozen=True)
class ChunkAnswer:
    """Outcomes of a chunk.

    Attributes:
        outcomes: in the order of the chunk; fewer than its sets if the search was stopped meanwhile.
        seconds: time that they took.
    """

    outcomes: list[SetOutcome]
    seconds: float
