"""The port through which the API starts work and reads its state; every job is made of runs of the graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.quarantine.decisions import Preview
from g4qc_core.graph_keys import GraphKey, KeyKind
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.imports.import_order import AcceptedImport, ImportOrder
from g4qc_core.services.quarantine.review import DecisionRequest
from g4qc_core.services.research.study import StudySpec
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
        """True for a job that has ended."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class WaitCode(StrEnum):
    """Why a job has not begun."""

    QUEUE = "queue"
    """All places are taken."""
    CONCURRENCY = "concurrency"
    """A pool that it uses is taken."""
    GATEWAY = "gateway"
    """The gateway serves another run."""
    STARTING = "starting"
    """Nothing is before it: its process is about to start, or starts."""
    PAUSED = "paused"
    """Nothing leaves the queue: Dagster's daemon or the code of the graph is away."""


@dataclass(frozen=True)
class Waiting:
    """Why a job has not begun, or its next run has not.

    Attributes:
        code: why.
        words: the same in one sentence.
        ahead: runs that go before it.
    """

    code: WaitCode
    words: str
    ahead: int = 0


@dataclass(frozen=True)
class JobProgress:
    """How far a job is within its step.

    Attributes:
        done: units that are done.
        total: of how many; None: not known.
        unit: `trials`, `confirmations`, `steps` of a study, or `requests` to the gateway.
        eta_seconds: estimated time for the others; None: not known.
    """

    done: int
    total: int | None
    unit: str
    eta_seconds: float | None


@dataclass(frozen=True)
class ExtractionRequest:
    """Sessions of an instrument to fetch, validate and derive.

    Attributes:
        symbol: the instrument.
        first: trade date of the first session.
        last: trade date of the last session, included.
        contracts: contract months (YYYYMM); empty: the months that the roll rule needs.
    """

    symbol: str
    first: date
    last: date
    contracts: Sequence[str] = ()


@dataclass(frozen=True)
class Job:
    """A request for work: one run of the graph, or several, one after the other.

    Attributes:
        id: id of the job; of a run that another surface launched, that of the run.
        kind: `extract`, `backtest`, `search`, `study`, `materialize`, `decide` or `import`; `run` for a run that
            another surface launched.
        about: what it works on, in words.
        state: its state.
        created_at: UTC.
        done: number of steps that have ended.
        steps: number of all steps; a stage that has not begun counts as one.
        message: why it failed; else empty.
        runs: ids of its runs, oldest first.
        url: page of the newest run; None before there is one.
        ended_at: UTC; None while it is unfinished.
        backtest: name of the spec, of a backtest.
        job: name of the job in Dagster that the newest run belongs to, like `update_bars`; None for a selection of
            assets by hand.
        surface: `API`, `command line`, `schedule` or `sensor`; `Dagster` for a run that Dagster's own pages launched.
        waiting: why its newest run has not begun; None for one that has, or a job that has ended.
        progress: how far it is within its step; None where that is not known, or the job has ended.
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
    job: str | None = None
    surface: str | None = None
    waiting: Waiting | None = None
    progress: JobProgress | None = None


@dataclass(frozen=True)
class JobEvent:
    """One event of a job's log.

    Attributes:
        cursor: name of the event, after which a reader can continue.
        at: UTC.
        step: name of the step; empty for an event of the run.
        message: what happened.
        failed: True for a failure.
        level: `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`.
        error: class of the error, of a failure or a retry.
        cause: the innermost error in its own words, of the same.
    """

    cursor: str
    at: datetime
    step: str
    message: str
    failed: bool = False
    level: str = "INFO"
    error: str | None = None
    cause: str | None = None


class JobLauncher(Protocol):
    """Starts jobs and reads their state.

    Every method raises GraphUnavailable when the graph cannot be reached, and NotFound for an unknown job. Until a job
    ends, a request for the same work returns its id.
    """

    def extract(self, order: ExtractionRequest) -> str:
        """Start an extraction, from the gateway to every timeframe; return the job's id.

        Raises:
            UsageError: the graph does not have such an instrument, window or contract.
        """

    def backtest(self, spec: BacktestSpec, confirm: bool = False) -> str:
        """Keep the spec and start its backtest and report; return the job's id.

        Args:
            spec: the spec.
            confirm: run it by the reference engine too, and fail where a trade or the equity of a session differs.

        Raises:
            UsageError, BacktestRefused: it cannot run on the stored data; the spec is not kept.
        """

    def search(self, spec: SearchSpec) -> str:
        """Start a search; return the job's id. A search that was stopped goes on where it stopped.

        Raises:
            UsageError: it cannot run on the stored data.
        """

    def study(self, kind: str, spec: StudySpec) -> str:
        """Start a study; return the job's id.

        Args:
            kind: name of its kind, like `walk_forward`.
            spec: the study.

        Raises:
            UsageError: there is no such kind, or the spec names what there is not.
            G4qcError: it cannot run on the stored data.
        """

    def bring(self, order: ImportOrder) -> AcceptedImport:
        """Read files, record their import and start what stores it, up to every timeframe and the roll calendars.

        Raises:
            UsageError: a name is unknown, no profile fits, or a file cannot be read.
            SettingsError: the files cannot be imported, or grave doubts were not accepted.
            OriginMismatch: the database holds bars of another kind of market.
        """

    def materialize(self, assets: Sequence[str], first: str | None = None, last: str | None = None) -> str:
        """Start a run of assets over one partition, or over a range; return the job's id.

        Args:
            assets: names of assets that share their partitions.
            first: partition key; None for assets without partitions.
            last: last key of a range; None for `first` alone.

        Raises:
            UsageError: the graph does not have such assets or partitions.
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
            by: name of the user or key that decides.
            note: reason of the decision.

        Raises:
            UsageError: a bar is not in quarantine or does not allow this decision.
            DecidedMeanwhile: the bars have changed since the preview, or something else was decided about them.
        """

    def delete_results(self, made: Mapping[str, datetime | None], by: str) -> list[DeletedResult]:
        """Delete results with their reports, and keys that nothing needs after that; all results or none.

        Args:
            made: ids, each with the instant (UTC) of the result that the caller has seen; None for any.
            by: name of the user or key that deletes them.

        Raises:
            NotFound: there is no such result.
            Gone: a result was deleted before.
            InUse: a run of the spec is under way, or the result was made again since.
        """

    def partitions(self) -> list[GraphKey]:
        """Return the partition keys of the graph, by kind and name."""

    def remove_partitions(self, kind: KeyKind, keys: Collection[str]) -> list[GraphKey]:
        """Remove keys, all or none; return them. Bars and results stay.

        Raises:
            UsageError: a key is unknown, or something needs it.
            InUse: a run works on it.
        """

    def job(self, job_id: str) -> Job:
        """Return a job."""

    def jobs(self, limit: int, before: str | None = None) -> list[Job]:
        """Return the newest jobs, newest first.

        Args:
            limit: maximum number of jobs.
            before: id of the last job of the page before; None for the first page.
        """

    def version(self) -> str:
        """Return a text that changes when a job begins, changes its state or ends."""

    def cancel(self, job_id: str) -> Job:
        """Cancel a job, and return it; a job that has ended stays as it is."""

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        """Return events of a job, oldest first; perhaps not all of them at once.

        Args:
            job_id: the job.
            after: cursor of the last event that the caller has; None for the beginning.
        """

    def check(self) -> str | None:
        """Return a warning although jobs can be launched; None or empty for none.

        Raises:
            GraphUnavailable: nothing could be launched now.
        """
