"""Backtests, searches and studies that were cancelled before they had a result: their keys leave the graph."""

from __future__ import annotations

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.graph_keys import KeyKind
from g4qc_core.services.removal import Removal
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.instance.dynamic_keys import InstanceKeys
from g4qc_pipelines.run_partitions import RunPartitions


def build_cancelled(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor `cancelled_backtests`; it is on from the start, because it deletes no result."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.CANCELED,
        name="cancelled_backtests",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Removes the partition of a backtest, search or study whose run was cancelled, where it has no "
        "result, no entry of a file and no other run.",
    )
    def cancelled_backtests(
        context: dg.RunStatusSensorContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SkipReason | None:
        keys = InstanceKeys(context.instance)
        try:
            named = RunPartitions(keys.known).names_of(context.dagster_run.tags)
            for kind in (one for one in KeyKind if one is not KeyKind.INSTRUMENT):
                for name in named & set(keys.known(kind)):
                    if Removal(settings, stores, keys).forget(name, kind):
                        context.log.info(f"{name} was cancelled and has no result: its partition is removed.")
        except G4qcError as error:
            return dg.SkipReason(str(error))
        return None

    return cancelled_backtests
