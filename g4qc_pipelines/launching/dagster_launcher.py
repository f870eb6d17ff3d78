"""The API's port to the graph, through Dagster's web server: every job is made of runs that Dagster's UI shows.

HTTP routes do not belong here, nor the stages of a job: see `g4qc_pipelines.stages`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from g4qc_core.api.job_launcher import ExtractionRequest, Job, JobEvent, JobProgress, Waiting
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.quarantine.decisions import Preview
from g4qc_core.errors import NotFound, TransientError, UsageError
from g4qc_core.graph_keys import GraphKey, KeyKind
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.known_specs import find_spec, keep_spec, own_name
from g4qc_core.services.backtests.preflight import check_runnable
from g4qc_core.services.imports.import_order import AcceptedImport, ImportOrder
from g4qc_core.services.quarantine.review import DecisionRequest, choose_bars, preview_of
from g4qc_core.services.removal import Removal
from g4qc_core.services.research.search_plan import find_search, plan_search
from g4qc_core.services.research.study import StudySpec
from g4qc_core.services.research.study_kinds import STUDY_KINDS, study_kind
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.deleted_store import DeletedResult
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.launching.graph_health import check_graph_health, health_remarks
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.launching.import_launch import begin_job
from g4qc_pipelines.launching.job_follower import JobFollower, end_of, in_order, launch, tags_of
from g4qc_pipelines.launching.job_states import events_of, job_of
from g4qc_pipelines.launching.job_tags import JOB, MOST_STAGES, RemainingStages, stage_of
from g4qc_pipelines.launching.partition_keys import WebServerKeys
from g4qc_pipelines.launching.up_lock import dagster_absent
from g4qc_pipelines.launching.waiting_runs import may_wait, waiting_of
from g4qc_pipelines.launching.web_key import web_key
from g4qc_pipelines.named_jobs import SENSITIVITY_ASSETS
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, INSTRUMENTS, SEARCHES
from g4qc_pipelines.stages.checks import MONTHS, check_keys, month_range, partitions_kind
from g4qc_pipelines.stages.job_plan import JobPlan
from g4qc_pipelines.stages.kinds import backtest, decision, extraction, materialization, search, study

_log = logging.getLogger(__name__)

_ID = re.compile(r"^[0-9a-f-]{32,36}$")
_MOST_RUNS = 2 * MOST_STAGES
_LOOKED_THROUGH = 10  # newest runs that do the same


def _nothing() -> None:
    """Do nothing."""


class DagsterLauncher:
    """The port `g4qc_core.api.job_launcher.JobLauncher`, over the web server of the settings. Close it with `close`."""

    def __init__(
        self, settings: Settings, registry: Registry, stores: Callable[[], Stores], graph: Graph | None = None
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._stores = stores
        address = f"http://{settings.dagster_host}:{settings.dagster_port}"
        absent = partial(dagster_absent, settings.home)
        self._graph = graph or Graph(address, settings.dagster_link, key=web_key(settings), absent=absent)
        self._follower = JobFollower(self._graph, stores)

    def close(self) -> None:
        """Stop following jobs; the next process continues them."""
        self._follower.close()
        self._graph.close()

    def check(self) -> str:
        """See the port; raise GraphUnavailable too when a sensor or daemon that should look does not."""
        self._graph.check()
        check_graph_health(self._graph, time.time())
        return "; ".join(health_remarks(self._graph, time.time()))

    def extract(self, order: ExtractionRequest) -> str:
        """See the port."""
        instrument = self._registry[order.symbol]
        plan = extraction(instrument, order.first, order.last, order.contracts)
        self._graph.begin_with(order.first)
        self._graph.add_partition(str(INSTRUMENTS.name), instrument.symbol)
        return self._start(plan)

    def backtest(self, spec: BacktestSpec, confirm: bool = False) -> str:
        """See the port."""
        stores = self._stores()
        spec = own_name(spec, self._settings, self._registry, stores.backtests)
        check_runnable(spec, self._settings, self._registry, stores)

        def keep() -> None:
            self._graph.add_partition(str(BACKTESTS.name), spec.name)
            keep_spec(spec, "API", self._settings, self._registry, stores.backtests)

        return self._start(backtest(spec.name, confirm), keep, lambda: stores.backtests.forget_spec(spec.name))

    def search(self, spec: SearchSpec) -> str:
        """See the port."""
        plan_search(spec, self._settings, self._registry, self._stores())
        return self._start(search(spec), lambda: self._graph.add_partition(str(SEARCHES.name), spec.name))

    def study(self, kind: str, spec: StudySpec) -> str:
        """See the port."""
        found = study_kind(kind)
        # It reads what the spec names, so that a spec that cannot run is refused before there is a job.
        found.data_version(spec, self._settings, self._registry, self._stores())
        return self._start(study(found.name, spec), lambda: self._graph.add_partition(found.name, spec.name))

    def bring(self, order: ImportOrder) -> AcceptedImport:
        """See the port."""
        return begin_job(order, self._settings, self._registry, self._stores(), self._graph, self._start)

    def materialize(self, assets: Sequence[str], first: str | None = None, last: str | None = None) -> str:
        """See the port."""
        kind = partitions_kind(assets, self._graph.assets())
        check_keys(assets[0], kind, first, last)
        if first is not None:
            self._add_partition(assets, kind, first, last)
        return self._start(materialization(assets, first, last))

    def preview(self, request: DecisionRequest) -> Preview:
        """See the port."""
        stores = self._stores()
        return preview_of(choose_bars(request, self._registry, stores), request.decision, stores)

    def decide(self, request: DecisionRequest, by: str, note: str) -> str:
        """See the port."""
        stores, now = self._stores(), datetime.now(UTC)
        chosen = choose_bars(request, self._registry, stores)
        found = preview_of(chosen, request.decision, stores)
        named = request.bars[0] if len(request.bars) == 1 and found.bars == 1 else None
        plan = decision(chosen, found, stores, named)
        if len(plan.stages) > MOST_STAGES:
            raise UsageError(
                f"These bars need {counted(len(plan.stages), 'run')}, one for each session and month: decide about "
                "fewer at once."
            )
        self._graph.check()
        bars = {one.instrument.symbol: one.bars for one in chosen}
        stores.quarantine.decide_all(bars, request.decision, by, now, note)
        return self._start(plan)

    def delete_results(self, made: Mapping[str, datetime | None], by: str) -> list[DeletedResult]:
        """See the port."""
        return self._removal().delete(made, by)

    def partitions(self) -> list[GraphKey]:
        """See the port."""
        return self._removal().listed()

    def remove_partitions(self, kind: KeyKind, keys: Collection[str]) -> list[GraphKey]:
        """See the port."""
        return self._removal().remove(kind, keys)

    def _removal(self) -> Removal:
        return Removal(self._settings, self._stores(), WebServerKeys(self._graph))

    def job(self, job_id: str) -> Job:
        """See the port."""
        return self._jobs(self._runs(job_id))[0]

    def jobs(self, limit: int, before: str | None = None) -> list[Job]:
        """See the port."""
        cursor = None if before is None else self._runs(before)[0]["runId"]
        seen: list[dict[str, Any]] = []
        while True:
            page = self._graph.runs(limit * 2, cursor)
            seen += page
            first_runs = [run for run in seen if stage_of(tags_of(run))[0] == 1][:limit]
            if len(first_runs) == limit or len(page) < limit * 2:
                break
            cursor = page[-1]["runId"]
        return self._jobs(*(self._with_others(run, seen if before is None else None) for run in first_runs))

    def _with_others(self, first: dict[str, Any], newer: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        """Return all runs of the job that begins with this one, oldest first; `newer` has all later ones, if known."""
        tags = tags_of(first)
        if stage_of(tags)[1] == 1:
            return [first]
        if newer is None:
            return self._runs(tags[JOB])
        return sorted((run for run in newer if tags_of(run).get(JOB) == tags[JOB]), key=in_order)

    def version(self) -> str:
        """See the port."""
        return " ".join(self._graph.run_versions())

    def cancel(self, job_id: str) -> Job:
        """See the port."""
        if not self.job(job_id).state.final:
            self._follower.stop(job_id)
        return self.job(job_id)

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        """See the port."""
        return events_of(self._runs(job_id), self._graph, after)

    def _jobs(self, *jobs: list[dict[str, Any]]) -> list[Job]:
        """Return the jobs of these runs, each given oldest first."""
        newest = {tags_of(runs[-1]).get(JOB, runs[-1]["runId"]): runs for runs in jobs}
        try:
            ends = self._follower.ends(*newest)
        except TransientError as error:
            # The state of runs is in Dagster's storage, and is shown without the database of bars too.
            _log.info("the ends of jobs cannot be read: %s", error)
            ends = {}
        found = [job_of(runs, self._graph, end_of(runs[-1], ends.get(job))) for job, runs in newest.items()]
        newest_runs = [runs[-1] for runs in newest.values()]
        found = [replace(job, waiting=why) for job, why in zip(found, self._waits(found, newest_runs), strict=True)]
        advances = self._advances([job.runs[-1] for job in found if not job.state.final])
        return [replace(job, progress=advances.get(job.runs[-1])) for job in found]

    def _waits(self, jobs: list[Job], runs: list[dict[str, Any]]) -> list[Waiting | None]:
        """Return why each job waits, given its newest run; None for one that does not."""
        waiting = [not job.state.final and may_wait(run) for job, run in zip(jobs, runs, strict=True)]
        if not any(waiting):
            return [None] * len(jobs)
        queue, now = self._graph.queue(), time.time()
        return [waiting_of(run, queue, now) if one else None for one, run in zip(waiting, runs, strict=True)]

    def _advances(self, run_ids: list[str]) -> dict[str, JobProgress]:
        """Return how far these runs are, by id; nothing for those that do not tell, or while the database is away."""
        if not run_ids:
            return {}
        try:
            stores = self._stores()
            found = {
                run_id: JobProgress(one.done, one.total, one.unit, one.seconds_left)
                for run_id, one in stores.run_progress.of(run_ids).items()
            }
            for plan in stores.progress.running():
                if plan.run_id in run_ids:
                    left = (plan.finishes_at - datetime.now(UTC)).total_seconds()
                    found[plan.run_id] = JobProgress(plan.done, plan.total, "requests", max(left, 0.0))
        except TransientError as error:
            _log.info("the progress of jobs cannot be read: %s", error)
            return {}
        return found

    def _runs(self, job_id: str) -> list[dict[str, Any]]:
        """Return the job's runs, oldest first; a run without a job is a job by itself."""
        found: list[dict[str, Any]] = []
        if _ID.match(job_id):
            found = self._graph.runs(_MOST_RUNS, job=job_id)
            if not found:
                run = self._graph.run(job_id)
                found = [run] if run is not None else []
        if not found:
            raise NotFound(f"There is no job {job_id}: /api/v1/jobs lists them.")
        return sorted(found, key=in_order)

    def _start(
        self, plan: JobPlan, prepare: Callable[[], object] = _nothing, undo: Callable[[], object] = _nothing
    ) -> str:
        """Launch the first stage of the plan, or find the unfinished job that does the same; return the job's id.

        Args:
            plan: the plan.
            prepare: creates what the launch needs.
            undo: reverts `prepare` when the launch fails.
        """
        job = RemainingStages.of_plan(plan, uuid4().hex)
        with self._stores().locks.hold(f"start {job.key}"):
            running = self._unfinished(job.key)
            if running is not None:
                return running
            try:
                prepare()
                launch(self._graph, job)
            except Exception:
                undo()
                raise
        if job.of > 1:
            self._follower.follow(job.job)
        return job.job

    def _unfinished(self, key: str) -> str | None:
        """Return the newest unfinished job of that key."""
        jobs = dict.fromkeys(tags_of(run).get(JOB, "") for run in self._graph.runs(_LOOKED_THROUGH, key=key))
        return next((job_id for job_id in jobs if job_id and not self.job(job_id).state.final), None)

    def _add_partition(self, assets: Sequence[str], kind: str, first: str, last: str | None) -> None:
        """Add the partition to the graph if it is missing; raise UsageError if the graph cannot have it."""
        if kind == MONTHS:
            instrument, begin = month_range(first, last, self._registry)
            self._graph.begin_with(begin)
            self._graph.add_partition(str(INSTRUMENTS.name), instrument.symbol)
            return
        if last not in (None, first):
            raise UsageError(f"The asset {assets[0]} is made one partition at a time: name one.")
        if kind == INSTRUMENTS.name:
            self._graph.add_partition(kind, self._registry[first].symbol)
        elif kind == SEARCHES.name:
            find_search(first, self._settings, self._stores())
            self._graph.add_partition(kind, first)
        elif kind in STUDY_KINDS:
            STUDY_KINDS[kind].find(first, self._settings, self._registry, self._stores())
            self._graph.add_partition(kind, first)
        elif kind == BACKTESTS.name:
            stores = self._stores()
            spec = find_spec(first, self._settings, self._registry, stores.backtests)
            if list(assets) == SENSITIVITY_ASSETS:
                check_runnable(spec, self._settings, self._registry, stores)
            self._graph.add_partition(kind, spec.name)
