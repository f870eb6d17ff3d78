"""The task of a worker of Dask: evaluate one chunk, unless nobody waits for it any more."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from g4qc_core.research.cluster.chunk_order import ChunkAnswer, ChunkOrder
from g4qc_core.research.cluster.worker_sandboxes import SANDBOXES
from g4qc_core.research.search.outcome import SetOutcome

_LOOK_AGAIN = 0.2  # seconds


def evaluate_chunk(order: ChunkOrder, packed: bytes) -> ChunkAnswer:
    """Evaluate the sets of a chunk in a sandbox of this worker.

    Args:
        order: the chunk.
        packed: the parcel, which Dask brought to this worker.

    Raises:
        ClusterMismatch: this worker has another strategy of that name.
        G4qcError: as `SetPool.outcomes`.
    """
    from distributed import get_worker

    worker = get_worker()

    def holds(key: str) -> bool:
        return key in worker.state.tasks

    def is_waited_for() -> bool:
        task = worker.state.tasks.get(order.key)
        return task is not None and task.state == "executing"

    session = SANDBOXES.session(order.session, Path(worker.local_directory), holds)
    wanted = None if order.wanted is None else order.wanted.__contains__
    began, looked, found = time.monotonic(), 0.0, list[SetOutcome]()
    with session.sandbox(order, packed) as pool:
        began = time.monotonic()
        with closing(pool.outcomes(order.sets, order.confirm, wanted)) as outcomes:
            for outcome in outcomes:
                if outcome is not None:
                    found.append(session.as_at_home(outcome))
                if time.monotonic() - looked > _LOOK_AGAIN:
                    looked = time.monotonic()
                    if not is_waited_for():
                        break
    return ChunkAnswer(found, time.monotonic() - began)
