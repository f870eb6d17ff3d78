"""Port through which the API starts work as runs of the graph.

`g4qc_pipelines.launching` implements it with Dagster.
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
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """True if the job has ended."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class ExtractionRequest:
    """A request to fetch, validate and derive sessions of an instrument.

    Attributes:
        symbol: symbol of the instrument.
        first: first trade date.
        last: last trade date, included.
        contracts: contract months (YYYYMM); empty: those that the roll rule needs.
    """

    symbol: str
    first: date
    last: date
    contracts: Sequence[str] = ()


@dataclass(frozen=True)
class Job:
    """Requested work: one run of the graph, or several in sequence.

    Attributes:
        kind: extract, backtest, materialize or decide; `run` for a run that the API did not start.
        about: description of the work.
        done: number of steps that have ended.
        steps: number of all steps known so far.
        message: why it failed, else the newest event.
        runs: ids of its runs, oldest first.
        url: page of the newest run in Dagster; None before there is one.
        created_at: time of the request, UTC.
        ended_at: time of the end, UTC; None while it is not over.
        backtest: name of the spec, if the job is a backtest.
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
    """An event of a job; a reader continues after its `cursor`."""

    cursor: str
    at: datetime
    step: str
    message: str
    failed: bool = False


class JobLauncher(Protocol):
    """Starts runs of the graph and reports their state.

    Every method raises GraphUnavailable if the graph cannot be reached, and NotFound for an unknown job. While a job
    is not over, a request for the same work returns its id.
    """

    def extract(self, order: ExtractionRequest) -> str:
        """Start an extraction, from the gateway to every timeframe, and return the job's id.

        Raises:
            UsageError: the graph does not have the instrument, the window or the contract.
        """

    def backtest(self, spec: BacktestSpec) -> str:
        """Store the spec, start its backtest and report, and return the job's id.

        Raises:
            UsageError: the spec cannot run; it is not stored then.
            BacktestRefused: the spec cannot run on the stored data; it is not stored then.
        """

    def materialize(self, assets: Sequence[str], first: str | None = None, last: str | None = None) -> str:
        """Start assets for one partition, or the range from `first` to `last`, and return the job's id.

        Raises:
            UsageError: the graph does not have the assets or partitions.
        """

    def preview(self, request: DecisionRequest) -> Preview:
        """Return the bars that a decision would cover and the runs it would start.

        Raises:
            UsageError: as `decide`.
        """

    def decide(self, request: DecisionRequest, by: str, note: str) -> str:
        """Record a decision about quarantined bars, start the runs that rebuild their months, and return the job's id.

        Args:
            request: the decision and its bars.
            by: name of the key or user.
            note: reason of the decision.

        Raises:
            UsageError: a bar is not in quarantine or does not allow this decision.
            DecidedMeanwhile: the bars changed since the preview, or another decision was made about them.
        """

    def delete_results(self, made: Mapping[str, datetime | None], by: str) -> list[DeletedResult]:
        """Delete results with their reports and the partition keys that become unused; all results or none.

        Args:
            made: ids of results, each with the creation time that the caller has seen, UTC; None: any.
            by: name of the key or user.

        Raises:
            NotFound: a result is unknown.
            Gone: a result was deleted before.
            InUse: a run of its spec is in progress, or the result was made again since.
        """

    def partitions(self) -> list[GraphKey]:
        """Return the partition keys of the graph, by kind and name."""

    def remove_partitions(self, kind: KeyKind, keys: Collection[str]) -> list[GraphKey]:
        """Remove keys, all or none, and return them; bars and results stay.

        Raises:
            UsageError: a key is unknown, or still needed.
            InUse: a run works on a key.
        """

    def job(self, job_id: str) -> Job:
        """Return the job."""

    def jobs(self, limit: int, before: str | None = None) -> list[Job]:
        """Return jobs, newest first; `before` is the id of the last job of the previous page."""

    def cancel(self, job_id: str) -> Job:
        """Stop the job and return it; a job that has ended stays as it is."""

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        """Return the job's events after a cursor, oldest first; if there are many, only the first of them."""

    def check(self) -> str | None:
        """Return warnings about a graph that works, or None.

        Raises:
            GraphUnavailable: no run can be started now.
        """
