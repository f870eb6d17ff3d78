"""The sensor `follow_up`: it launches the runs that follow other runs, by Dagster's history and not by a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.quality.source_comparison import overlapping_months
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.named_jobs import COMPARE_SOURCES, MAP_COVERAGE, RECONCILE, UPDATE_BARS, UPDATE_ROLLS
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.run_tags import AFTER, FOLLOW_UP, TRADE_DATE, run_tags
from g4qc_pipelines.sensors.attempts import Attempts
from g4qc_pipelines.sensors.followers import FollowUp, History, followers, left_to_others

RUNS_PER_TICK = 20

Clock = Callable[[], datetime]


def build_follow_up(
    settings: Settings,
    jobs: Mapping[str, UnresolvedAssetJobDefinition],
    clock: Clock = lambda: datetime.now(UTC),
) -> dg.SensorDefinition:
    """Return the sensor `follow_up`; it is off until the user switches it on.

    Args:
        settings: the settings.
        jobs: the graph's named jobs.
        clock: current instant, UTC; replaced in tests.
    """

    @dg.sensor(
        name=FOLLOW_UP,
        jobs=[jobs[name] for name in (UPDATE_BARS, UPDATE_ROLLS, MAP_COVERAGE, RECONCILE, COMPARE_SOURCES)],
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Launches what follows: the bars of the night when the chain was asked for; the roll calendar and "
        "the coverage map when new bars of an instrument are there and no run works on it; the map also when bars "
        "failed; the reconciliation of bars that the night or a repair brought; the comparison of sources where an "
        "import and the gateway, or two imports, have bars of the same contract.",
    )
    def follow_up(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            registry = load_registry(settings.own_instruments)
            symbols = [s for s in context.instance.get_dynamic_partitions(str(INSTRUMENTS.name)) if s in registry]
            now, history = clock(), History(context.instance, symbols)
            found = followers(
                history, settings.first_month, lambda symbol: overlapping_months(registry[symbol], None, None, stores)
            )
        except G4qcError as error:
            return dg.SkipReason(str(error))
        wanted = {one.name: one for one in found}
        waits = {name for name, one in wanted.items() if one.symbol in history.at_work}
        waits |= left_to_others(history, now) & wanted.keys()
        states = {name: one.state for name, one in wanted.items()}
        memory = Attempts.read(context.cursor)
        due = memory.due(states, waits, now, RUNS_PER_TICK)
        after = memory.after(states, due, now)
        if not due:
            if after != memory:
                context.update_cursor(after.written())
            follow = counted(len(wanted), "run")
            return dg.SkipReason(f"Nothing is due: {follow} should follow, {len(waits)} after a run under way.")
        requests = [_request(wanted[name], after.made[name].tries) for name in due]
        return dg.SensorResult(run_requests=requests, cursor=after.written())

    return follow_up


def _request(one: FollowUp, tries: int) -> dg.RunRequest:
    more = {AFTER: one.after, TRADE_DATE: one.day}
    return dg.RunRequest(
        run_key=f"{one.name} {one.state} {tries}",
        job_name=one.job,
        partition_key=one.partition,
        tags=run_tags("sensor", FOLLOW_UP, one.partition) | {tag: value for tag, value in more.items() if value},
    )
