"""The API's port to the graph, through Dagster's web server: whatever the API starts is a run that its UI shows.

Knows what an extraction and a backtest are as stages of runs. Must not know HTTP routes.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from g4qc_core.api.launcher import ExtractOrder, Job, JobEvent
from g4qc_core.backtest.specs import BacktestSpec
from g4qc_core.bars.reasons import Decision
from g4qc_core.errors import G4qcError, NotFound, UsageError, unknown
from g4qc_core.instruments import Instrument, Registry
from g4qc_core.sessions import calendar, check_window
from g4qc_core.settings import Settings
from g4qc_core.storage.backtest_store import StoredSpec
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.jobs import BACKTEST_ASSETS, BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.launching.job_states import events_of, job_of
from g4qc_pipelines.launching.stages import JOB, Plan, Stage, following, stage_of
from g4qc_pipelines.partitions import BACKTESTS, INSTRUMENTS, key_of, months_between
from g4qc_pipelines.steps.decisions import choose_bars, months_of, sessions_of

_log = logging.getLogger(__name__)

_ID = re.compile(r"^[0-9a-f-]{32,36}$")
_FOLLOW_SECONDS = 1.0
_UNFOLLOWED = 50  # newest runs of extractions, looked through when the process starts
_CHAIN_REACHES = timedelta(days=100)  # beyond the window: what a roll within it needs


class DagsterLauncher:
    """The port `g4qc_core.api.launcher.Launcher`, over the web server of the settings.

    A thread launches the next stage of a job when the one before has succeeded, those of jobs of an earlier process
    included. Close it with `close`.
    """

    def __init__(
        self, settings: Settings, registry: Registry, stores: Callable[[], Stores], graph: Graph | None = None
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._stores = stores
        self._graph = graph or Graph(f"http://{settings.dagster_host}:{settings.dagster_port}", settings.dagster_link)
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._cancelled: set[str] = set()
        self._stopping = threading.Event()
        self._follower = threading.Thread(target=self._follow, name="launcher", daemon=True)
        self._follower.start()

    def close(self) -> None:
        """Stops following jobs; the next process goes on with them."""
        self._stopping.set()
        self._follower.join(timeout=5)
        self._graph.close()

    def check(self) -> None:
        """Raises GraphUnavailable when nothing could be launched now."""
        self._graph.check()

    def extract(self, order: ExtractOrder) -> str:
        """See the port."""
        instrument = self._registry[order.symbol]
        self._check_window(instrument, order)
        months = [key_of(instrument.symbol, month) for month in months_between(order.first, order.last)]
        config = {"contracts": list(order.contracts), "first": f"{order.first}", "last": f"{order.last}"}
        stages = [Stage(CHAIN_ASSETS, instrument.symbol)] if self._needs_chain(instrument, order) else []
        stages.append(Stage(BAR_ASSETS, months[0], months[-1], {"raw_bars": config}))
        if instrument.expires:
            stages.append(Stage(ROLL_ASSETS, instrument.symbol))
        self._graph.add_partition(str(INSTRUMENTS.name), instrument.symbol)
        about = " ".join([instrument.symbol, *order.contracts, f"{order.first} to {order.last}"])
        return self._start(Plan(uuid4().hex, "extract", about, stages, of=len(stages)))

    def backtest(self, spec: BacktestSpec) -> str:
        """See the port."""
        self._stores().backtests.save_spec(StoredSpec(spec.name, spec.to_dict(), "API", datetime.now(UTC)))
        self._graph.add_partition(str(BACKTESTS.name), spec.name)
        stages = [Stage(BACKTEST_ASSETS, spec.name)]
        return self._start(Plan(uuid4().hex, "backtest", spec.name, stages, backtest=spec.name))

    def materialize(self, assets: Sequence[str], first: str | None = None, last: str | None = None) -> str:
        """See the port."""
        known = self._graph.assets()
        for name in assets:
            if name not in known:
                raise unknown("asset", name, sorted(known))
            if known[name] != (first is not None):
                raise UsageError(f"The asset {name} {'has partitions: name one' if known[name] else 'has none'}.")
        about = " ".join([*assets, *(key for key in dict.fromkeys((first, last)) if key)])
        return self._start(Plan(uuid4().hex, "materialize", about, [Stage(list(assets), first, last)]))

    def decide(self, bars: Sequence[str], decision: Decision, by: str, note: str) -> str:
        """See the port."""
        stores, now = self._stores(), datetime.now(UTC)
        chosen = choose_bars(bars, decision, self._registry, stores)
        self._graph.check()
        for one in chosen:
            stores.quarantine.decide(one.key.symbol, one.bars, decision, by, now, note)
        raw, *derived = BAR_ASSETS
        stages = [
            Stage([raw], key_of(symbol, day), None, {raw: {"contracts": [month], "first": f"{day}", "last": f"{day}"}})
            for symbol, month, day in (sessions_of(chosen) if decision is Decision.REFETCH else [])
        ]
        stages += [Stage(derived, month) for month in months_of(chosen)]
        about = f"{decision} {bars[0]}" + (f" and {len(bars) - 1} more" if len(bars) > 1 else "")
        return self._start(Plan(uuid4().hex, "decide", about, stages, of=len(stages)))

    def job(self, job_id: str) -> Job:
        """See the port."""
        return job_of(self._runs(job_id), self._graph, job_id in self._cancelled)

    def jobs(self, limit: int, before: str | None = None) -> list[Job]:
        """See the port."""
        cursor = None if before is None else self._runs(before)[0]["runId"]
        first_runs: list[dict[str, Any]] = []
        while len(first_runs) < limit:
            page = self._graph.runs(limit * 2, cursor)
            first_runs += [run for run in page if stage_of(tags_of(run))[0] == 1]
            if len(page) < limit * 2:
                break
            cursor = page[-1]["runId"]
        return [self._listed(run) for run in first_runs[:limit]]

    def cancel(self, job_id: str) -> Job:
        """See the port."""
        with self._lock:
            runs = self._runs(job_id)
            if not job_of(runs, self._graph, False).state.final:
                self._cancelled.add(job_id)
                self._graph.terminate(runs[-1]["runId"])
        return self.job(job_id)

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        """See the port."""
        return events_of(self._runs(job_id), self._graph, after)

    def _listed(self, first_run: dict[str, Any]) -> Job:
        tags = tags_of(first_run)
        several = stage_of(tags)[1] > 1
        runs = self._runs(tags[JOB]) if several else [first_run]
        return job_of(runs, self._graph, tags.get(JOB) in self._cancelled)

    def _runs(self, job_id: str) -> list[dict[str, Any]]:
        """The job's runs, oldest first; a run that has no job is one of its own."""
        found: list[dict[str, Any]] = []
        if _ID.match(job_id):
            found = self._graph.runs(10, job=job_id)
            if not found:
                run = self._graph.run(job_id)
                found = [run] if run is not None else []
        if not found:
            raise NotFound(f"There is no job {job_id}: /api/v1/jobs lists them.")
        return sorted(found, key=lambda run: stage_of(tags_of(run)))

    def _start(self, plan: Plan) -> str:
        stage = plan.stages[0]
        with self._lock:
            self._graph.launch(stage.assets, stage.first, stage.last, plan.tags(), stage.config)
            if len(plan.stages) > 1:
                self._open.add(plan.job)
        return plan.job

    def _check_window(self, instrument: Instrument, order: ExtractOrder) -> None:
        check_window(order.first, order.last)
        if f"{order.first:%Y-%m}" < self._settings.first_month:
            raise UsageError(
                f"The graph begins with {self._settings.first_month}: ask for later sessions, or set G4QC_FIRST_MONTH."
            )
        if not calendar(instrument.calendar).sessions(order.first, order.last):
            raise UsageError(
                f"There is no session of {instrument.symbol} from {order.first} to {order.last}: "
                "the exchange is closed."
            )

    def _needs_chain(self, instrument: Instrument, order: ExtractOrder) -> bool:
        """True when the stored chain lacks a contract that the order names or may need."""
        chain = self._stores().contracts.chain(instrument.symbol)
        known = {contract.month for contract in chain}
        reaches: date = max((contract.last_trade_date for contract in chain), default=date.min)
        return not set(order.contracts) <= known or reaches < order.last + _CHAIN_REACHES

    def _follow(self) -> None:
        """Launches what comes next, until the process ends."""
        found_earlier = False
        while not self._stopping.wait(_FOLLOW_SECONDS):
            try:
                if not found_earlier:
                    for kind in ("extract", "decide"):
                        self._open |= {tags_of(run)[JOB] for run in self._graph.runs(_UNFOLLOWED, kind=kind)}
                    found_earlier = True
                for job_id in tuple(self._open):
                    self._go_on(job_id)
            except G4qcError as error:
                _log.info("the jobs wait: %s", error)

    def _go_on(self, job_id: str) -> None:
        with self._lock:
            newest = self._runs(job_id)[-1]
            plan = following(tags_of(newest))
            if plan is not None and newest["status"] == "SUCCESS" and job_id not in self._cancelled:
                stage = plan.stages[0]
                self._graph.launch(stage.assets, stage.first, stage.last, plan.tags(), stage.config)
                plan = following(plan.tags())
                newest = {"status": "QUEUED"}
            ended = newest["status"] in ("SUCCESS", "FAILURE", "CANCELED") or job_id in self._cancelled
            if plan is None or ended:
                self._open.discard(job_id)


def tags_of(run: dict[str, Any]) -> dict[str, str]:
    """The run's tags by key."""
    return {tag["key"]: tag["value"] for tag in run["tags"]}
