"""The workers of a Dask cluster as a pool: each worker is given one chunk for each of its places.

Workers come and go. The sets of one that is lost are given to others before all other sets. A worker that joins later
and runs other code, or cannot begin, is left aside; one that was there from the beginning refuses the work as a whole.
"""

from __future__ import annotations

import queue
import time
import uuid
from collections.abc import Generator, Iterable, Mapping
from hashlib import sha256
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from g4qc_core.errors import ClusterMismatch, ClusterUnavailable, G4qcError, WorkersLost
from g4qc_core.research.child_process import UserFiles
from g4qc_core.research.cluster.chunk_order import ChunkAnswer, ChunkOrder
from g4qc_core.research.cluster.chunk_sizes import SECONDS, ChunkSizes
from g4qc_core.research.cluster.cluster_connection import ClusterConnection
from g4qc_core.research.cluster.cluster_member import ClusterMember
from g4qc_core.research.cluster.parcel import Parcel
from g4qc_core.research.pools.pool_run import PoolRun
from g4qc_core.research.pools.set_pool import NumberedSet, SetPool, Wanted
from g4qc_core.research.pools.worker_pool import SandboxLimits
from g4qc_core.research.search.outcome import SetOutcome
from g4qc_core.sentences import counted

if TYPE_CHECKING:
    from distributed import Future

_LOOK_AGAIN = 1.0  # seconds
_LISTEN = 0.2
# Outcomes that may wait for an earlier one, in chunks of each place, and at most; a set takes about two kilobytes.
_AHEAD = 3
_MOST_AHEAD = 200_000
# Workers that may be lost with the same sets.
_MOST_LOST = 5


