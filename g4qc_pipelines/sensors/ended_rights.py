"""Runs that a storage other than G4QC's has ended: their right to write ends, too."""

from __future__ import annotations

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.sentences import counted
from g4qc_core.storage.stores import Stores


def build_ended_rights() -> dg.SensorDefinition:
    """Return the sensor `ended_rights`; it is on from the start, because it only ends what has ended."""

    @dg.sensor(
        name="ended_rights",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ends the right to write of each run that has ended, where the storage of runs does not do it "
        "itself, as that of Dagster's Helm chart: a process that goes on stores nothing more.",
    )
    def ended_rights(context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]) -> dg.SkipReason:
        try:
            ended = [run for run in stores.rights.lasting() if _has_ended(context.instance, run)]
            for run in ended:
                stores.rights.end(run)
        except G4qcError as error:
            return dg.SkipReason(str(error))
        if ended:
            context.log.warning(
                f"The right to write of {counted(len(ended), 'ended run')} is ended: {', '.join(ended)}."
            )
        return dg.SkipReason("No ended run may write.")

    return ended_rights


def _has_ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Return whether a run is known and has ended; another instance may work on the same bars."""
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_finished
