"""The sensors of what backtests and research read: one observes what changed, two run again what read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.reruns import due_reruns
from g4qc_core.services.backtests.result_inputs import Inputs, inputs_of_newest
from g4qc_core.services.research.search_inputs import inputs_of_searches
from g4qc_core.services.research.study_inputs import inputs_of_studies
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.last_findings import last_findings_over
from g4qc_pipelines.checks.study_checks import inputs_evaluation
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.data_versions import BACKTEST_INPUTS, observation
from g4qc_pipelines.named_jobs import inputs_of, job_of_study
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, SEARCHES, study_partitions
from g4qc_pipelines.run_tags import run_tags

_SECONDS = 120


def build_inputs(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """Return the sensor `backtest_inputs`, which is on, and those that run again, which are off."""
    return [_build_observer(settings), _build_rerunner(settings, jobs["run_backtest"]), _build_research(settings, jobs)]


def _build_observer(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="backtest_inputs",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Observes the version of what each backtest, search and study reads, so that exactly those are "
        "stale whose bars changed, and says so in the checks of the studies. Launches nothing.",
    )
    def backtest_inputs(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        found = _inputs(settings, stores)
        if isinstance(found, dg.SkipReason):
            return found
        research = _research(context.instance, settings, stores)
        before: dict[str, list[str]] = json.loads(context.cursor or "{}")
        named = {one.spec: (BACKTEST_INPUTS, one) for one in found}
        named |= {f"{one.asset} {one.spec}": (inputs_of(one.asset), one) for one in research}
        now = {name: [one.now or "", one.why] for name, (_, one) in named.items()}
        changed = {name: both for name, both in named.items() if before.get(name) != now[name]}
        if not changed:
            current = sum(one.current for _, one in named.values())
            return dg.SkipReason(f"Nothing new: {current} of {len(named)} are current.")
        for name, (_, one) in changed.items():
            context.log.info(f"{name}: {one.why}.")
        events = [_observation(asset, one, one.now) for asset, one in changed.values() if one.now is not None]
        checks = _evaluations(context.instance, [one for _, one in changed.values()], stores)
        return dg.SensorResult(cursor=json.dumps(now), asset_events=[*events, *checks])

    return backtest_inputs


def _evaluations(
    instance: dg.DagsterInstance, changed: Sequence[Inputs], stores: Stores
) -> list[dg.AssetCheckEvaluation]:
    """Return what the checks of the studies say of inputs that changed."""
    by_kind = {kind: [one for one in changed if one.asset == kind] for kind in STUDY_KINDS}
    return [
        inputs_evaluation(kind, own, last_findings_over(kind, study_partitions(kind), instance, stores))
        for kind, own in by_kind.items()
        if own
    ]


def _research(instance: dg.DagsterInstance, settings: Settings, stores: Stores) -> list[Inputs]:
    """Return the inputs of the searches and studies that have a key in the graph."""
    registry = load_registry(settings.own_instruments)
    keys = set(instance.get_dynamic_partitions(str(SEARCHES.name)))
    found = [one for one in inputs_of_searches(stores, registry) if one.spec in keys]
    for kind in STUDY_KINDS.values():
        names = instance.get_dynamic_partitions(kind.name)
        found += inputs_of_studies(kind, settings, registry, stores, names) if names else []
    return found


def _build_research(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> dg.SensorDefinition:
    of_assets = {"search": "run_search", **{kind: job_of_study(kind) for kind in STUDY_KINDS}}

    @dg.sensor(
        name="research_again",
        jobs=[jobs[name] for name in of_assets.values()],
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs each search and study again whose bars changed: once per change, when all of its bars are up "
        "to date.",
    )
    def research_again(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        launched: dict[str, dict[str, str]] = json.loads(context.cursor or "{}")
        try:
            found = _research(context.instance, settings, stores)
        except G4qcError as error:
            return dg.SkipReason(str(error))
        requests = []
        for asset, job in of_assets.items():
            own = [one for one in found if one.asset == asset]
            due = due_reruns(own, launched.get(asset, {}), [one.spec for one in own])
            launched[asset] = {**launched.get(asset, {}), **due}
            requests += [_research_request(asset, job, spec, version) for spec, version in due.items()]
        if not requests:
            return dg.SkipReason("No search and no study reads something else than when it was last run.")
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(launched))

    return research_again


def _research_request(asset: str, job: str, spec: str, version: str) -> dg.RunRequest:
    tags = run_tags("sensor", "research_again", spec, of=asset)
    return dg.RunRequest(f"{asset} {spec} {version}", job_name=job, partition_key=spec, tags=tags)


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
