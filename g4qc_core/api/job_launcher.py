"""The port through which the API starts work: whatever it starts is a run of the graph, with its lineage.

Knows what can be asked for and how a job is told about. Must not know who runs it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.quarantine.decisions import Preview
from g4qc_core.graph_keys import GraphKey, KeyKind
from g4qc_core.services.quarantine.review import DecisionRequest
from g4qc_core.storage.result_stores.deleted_store import DeletedResult


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """True when nothing will happen any more."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class ExtractionRequest:
    """Sessions of an instrument with trade dates from `first` to `last`, to be fetched, validated and derived.

    `contracts` names contract months (YYYYMM) instead of those that the roll rule calls for.
    """

    symbol: str
    first: date
    last: date
    contracts: Sequence[str] = ()


@dataclass(frozen=True)
class Job:
    """One thing that was asked for: one run of the graph, or several, one after the other.

    Attributes:
        kind: extract, backtest, materialize or decide; `run` for one that something else than the API launched.
        about: what it works on, in words.
        done, steps: steps that ended, and all of them as far as they are known.
        message: why it failed, else what happened last.
        runs: ids of its runs, oldest first.
        url: where the newest run is seen; None before there is one.
        created_at, ended_at: UTC.
        backtest: name of the spec, of a backtest.
    """

    id: str
    kind: str
    about: str
    state: JobState
    created_at: datetime
    done: int = 0
    steps: int = 0
    message: str = ""
    runs: Sequence[str] = field(default_factory=tuple)
    url: str | None = None
    ended_at: datetime | None = None
    backtest: str | None = None


@dataclass(frozen=True)
class JobEvent:
    """Something that a job told: `cursor` names it, so that a reader can go on after it."""

    cursor: str
    at: datetime
    step: str
    message: str
    failed: bool = False


class JobLauncher(Protocol):
    """Starts runs of the graph and tells about them.

    Every method raises GraphUnavailable when the graph cannot be reached, and NotFound for an unknown job. Until a job
    ends, a request for the same run returns its id.
    """

    def extract(self, order: ExtractionRequest) -> str:
        """Starts the way from the gateway to every timeframe; returns the job's id.

        Raises UsageError for an instrument, a window or a contract that the graph does not have.
        """

    def backtest(self, spec: BacktestSpec) -> str:
        """Keeps the spec and starts its backtest and report; returns the job's id.

        Raises UsageError or BacktestRefused if it cannot run on the stored data; then the spec is not kept.
        """

    def materialize(self, assets: Sequence[str], first: str | None = None, last: str | None = None) -> str:
        """Starts assets over one partition, or the range from `first` to `last`; returns the job's id.

        Raises UsageError for assets or partitions that the graph does not have.
        """

    def preview(self, request: DecisionRequest) -> Preview:
        """Return the bars that a decision would be about and the runs that it would start.

        Raises:
            UsageError: as `decide`.
        """

    def decide(self, request: DecisionRequest, by: str, note: str) -> str:
        """Record a decision about bars in quarantine, and start the job that makes their months again; return its id.

        Args:
            request: the decision and its bars.
            by: who decides.
            note: reason of the decision.

        Raises:
            UsageError: a bar is not in quarantine or does not allow this decision.
            DecidedMeanwhile: the bars have changed since the preview, or something else was decided about them.
        """

    def delete_results(self, made: Mapping[str, datetime | None], by: str) -> list[DeletedResult]:
        """Deletes results with their reports, and keys that nothing needs after that; all results or none.

        Args:
            made: ids, each with the instant at which the caller knows it to be made; None: whenever that was.

        Raises NotFound for an unknown result, Gone for one that was deleted before, and InUse where a run of its spec
        is under way or it was made again since.
        """

    def partitions(self) -> list[GraphKey]:
        """The partition keys of the graph, by kind and name."""

    def remove_partitions(self, kind: KeyKind, keys: Collection[str]) -> list[GraphKey]:
        """Removes keys, all or none, and returns what they were; bars and results stay.

        Raises UsageError for one that is unknown or that something keeps, and InUse where a run works on it.
        """

    def job(self, job_id: str) -> Job:
        """How the job stands."""

    def jobs(self, limit: int, before: str | None = None) -> list[Job]:
        """The newest jobs, newest first; `before` is the id of the last one of the page before."""

    def cancel(self, job_id: str) -> Job:
        """Stops the job; one that has ended stays as it is."""

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        """What the job told after that event, oldest first; a part of it where it is much."""

    def check(self) -> str | None:
        """Returns what deserves a look although all works, if anything.

        Raises GraphUnavailable when nothing could be launched now.
        """