class ClusterPool(SetPool):
    """Workers of a cluster that evaluate sets on the same bars; use it in a `with` statement."""

    def __init__(
        self,
        arguments: Mapping[str, Any],
        scheduler: str,
        *,
        patience: float = 60.0,
        places: int | None = None,
        limits: SandboxLimits | None = None,
        longest_chunk: float | None = None,
    ) -> None:
        """Prepare the pool.

        Args:
            arguments: those of `Evaluator`, by name.
            scheduler: its address, `tcp://host:port`.
            patience: seconds to wait for the scheduler, and for a worker while there is none.
            places: most chunks at a time; None: as many as the workers have threads.
            limits: of one set; None: the usual ones.
            longest_chunk: seconds that a chunk may take; None: as long as is best.
        """
        self._arguments, self._scheduler, self._patience = arguments, scheduler, patience
        self._most_places, self._limits = places, limits or SandboxLimits()
        self._sizes = ChunkSizes(min(SECONDS, longest_chunk or SECONDS))
        self._session, self._keys = uuid.uuid4().hex, count()
        self._members: dict[str, ClusterMember] = {}
        self._ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._parcel: Future | None = None
        self._lost: dict[int, int] = {}
        self._looked = self._served = 0.0

    def __enter__(self) -> Self:
        """Connect, and compare what the workers run with what this process runs.

        Raises:
            ClusterUnavailable: no scheduler answers.
            ClusterMismatch: the scheduler or a worker runs other code.
            SettingsError: the package for it is not installed.
            UsageError: the folder of strategies is too large to be sent.
        """
        self._packed = self._pack()
        self._connection = ClusterConnection(self._scheduler, self._patience)
        try:
            self._connection.require_same_scheduler()
            self._join(self._connection.places(), early=True)
        except BaseException:
            self._connection.close()
            raise
        self._served = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the cluster; its workers end the sandboxes of this pool."""
        self._parcel = None
        self._connection.close()

    def use(self, arguments: Mapping[str, Any]) -> None:
        """Evaluate all further sets on other bars or by another spec, with the same workers; see `SetPool`."""
        self._arguments = arguments
        self._packed = self._pack()
        self._parcel = None

    def _pack(self) -> bytes:
        return Parcel.of(self._arguments, UserFiles.of_this_process()).packed()

    @property
    def words(self) -> str:
        """Where sets are evaluated, or what is waited for, and who was left aside."""
        useful = self._serving
        aside = [one.aside for one in self._members.values() if one.aside]
        said = f"waits up to {self._patience:g} s for a worker of {self._scheduler}"
        if useful:
            places = counted(self._places, "place")
            said = f"on {places} of {counted(len(useful), 'worker')} of {self._scheduler}"
        return f"{said} (left aside: {aside[-1].rstrip('.')})" if aside else said

    def outcomes(
        self, sets: Iterable[NumberedSet], confirm: bool = False, wanted: Wanted | None = None
    ) -> Generator[SetOutcome | None, None, None]:
        """Yield the outcomes of the sets in the order of the sets; see `SetPool`.

        Raises:
            ClusterUnavailable: the scheduler is gone, or no worker came in time.
            ClusterMismatch: a worker has another version of the strategy.
            WorkersLost: no worker can begin, or each is lost with the same sets.
            G4qcError: the bars or the strategy cannot be prepared.
        """
        run = PoolRun(iter(sets), confirm, wanted)
        self._served = time.monotonic()
        try:
            while True:
                run.fill(self._ahead)
                yield from run.in_order()
                if not run.order:
                    return
                self._look(run)
                self._dispatch(run)
                self._listen(run)
                if run.silent():
                    yield None
        finally:
            self._connection.cancel([future for one in self._members.values() for future in one.futures()])
            for one in self._members.values():
                one.chunks.clear()

    @property
    def _places(self) -> int:
        """Chunks at a time."""
        found = sum(one.places for one in self._serving)
        return max(1, found if self._most_places is None else min(found, self._most_places))

    @property
    def _serving(self) -> list[ClusterMember]:
        """The workers that are used: all, or as few as have the wanted places, drawn anew for each pool."""
        useful = [one for one in self._members.values() if one.useful]
        if self._most_places is None:
            return useful
        found, places = list[ClusterMember](), 0
        for one in sorted(
            useful, key=lambda one: (not one.begun, sha256(f"{self._session} {one.address}".encode()).digest())
        ):
            if places < self._most_places:
                found.append(one)
                places += one.places
        return found

    def _turn(self, member: ClusterMember) -> tuple[bool, bytes]:
        """Return what orders workers: those that have the bars come first."""
        return not member.begun, sha256(f"{self._session} {member.address}".encode()).digest()

    @property
    def _ahead(self) -> int:
        return min(_MOST_AHEAD, _AHEAD * self._places * self._sizes.size)

    def _look(self, run: PoolRun) -> None:
        """See which workers have come and gone."""
        now = time.monotonic()
        if now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        there = self._connection.places()
        for address in [one for one in self._members if one not in there]:
            gone = self._members.pop(address)
            for _, order in gone.chunks.values():
                self._take_back(order.sets, run)
        self._join(there, early=False)
        for member in self._serving:
            if not member.begun:
                self._give(member, [], run)
        if any(one.useful for one in self._members.values()):
            self._served = now
        elif now - self._served > self._patience:
            raise ClusterUnavailable(
                f"The cluster at {self._scheduler} had no worker for {self._patience:g} s: start one with `dask worker "
                f"{self._scheduler}`. What was tried so far is kept, and the same command goes on from there."
            )

    def _join(self, there: Mapping[str, int], early: bool) -> None:
        """Look at the workers that are new.

        Raises:
            ClusterMismatch: one of those from the beginning runs other code.
        """
        new = [address for address in there if address not in self._members]
        for address, words in self._connection.differences(new).items():
            if words and early:
                raise ClusterMismatch(words)
            self._members[address] = ClusterMember(address, there[address], early, aside=words)

    def _take_back(self, sets: list[NumberedSet], run: PoolRun) -> None:
        """Put the sets of a lost chunk before all others."""
        if sets:
            first = sets[0][0]
            self._lost[first] = self._lost.get(first, 0) + 1
            if self._lost[first] >= _MOST_LOST:
                raise WorkersLost(
                    f"{_MOST_LOST} workers of the cluster were lost with the same sets: their logs say why; is there "
                    "memory for them?"
                )
        run.give_back(sets)

    def _dispatch(self, run: PoolRun) -> None:
        """Give a chunk to each place that is free."""
        free = True
        while run.queue and free:
            free = False
            for member in [one for one in self._serving if one.free]:
                if run.queue and self._under_way < self._places:
                    free = self._give(member, run.take(self._size(run)), run) or free

    @property
    def _under_way(self) -> int:
        return sum(len(one.chunks) for one in self._members.values() if one.ready)

    def _size(self, run: PoolRun) -> int:
        if run.confirm:
            return 1
        return self._sizes.share(len(run.queue), self._places) if run.ended else self._sizes.size

    def _give(self, member: ClusterMember, sets: list[NumberedSet], run: PoolRun) -> bool:
        """Give sets to a worker; without sets it gets ready only. Return whether it took them."""
        if self._parcel is None or self._parcel.status != "finished":
            # For the first time, or the last worker that had it was lost.
            self._parcel = self._connection.hand_out(self._packed, member.address)
        if self._parcel is None:
            run.give_back(sets)
            return False
        order = ChunkOrder(
            key=f"g4qc-{self._session}-{next(self._keys)}",
            session=self._session,
            bars=str(self._parcel.key),
            limits=self._limits,
            sets=sets,
            confirm=run.confirm,
            wanted=run.wanted_of(sets),
        )
        future = self._connection.submit(order, self._parcel, member.address, self._ended.put)
        member.chunks[order.key] = future, order
        return True

    def _listen(self, run: PoolRun) -> None:
        """Take the chunks that have ended."""
        try:
            future = self._ended.get(timeout=_LISTEN)
        except queue.Empty:
            return
        member = next((one for one in self._members.values() if future.key in one.chunks), None)
        if member is None:
            # Cancelled, or of a worker that is gone.
            return
        _, order = member.chunks.pop(str(future.key))
        try:
            answer = self._connection.answer(future)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is said
            self._leave_aside(member, error)
            run.give_back(order.sets)
            return
        if answer is not None:
            self._take(answer, member, order.sets, run)
            return
        self._take_back(order.sets, run)

    def _take(self, answer: ChunkAnswer, member: ClusterMember, sets: list[NumberedSet], run: PoolRun) -> None:
        member.ready = True
        for outcome in answer.outcomes:
            run.accept(outcome)
        run.give_back(sets[len(answer.outcomes) :])
        if not run.confirm:
            self._sizes.learn(len(answer.outcomes), answer.seconds)

    def _leave_aside(self, member: ClusterMember, error: Exception) -> None:
        """Give no sets to a worker that cannot evaluate them; raise what is no fault of that worker alone."""
        refused = isinstance(error, ClusterMismatch) and member.early
        if refused or (isinstance(error, G4qcError) and not isinstance(error, ClusterMismatch | WorkersLost)):
            raise error
        member.aside = str(error) if isinstance(error, G4qcError) else f"{type(error).__name__}: {error}"
        if not any(one.useful for one in self._members.values()):
            if isinstance(error, G4qcError):
                raise error
            raise WorkersLost(f"A worker of the cluster cannot go on: {member.aside}.")
