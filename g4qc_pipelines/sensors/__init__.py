"""Sensors: each change outside of the graph is noticed once; one module for each subject.

They are edge-triggered: a cursor keeps the last seen state, and a tick without news does nothing. Those that launch
runs are off in a fresh install, because the user decides what to spend requests on; those that only observe and report
are on.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from g4qc_core.settings import Settings
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition
from g4qc_pipelines.sensors.backtest_inputs import build_inputs
from g4qc_pipelines.sensors.cancelled_backtests import build_cancelled
from g4qc_pipelines.sensors.ended_rights import build_ended_rights
from g4qc_pipelines.sensors.failed_runs import build_failed_runs
from g4qc_pipelines.sensors.feeds import build_feeds
from g4qc_pipelines.sensors.follow_up import build_follow_up
from g4qc_pipelines.sensors.late_data import build_freshness
from g4qc_pipelines.sensors.locked_instruments import build_locked_instruments
from g4qc_pipelines.sensors.registry import build_registry
from g4qc_pipelines.sensors.repairs import build_repairs
from g4qc_pipelines.sensors.stale_traders import build_stale_traders


def build_sensors(settings: Settings, jobs: Mapping[str, UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """Return every sensor of the graph."""
    return [
        build_registry(settings),
        build_failed_runs(settings),
        build_cancelled(settings),
        build_ended_rights(),
        build_feeds(settings),
        build_stale_traders(settings),
        build_locked_instruments(settings),
        build_freshness(settings),
        build_follow_up(settings, jobs),
        *build_inputs(settings, jobs),
        *build_repairs(settings, jobs),
    ]
