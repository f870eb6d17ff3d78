"""The sensors of the series that backtests read: one observes changed series, one runs the backtests again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.reruns import due_reruns
from g4qc_core.services.backtests.result_inputs import Inputs, inputs_of_newest
from g4qc_core.services.research.search_inputs import inputs_of_searches
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.data_versions import BACKTEST_INPUTS, SEARCH_INPUTS, observation
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS
from g4qc_pipelines.run_tags import run_tags

_SECONDS = 120


def build_inputs(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """Return the sensor `backtest_inputs`, which is on, and the sensor `backtests_again`, which is off."""
    return [_build_observer(settings), _build_rerunner(settings, jobs["run_backtest"])]


def _build_observer(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="backtest_inputs",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Observes the version of the series that each backtest and search reads, so that exactly those are "
        "stale whose series changed. Launches nothing.",
    )
    def backtest_inputs(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        found = _inputs(settings, stores)
        if isinstance(found, dg.SkipReason):
            return found
        searched = inputs_of_searches(stores, load_registry(settings.own_instruments))
        before: dict[str, list[str]] = json.loads(context.cursor or "{}")
        named = {one.spec: (BACKTEST_INPUTS, one) for one in found}
        named |= {f"search {one.spec}": (SEARCH_INPUTS, one) for one in searched}
        now = {name: [one.now or "", one.why] for name, (_, one) in named.items()}
        changed = {name: both for name, both in named.items() if before.get(name) != now[name]}
        if not changed:
            current = sum(one.current for _, one in named.values())
            return dg.SkipReason(f"Nothing new: {current} of {len(named)} are current.")
        for name, (_, one) in changed.items():
            context.log.info(f"{name}: {one.why}.")
        events = [_observation(asset, one, one.now) for asset, one in changed.values() if one.now is not None]
        return dg.SensorResult(cursor=json.dumps(now), asset_events=events)

    return backtest_inputs


def _build_rerunner(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name="backtests_again",
        job=job,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs each backtest again whose series changed: once per change, when all its bars are up to date.",
    )
    def backtests_again(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        found = _inputs(settings, stores)
        if isinstance(found, dg.SkipReason):
            return found
        launched: dict[str, str] = json.loads(context.cursor or "{}")
        due = due_reruns(found, launched, context.instance.get_dynamic_partitions(str(BACKTESTS.name)))
        if not due:
            return dg.SkipReason("No backtest has another series than it had when it was last run.")
        requests = [_request(spec, version) for spec, version in due.items()]
        return dg.SensorResult(run_requests=requests, cursor=json.dumps({**launched, **due}))

    return backtests_again


def _inputs(settings: Settings, stores: Stores) -> Sequence[Inputs] | dg.SkipReason:
    try:
        return inputs_of_newest(stores, load_registry(settings.own_instruments))
    except G4qcError as error:
        return dg.SkipReason(str(error))


def _request(spec: str, version: str) -> dg.RunRequest:
    tags = run_tags("sensor", "backtests_again", spec, of=BACKTESTS.name)
    return dg.RunRequest(f"{spec} {version}", partition_key=spec, tags=tags)


def _observation(asset: str, one: Inputs, version: str) -> dg.AssetObservation:
    return observation(asset, one.spec, version, {"current": one.current, "why": one.why})
