"""The API's port to the graph, through Dagster's web server: whatever the API starts is a run that its UI shows.

Knows what an extraction and a backtest are as stages of runs. Must not know HTTP routes.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from g4qc_core.api.job_launcher import ExtractionRequest, Job, JobEvent
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.bars.quarantine.decisions import Preview
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.counts import counted
from g4qc_core.errors import NotFound, TransientError, UsageError, unknown
from g4qc_core.graph_keys import GraphKey, KeyKind
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import listing
from g4qc_core.services.backtests.known_specs import find_spec, is_of_file, own_name
from g4qc_core.services.backtests.preflight import check_runnable
from g4qc_core.services.backtests.removal import Removal
from g4qc_core.services.month_keys import key_of, months_between, parse_key
from g4qc_core.services.quarantine.review import Chosen, DecisionRequest, choose_bars, preview_of, rebuilds, sessions_of
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import StoredSpec
from g4qc_core.storage.result_stores.deleted_store import DeletedResult
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.jobs import (
    BACKTEST_ASSETS,
    BAR_ASSETS,
    CHAIN_ASSETS,
    ROLL_ASSETS,
    assets_after_decision,
    in_graph_order,
)
from g4qc_pipelines.launching.follower import JobFollower, end_of, in_order, launch, tags_of
from g4qc_pipelines.launching.graph_limits import Limits
from g4qc_pipelines.launching.graphql import MONTHS, Graph
from g4qc_pipelines.launching.job_states import events_of, job_of
from g4qc_pipelines.launching.one_up import absence
from g4qc_pipelines.launching.own_key import own_key
from g4qc_pipelines.launching.served_keys import ServedKeys
from g4qc_pipelines.launching.stages import DECIDE, JOB, JobPlan, RunStage, stage_of
from g4qc_pipelines.launching.watches import check_watches, remarks
from g4qc_pipelines.partitions.definitions import BACKTESTS, INSTRUMENTS
from g4qc_pipelines.run_tags import spelled_range

_log = logging.getLogger(__name__)

_ID = re.compile(r"^[0-9a-f-]{32,36}$")
_MOST_STAGES = 100  # what comes next stands in a tag, which has only so much room
_MOST_RUNS = 2 * _MOST_STAGES
_LOOKED_THROUGH = 10  # newest runs that do the same
_CHAIN_REACHES = timedelta(days=100)  # beyond the window: what a roll within it needs


def _nothing() -> None:
    """There is nothing to do."""


class DagsterLauncher:
    """The port `g4qc_core.api.job_launcher.Launcher`, over the web server of the settings. Close it with `close`."""

    def __init__(
        self, settings: Settings, registry: Registry, stores: Callable[[], Stores], graph: Graph | None = None
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._stores = stores
        address = f"http://{settings.dagster_host}:{settings.dagster_port}"
        absent = partial(absence, settings.home)
        self._graph = graph or Graph(address, settings.dagster_link, key=own_key(settings), absent=absent)
        self._follower = JobFollower(self._graph, stores)
        self._limits = Limits(registry)

    def close(self) -> None:
        """Stops following jobs; the next process goes on with them."""
        self._follower.close()
        self._graph.close()

    def check(self) -> str:
        """See the port; raise GraphUnavailable too when a sensor or daemon that should look does not."""
        self._graph.check()
        check_watches(self._graph, time.time())
        return "; ".join(remarks(self._graph, time.time()))

    def extract(self, order: ExtractionRequest) -> str:
        """See the port."""
        instrument = self._registry[order.symbol]
        self._limits.check_order(instrument, order)
        months = [key_of(instrument.symbol, month) for month in months_between(order.first, order.last)]
        config = {"contracts": list(order.contracts), "first": f"{order.first}", "last": f"{order.last}"}
        stages = [RunStage(CHAIN_ASSETS, instrument.symbol)] if self._needs_chain(instrument, order) else []
        stages.append(RunStage(BAR_ASSETS, months[0], months[-1], {"raw_bars": config}))
        if instrument.expires:
            stages.append(RunStage(ROLL_ASSETS, instrument.symbol))
        self._graph.begin_with(order.first)
        self._graph.add_partition(str(INSTRUMENTS.name), instrument.symbol)
        about = " ".join([instrument.symbol, *order.contracts, f"{order.first} to {order.last}"])
        return self._start(JobPlan(uuid4().hex, "extract", about, stages, of=len(stages)))

    def backtest(self, spec: BacktestSpec) -> str:
        """See the port."""
        stores = self._stores()
        spec = own_name(spec, self._settings, self._registry, stores.backtests)
        check_runnable(spec, self._settings, self._registry, stores)
        stages = [RunStage(BACKTEST_ASSETS, spec.name)]
        plan = JobPlan(uuid4().hex, "backtest", spec.name, stages, backtest=spec.name)
        return self._start(plan, lambda: self._keep(spec, stores), lambda: stores.backtests.forget_spec(spec.name))

    def _keep(self, spec: BacktestSpec, stores: Stores) -> None:
        """Add the spec to the graph."""
        self._graph.add_partition(str(BACKTESTS.name), spec.name)
        if not is_of_file(spec.name, self._settings, self._registry):
            stores.backtests.save_spec(StoredSpec(spec.name, spec.to_dict(), "API", datetime.now(UTC)))

    def materialize(self, assets: Sequence[str], first: str | None = None, last: str | None = None) -> str:
        """See the port."""
        known = self._graph.assets()
        for name in assets:
            if name not in known:
                raise unknown("asset", name, sorted(known))
        kinds = {known[name] for name in assets}
        if len(kinds) > 1:
            raise UsageError(f"{', '.join(assets)} have different partitions: start them one after the other.")
        self._check_partitions(assets, kinds.pop(), first, last)
        assets = in_graph_order(assets)
        about = " ".join(filter(None, (*assets, spelled_range(first, last))))
        return self._start(JobPlan(uuid4().hex, "materialize", about, [RunStage(assets, first, last)]))

    def preview(self, decision: Decision, bars: Sequence[str], selection: Selection) -> Preview:
        """See the port."""
        stores = self._stores()
        chosen = choose_bars(DecisionRequest(decision, bars, selection), self._registry, stores)
        return preview_of(chosen, decision, stores)

    def decide(
        self,
        bars: Sequence[str],
        decision: Decision,
        by: str,
        note: str,
        selection: Selection | None = None,
        seen: str | None = None,
    ) -> str:
        """See the port."""
        stores, now = self._stores(), datetime.now(UTC)
        chosen = choose_bars(DecisionRequest(decision, bars, selection or Selection(), seen), self._registry, stores)
        stages = _stages(chosen, decision, stores)
        if len(stages) > _MOST_STAGES:
            raise UsageError(
                f"These bars need {len(stages)} runs, one for each session and month: decide about fewer at once."
            )
        told = preview_of(chosen, decision, stores)
        self._graph.check()
        stores.quarantine.decide_all({one.instrument.symbol: one.bars for one in chosen}, decision, by, now, note)
        one = bars[0] if len(bars) == 1 and told.bars == 1 else f"{counted(told.bars, 'bar')} of {listing(told.months)}"
        plan = JobPlan(uuid4().hex, DECIDE, f"{decision} {one}", stages, of=len(stages), content=told.seen)
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
        return Removal(self._settings, self._stores(), ServedKeys(self._graph))

    def job(self, job_id: str) -> Job:
        """See the port."""
        return self._told(self._runs(job_id))[0]

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
        return self._told(*(self._with_others(run, seen if before is None else None) for run in first_runs))

    def _with_others(self, first: dict[str, Any], newer: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        """All runs of the job that begins with this one, oldest first; `newer` has all runs since, where known."""
        tags = tags_of(first)
        if stage_of(tags)[1] == 1:
            return [first]
        if newer is None:
            return self._runs(tags[JOB])
        return sorted((run for run in newer if tags_of(run).get(JOB) == tags[JOB]), key=in_order)

    def cancel(self, job_id: str) -> Job:
        """See the port."""
        if not self.job(job_id).state.final:
            self._follower.stop(job_id)
        return self.job(job_id)

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        """See the port."""
        return events_of(self._runs(job_id), self._graph, after)

    def _told(self, *jobs: list[dict[str, Any]]) -> list[Job]:
        """The jobs that are these runs, oldest first each."""
        newest = {tags_of(runs[-1]).get(JOB, runs[-1]["runId"]): runs for runs in jobs}
        try:
            ends = self._follower.ends(*newest)
        except TransientError as error:
            # How runs stand is Dagster's to say, and is said without the database of the bars too.
            _log.info("the ends of jobs are not known: %s", error)
            ends = {}
        return [job_of(runs, self._graph, end_of(runs[-1], ends.get(job))) for job, runs in newest.items()]

    def _runs(self, job_id: str) -> list[dict[str, Any]]:
        """The job's runs, oldest first; a run that has no job is one of its own."""
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
        """Launch the plan, or find the unfinished job that does the same; return the job's id.

        Args:
            prepare: creates what the launch needs.
            undo: reverts `prepare` when the launch fails.
        """
        plan = replace(plan, key=plan.identity)
        with self._stores().locks.hold(f"start {plan.key}"):
            running = self._unfinished(plan.key)
            if running is not None:
                return running
            try:
                prepare()
                launch(self._graph, plan)
            except Exception:
                undo()
                raise
        if len(plan.stages) > 1:
            self._follower.follow(plan.job)
        return plan.job

    def _unfinished(self, key: str) -> str | None:
        """Return the newest unfinished job of that key."""
        jobs = dict.fromkeys(tags_of(run).get(JOB, "") for run in self._graph.runs(_LOOKED_THROUGH, key=key))
        return next((job_id for job_id in jobs if job_id and not self.job(job_id).state.final), None)

    def _check_partitions(self, assets: Sequence[str], kind: str, first: str | None, last: str | None) -> None:
        """Refuse partitions that the assets cannot have, and add possible ones that the graph lacks."""
        self._limits.check_keys(assets[0], kind, first, last)
        if first is None:
            return
        stores = self._stores()
        if kind == MONTHS:
            instrument, begin, _ = parse_key(first, self._registry)
            self._graph.begin_with(begin)
            self._graph.add_partition(str(INSTRUMENTS.name), instrument.symbol)
        elif kind == INSTRUMENTS.name:
            self._graph.add_partition(kind, self._registry[first].symbol)
        elif kind == BACKTESTS.name:
            spec = find_spec(first, self._settings, self._registry, stores.backtests)
            if list(assets) == ["roll_sensitivity"]:
                check_runnable(spec, self._settings, self._registry, stores)
            self._graph.add_partition(kind, spec.name)

    def _needs_chain(self, instrument: Instrument, order: ExtractionRequest) -> bool:
        """True when the stored chain lacks a contract that the order names or may need."""
        chain = self._stores().contracts.chain(instrument.symbol)
        known = {contract.month for contract in chain}
        reaches: date = max((contract.last_trade_date for contract in chain), default=date.min)
        return not set(order.contracts) <= known or reaches < order.last + _CHAIN_REACHES


def _stages(chosen: Sequence[Chosen], decision: Decision, stores: Stores) -> list[RunStage]:
    """Return a run a session that is asked for again, and a run a month that depends on the decision."""
    raw = BAR_ASSETS[0]
    asked = sessions_of(chosen) if decision is Decision.REFETCH else []
    stages = [
        RunStage([raw], key_of(symbol, day), None, {raw: {"contracts": [month], "first": f"{day}", "last": f"{day}"}})
        for symbol, month, day in asked
    ]
    made = rebuilds(chosen, decision, stores)
    return stages + [RunStage(assets_after_decision(one.timeframes), one.month) for one in made]
