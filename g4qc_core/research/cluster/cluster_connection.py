"""The connection to the scheduler of a Dask cluster, with every failure as one sentence.

Which worker gets which sets is decided in `cluster_pool`: Dask brings the bars to a worker, runs a task where it is
told, and knows who is there.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from g4qc_core.errors import ClusterMismatch, ClusterUnavailable, SettingsError
from g4qc_core.research.cluster.chunk_order import ChunkAnswer, ChunkOrder
from g4qc_core.research.cluster.chunk_task import evaluate_chunk
from g4qc_core.research.cluster.worker_identity import WorkerIdentity, own_identity

if TYPE_CHECKING:
    from distributed import Client, Future

_ANSWER = 30.0  # seconds
_CLOSE = 5.0


class ClusterConnection:
    """A connection to a scheduler.

    Attributes:
        address: of the scheduler.
    """

    def __init__(self, address: str, patience: float) -> None:
        """Connect.

        Args:
            address: `tcp://host:port` or `tls://host:port`.
            patience: seconds to wait for the scheduler.

        Raises:
            ClusterUnavailable: it does not answer.
            SettingsError: the package for it is not installed.
        """
        self.address = address
        self._client = _connected(address, patience)

    def close(self) -> None:
        """Close the connection; the scheduler forgets all that was asked over it."""
        with suppress(Exception):
            self._client.close(timeout=_CLOSE)

    @property
    def lost(self) -> bool:
        """True if the scheduler is gone."""
        return self._client.status != "running"

    def gone(self) -> ClusterUnavailable:
        """Return the error for a scheduler that is gone."""
        return ClusterUnavailable(
            f"The scheduler of the cluster at {self.address} is gone: start it and its workers again, or unset "
            "G4QC_DASK_SCHEDULER. What was tried so far is kept, and the same command goes on from there."
        )

    def require_same_scheduler(self) -> None:
        """Compare what the scheduler runs with what this process runs.

        Raises:
            ClusterMismatch: it runs other code.
            ClusterUnavailable: it is gone.
        """
        found = self._asked(self._client.run_on_scheduler, own_identity)
        if words := _difference(f"The scheduler at {self.address}", found):
            raise ClusterMismatch(words)

    def differences(self, workers: Iterable[str]) -> dict[str, str]:
        """Return by address how a worker differs in what it runs, one sentence; empty if it does not.

        A worker that has left meanwhile is not in the answer.

        Raises:
            ClusterUnavailable: the scheduler is gone.
        """
        asked = list(workers)
        if not asked:
            return {}
        found = self._asked(self._client.run, own_identity, workers=asked, on_error="return")
        return {
            address: _difference(f"The worker {address}", one)
            for address, one in sorted(found.items())
            if not isinstance(one, OSError | TimeoutError)
        }

    def places(self) -> dict[str, int]:
        """Return how many chunks each worker evaluates at a time, by its address.

        Raises:
            ClusterUnavailable: the scheduler is gone or does not answer.
        """
        scheduler = self._client.scheduler
        if scheduler is None:
            raise self.gone()
        found = self._asked(self._client.sync, scheduler.ncores, callback_timeout=_ANSWER)
        if not isinstance(found, Mapping):
            raise self.gone()
        return dict(found)

    def hand_out(self, packed: bytes, worker: str) -> Future | None:
        """Bring a parcel to a worker, from which the others get it; return None if that worker has left.

        Raises:
            ClusterUnavailable: the scheduler is gone.
        """
        try:
            return self._client.scatter(packed, workers=[worker], hash=False)
        except Exception as error:
            if self.lost:
                raise self.gone() from error
            return None

    def submit(self, order: ChunkOrder, parcel: Future, worker: str, done: Callable[[Future], Any]) -> Future:
        """Give a chunk to a worker; `done` is called from another thread when it has ended, however it ended."""
        future = self._client.submit(
            evaluate_chunk, order, parcel, key=order.key, workers=[worker], allow_other_workers=False, pure=False
        )
        future.add_done_callback(done)
        return future

    def answer(self, future: Future) -> ChunkAnswer | None:
        """Return the answer of a chunk that has ended; None if it went with its worker.

        Raises:
            Exception: with which the chunk ended.
            ClusterUnavailable: the scheduler is gone.
        """
        if future.status == "error":
            error = future.exception(timeout=_ANSWER)
            assert error is not None
            raise error
        try:
            return future.result(timeout=_ANSWER)
        except (CancelledError, TimeoutError, OSError) as error:
            if self.lost:
                raise self.gone() from error
            return None

    def cancel(self, futures: list[Future]) -> None:
        """Tell the workers that nobody waits for these chunks any more."""
        if futures and not self.lost:
            with suppress(Exception):
                self._client.cancel(futures, force=True)

    def _asked(self, ask: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Return an answer; whatever cannot be read on the other side is an answer, too."""
        if self.lost:
            raise self.gone()
        try:
            return ask(*given, **named)
        except (TimeoutError, OSError) as error:
            raise self.gone() from error
        except Exception as error:
            if self.lost:
                raise self.gone() from error
            return error


def _connected(address: str, patience: float) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise SettingsError(
            "G4QC_DASK_SCHEDULER is set, and Dask is not installed: pip install 'g4qc[cluster]', or unset it."
        ) from None
    # Whatever happens to the cluster is said in sentences of our own.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            # Versions are compared by `require_same_code`.
            warnings.simplefilter("ignore")
            return Client(address, timeout=patience, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterUnavailable(
            f"No scheduler of Dask answers at {address} within {patience:g} s: start it with `dask scheduler`, or "
            "unset G4QC_DASK_SCHEDULER."
        ) from error


def _difference(who: str, found: object) -> str:
    if not isinstance(found, WorkerIdentity):
        return (
            f"{who} of the cluster cannot run G4QC ({type(found).__name__}: {found}): install 'g4qc[cluster]' there "
            "and start it again."
        )
    words = own_identity().difference(found)
    return words and (
        f"{who} of the cluster runs {words}, and could give other numbers: install the same versions there and start "
        "it again."
    )
