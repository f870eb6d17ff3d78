"""The graph as Dagster loads it, built by one function in which tests can replace resources."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date

import dagster as dg

from g4qc_core.settings import Settings, load_settings
from g4qc_pipelines.running.one_run import serves_one_run

# Backfill policies and partition mappings across dimensions are marked beta in this version; the graph's own tests run
# both against the real instance, so that a change of behaviour is seen there.
warnings.filterwarnings("ignore", category=dg.BetaWarning)


def build_definitions(
    settings: Settings, resources: Mapping[str, object] | None = None, first_month: date | None = None
) -> dg.Definitions:
    """Return all assets, checks, jobs, schedules and sensors.

    Args:
        settings: decides the instruments file and where results are served.
        resources: objects or definitions that replace those of `build_resources`, by name.
        first_month: first day of the graph's first month; None: the month of the settings.
    """
    from g4qc_pipelines.assets import build_assets
    from g4qc_pipelines.checks.details_readable import build_contracts_check
    from g4qc_pipelines.checks.fresh import build_freshness_check
    from g4qc_pipelines.checks.requests_answered import build_answered_check
    from g4qc_pipelines.executors.choice import chosen_executor
    from g4qc_pipelines.named_jobs import build_jobs
    from g4qc_pipelines.partitions.partition_definitions import instrument_months
    from g4qc_pipelines.resources import build_resources
    from g4qc_pipelines.run_progress import progress
    from g4qc_pipelines.schedules import build_schedules
    from g4qc_pipelines.sensors import build_sensors

    first = first_month or date.fromisoformat(f"{settings.first_month}-01")
    assets = build_assets(settings, instrument_months(first))
    jobs = build_jobs()
    return dg.Definitions(
        assets=assets,
        asset_checks=[build_answered_check(), build_contracts_check(), build_freshness_check(settings)],
        jobs=list(jobs.values()),
        schedules=build_schedules(settings, jobs),
        sensors=build_sensors(settings, jobs),
        resources=build_resources(settings, resources),
        loggers={"progress": progress},
        executor=chosen_executor(settings),
    )


_kept: list[dg.Definitions] = []


@dg.definitions
def defs() -> dg.Definitions:
    """Return the graph of this process's settings and instance, which `workspace.yaml` loads."""
    from g4qc_pipelines.partitions.graph_months import first_month

    if _kept:
        return _kept[-1]
    settings = load_settings()
    with dg.DagsterInstance.get() as instance:
        begin = first_month(settings, instance)
    made = build_definitions(settings, first_month=begin)
    if serves_one_run():
        _kept.append(made)  # Dagster asks for the graph of a run twice
    return made
