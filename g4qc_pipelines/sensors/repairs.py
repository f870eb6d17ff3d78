"""Gaps and vanishing contracts: the smallest backfills, launched once a state, with pauses that grow.

They spend requests of an account, so they are off until a person switches them on in the web UI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from g4qc_pipelines.instance.run_states import UNFINISHED
from g4qc_pipelines.partitions.definitions import INSTRUMENTS
from g4qc_pipelines.run_tags import REPAIR, partitions_of, run_tags
from g4qc_pipelines.sensors.attempts import Attempts

RUNS_PER_TICK = 4

Clock = Callable[[], datetime]
Find = Callable[[Instrument, Stores, datetime], Sequence[Backfill]]


def _now() -> datetime:
    return datetime.now(UTC)


def build_repairs(
    settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition], clock: Clock = _now
) -> list[dg.SensorDefinition]:
    """The sensors `repair` and `vanishing`.

    Args:
        clock: this machine's; which sessions are over is judged by it, because the gateway's costs a connection.
    """

    def sensor(name: str, about: str, find: Find, seconds: int) -> dg.SensorDefinition:
        @dg.sensor(
            name=name,
            job=jobs["update_bars"],
            minimum_interval_seconds=seconds,
            default_status=dg.DefaultSensorStatus.STOPPED,
            description=about,
        )
        def repairing(
            context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
        ) -> dg.SensorResult | dg.SkipReason:
            now = clock()
            if in_reset(now):
                return dg.SkipReason("Interactive Brokers resets its servers now: nothing is asked of them.")
            try:
                backfills = _all(settings, context.instance, find, stores, now)
                newest = stores.ledger.last()
            except G4qcError as error:
                return dg.SkipReason(str(error))
            return _launched(context, name, backfills, now, 0 if newest is None else newest.id or 0)

        return repairing

    return [
        sensor(
            REPAIR,
            "Launches the smallest backfill for sessions with minutes whose request failed or was never made, and the "
            "derivation of timeframes that an interrupted run left out. The same "
            "gaps are tried again after pauses that grow, and then left alone until something changes.",
            lambda instrument, stores, now: repairs_of(instrument, stores, now, settings),
            120,
        ),
        sensor(
            "vanishing",
            "Fetches what is missing of contracts that Interactive Brokers is about to drop, two years after expiry.",
            lambda instrument, stores, now: rescues_of(instrument, stores, now, settings),
            3600,
        ),
    ]


def _all(settings: Settings, instance: dg.DagsterInstance, find: Find, stores: Stores, now: datetime) -> list[Backfill]:
    registry = load_registry(settings.own_instruments)
    known = set(instance.get_dynamic_partitions(str(INSTRUMENTS.name)))
    symbols = [symbol for symbol in chosen_instruments(settings) if symbol in known]
    return [backfill for symbol in symbols for backfill in find(registry[symbol], stores, now)]


def _launched(
    context: dg.SensorEvaluationContext, sensor: str, backfills: Sequence[Backfill], now: datetime, newest: int
) -> dg.SensorResult | dg.SkipReason:
    """The runs that are due, with the memory of them; those over a partition that is being worked on wait.

    Args:
        newest: the ledger's last request: gaps that come back after others are no repetition to Dagster.
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
    """Partitions over which an unfinished run works, alone or in a range of one instrument's months."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {key for run in runs for key in partitions_of(run.tags)}
