"""The sensors that fill gaps and fetch vanishing contracts, with the smallest backfills and with growing pauses.

They spend requests of the account, so they are off until the user switches them on in the web UI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.ib.resets import in_reset
from g4qc_core.instruments.registry import Instrument, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.services.quality.backfills import Backfill
from g4qc_core.services.quality.repairs import repairs_of, rescues_of
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.instance.dynamic_keys import InstanceKeys
from g4qc_pipelines.instance.run_states import UNFINISHED
from g4qc_pipelines.named_jobs import UPDATE_BARS
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.run_partitions import RunPartitions
from g4qc_pipelines.run_tags import REPAIR, run_tags
from g4qc_pipelines.sensors.attempts import Attempts

RUNS_PER_TICK = 4

_ABOUT_REPAIR = (
    "Launches the smallest backfill for sessions with minutes whose request failed or was never made, and for "
    "timeframes that an interrupted run left out. The same gaps are tried again after growing pauses, and then left "
    "alone until something changes."
)
_ABOUT_VANISHING = "Fetches what is missing of contracts that Interactive Brokers drops soon, two years after expiry."

Clock = Callable[[], datetime]
Find = Callable[[Instrument, Stores, datetime, Settings], Sequence[Backfill]]


def _now() -> datetime:
    return datetime.now(UTC)


def build_repairs(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition], clock: Clock = _now
) -> list[dg.SensorDefinition]:
    """Return the sensors `repair` and `vanishing`.

    Args:
        settings: decide which instruments are checked.
        jobs: by name.
        clock: clock of this machine, UTC. It decides which sessions are over, because asking the gateway for the time
            takes a connection.
    """
    repairs = _build_sensor(_Watched(REPAIR, _ABOUT_REPAIR, repairs_of, 120), settings, jobs[UPDATE_BARS], clock)
    rescues = _build_sensor(
        _Watched("vanishing", _ABOUT_VANISHING, rescues_of, 3600), settings, jobs[UPDATE_BARS], clock
    )
    return [repairs, rescues]


@dataclass(frozen=True)
class _Watched:
    """The subject of one of the sensors.

    Attributes:
        name: of the sensor.
        about: its description.
        find: returns the backfills of one instrument.
        seconds: between two ticks.
    """

    name: str
    about: str
    find: Find
    seconds: int


def _build_sensor(
    watched: _Watched, settings: Settings, job: UnresolvedAssetJobDefinition, clock: Clock
) -> dg.SensorDefinition:
    @dg.sensor(
        name=watched.name,
        job=job,
        minimum_interval_seconds=watched.seconds,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=watched.about,
    )
    def repairing(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        now = clock()
        if in_reset(now):
            return dg.SkipReason("Interactive Brokers resets its servers now: nothing is asked of them.")
        try:
            backfills = _backfills(settings, context.instance, watched.find, stores, now)
            newest = stores.ledger.last()
        except G4qcError as error:
            return dg.SkipReason(str(error))
        return _launched(context, watched.name, backfills, now, 0 if newest is None else newest.id or 0)

    return repairing


def _backfills(
    settings: Settings, instance: dg.DagsterInstance, find: Find, stores: Stores, now: datetime
) -> list[Backfill]:
    registry = load_registry(settings.own_instruments)
    known = set(instance.get_dynamic_partitions(str(INSTRUMENTS.name)))
    symbols = [symbol for symbol in chosen_instruments(settings) if symbol in known]
    return [backfill for symbol in symbols for backfill in find(registry[symbol], stores, now, settings)]


def _launched(
    context: dg.SensorEvaluationContext, sensor: str, backfills: Sequence[Backfill], now: datetime, newest: int
) -> dg.SensorResult | dg.SkipReason:
    """Return the runs that are due, and record their tries; a partition with an unfinished run waits.

    Args:
        context: of the tick, with the memory of earlier tries as cursor.
        sensor: name of the sensor.
        backfills: all that are wanted now.
        now: UTC.
        newest: id of the newest request in the ledger. It is part of each run key, so that Dagster does not take a gap
            that came back for a repetition.
    """
    wanted = {backfill.name: backfill for backfill in backfills}
    states = {name: backfill.state for name, backfill in wanted.items()}
    memory = Attempts.read(context.cursor)
    at_work = _at_work(context.instance)
    busy = {name for name, backfill in wanted.items() if backfill.partition in at_work}
    due = memory.due(states, busy, now, RUNS_PER_TICK)
    after = memory.after(states, due, now)
    if not due:
        if after != memory:
            context.update_cursor(after.written())
        return dg.SkipReason(
            f"Nothing is due: {counted(len(wanted), 'backfill is', 'backfills are')} known, {len(busy)} at work."
        )
    for name in due:
        context.log.info(f"Repairs {wanted[name]}.")
    requests = [_request(sensor, wanted[name], f"{newest} {after.made[name].tries}") for name in due]
    return dg.SensorResult(run_requests=requests, cursor=after.written())


def _request(sensor: str, backfill: Backfill, attempt: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{backfill.name} {backfill.state} {attempt}",
        partition_key=backfill.partition,
        run_config=backfill.config,
        tags=run_tags("sensor", sensor, backfill.partition),
    )


def _at_work(instance: dg.DagsterInstance) -> set[str]:
    """Return the partitions that an unfinished run works on, alone or in a range."""
    partitions = RunPartitions(InstanceKeys(instance).known)
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {key for run in runs for key in partitions.of(run.tags)}
