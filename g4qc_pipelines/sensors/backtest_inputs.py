"""The series that backtests read: Dagster is told when one changes, and may be let to run its backtest again."""

from __future__ import annotations

import json
from collections.abc import Mapping

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.result_inputs import Inputs, inputs_of_newest
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.data_versions import BACKTEST_INPUTS, observation
from g4qc_pipelines.partitions.definitions import BACKTESTS
from g4qc_pipelines.run_tags import run_tags

_SECONDS = 120


def build_inputs(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """The sensors `backtest_inputs`, which looks and is on, and `backtests_again`, which launches and is off."""

    @dg.sensor(
        name="backtest_inputs",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Observes the version of the series that each backtest reads, so that exactly the backtests are "
        "stale whose series changed. Launches nothing.",
    )
    def backtest_inputs(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            found = inputs_of_newest(stores, load_registry(settings.own_instruments))
        except G4qcError as error:
            return dg.SkipReason(str(error))
        before: dict[str, list[str]] = json.loads(context.cursor or "{}")
        now = {one.spec: [one.now or "", one.why] for one in found}
        changed = [one for one in found if before.get(one.spec) != now[one.spec]]
        if not changed:
            return dg.SkipReason(f"Nothing new: {sum(one.current for one in found)} of {len(found)} are current.")
        for one in changed:
            context.log.info(f"{one.spec}: {one.why}.")
        events = [_observation(one) for one in changed if one.now is not None]
        return dg.SensorResult(cursor=json.dumps(now), asset_events=events)

    @dg.sensor(
        name="backtests_again",
        job=jobs["run_backtest"],
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs each backtest again whose series changed, once a change, when all its bars are made anew.",
    )
    def backtests_again(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            found = inputs_of_newest(stores, load_registry(settings.own_instruments))
        except G4qcError as error:
            return dg.SkipReason(str(error))
        asked: dict[str, str] = json.loads(context.cursor or "{}")
        due = {one.spec: one.now for one in found if one.now not in (None, one.used) and not one.pending}
        due = {spec: version for spec, version in due.items() if asked.get(spec) != version}
        known = context.instance.get_dynamic_partitions(str(BACKTESTS.name))
        due = {spec: version for spec, version in due.items() if spec in known}
        if not due:
            return dg.SkipReason("No backtest has another series than it had when it was last run.")
        requests = [
            dg.RunRequest(
                f"{spec} {version}",
                partition_key=spec,
                tags=run_tags("sensor", "backtests_again", spec, of=BACKTESTS.name),
            )
            for spec, version in due.items()
        ]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps({**asked, **due}))

    return [backtest_inputs, backtests_again]


def _observation(one: Inputs) -> dg.AssetObservation:
    assert one.now is not None
    return observation(BACKTEST_INPUTS, one.spec, one.now, {"current": one.current, "why": one.why})
