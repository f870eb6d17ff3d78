"""Old ticks of sensors and schedules go when their next tick has ended, by the retention of dagster.yaml."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.remote_representation.external import RemoteSchedule, RemoteSensor
from dagster._core.scheduler.instigation import TickData, TickStatus
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs
from dagster._utils.error import SerializableErrorInfo

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)
DAYS = (1, 6, 8, 89, 91, 400)
KEPT = {TickStatus.SKIPPED: 7, TickStatus.SUCCESS: 90, TickStatus.FAILURE: 90}


@dg.op
def nothing() -> None:
    """Has no work."""


@dg.job
def idle() -> None:
    """Has no work either."""
    nothing()


@dg.sensor(job=idle, default_status=dg.DefaultSensorStatus.RUNNING)
def looking() -> dg.SkipReason:
    """Finds nothing."""
    return dg.SkipReason("There is nothing to do.")


@dg.schedule(job=idle, cron_schedule="* * * * *", default_status=dg.DefaultScheduleStatus.RUNNING)
def waking() -> dg.SkipReason:
    """Finds nothing each minute."""
    return dg.SkipReason("There is nothing to do.")


ticking = dg.Definitions(jobs=[idle], sensors=[looking], schedules=[waking])


@pytest.fixture
def graph(instance: dg.DagsterInstance) -> Iterator[WorkspaceProcessContext]:
    origin = LoadableTargetOrigin(executable_path=sys.executable, python_file=str(Path(__file__)), attribute="ticking")
    with WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(origin))) as made:
        yield made


def automation(graph: WorkspaceProcessContext, name: str) -> RemoteSensor | RemoteSchedule:
    (location,) = graph.create_request_context().code_locations
    (repository,) = location.get_repositories().values()
    return repository.get_sensor(name) if name == "looking" else repository.get_schedule(name)


def tick(graph: WorkspaceProcessContext) -> None:
    """Let the daemon look at the sensor once, and at the schedule before and after its minute."""
    log = logging.getLogger(__name__)
    list(execute_sensor_iteration(graph, log, None, None))
    for at in (NOW, NOW + timedelta(minutes=2)):
        list(launch_scheduled_runs(graph, log, at, {}))


def kept(instance: dg.DagsterInstance, one: RemoteSensor | RemoteSchedule) -> set[tuple[TickStatus, int]]:
    """Return status and age in days of the ticks that were there before."""
    ticks = instance.get_ticks(one.get_remote_origin_id(), one.selector_id)
    ages = ((tick.status, round((NOW.timestamp() - tick.timestamp) / 86_400)) for tick in ticks)
    return {(status, days) for status, days in ages if days}


@pytest.mark.parametrize("name", ["looking", "waking"])
def test_a_tick_removes_the_old_ones_of_its_automation(
    instance: dg.DagsterInstance, graph: WorkspaceProcessContext, name: str
) -> None:
    one = automation(graph, name)
    every = {(status, days) for status in KEPT for days in DAYS}
    add(instance, one.get_remote_origin_id(), one.selector_id, one, every)
    add(instance, "another", "another", one, every)
    tick(graph)
    assert kept(instance, one) == {(status, days) for status, days in every if days < KEPT[status]}
    assert len(instance.get_ticks("another", "another")) == len(every)


def add(
    instance: dg.DagsterInstance,
    origin: str,
    selector: str,
    one: RemoteSensor | RemoteSchedule,
    ticks: Iterable[tuple[TickStatus, int]],
) -> None:
    """Store ticks of these states and ages."""
    kind = InstigatorType.SENSOR if isinstance(one, RemoteSensor) else InstigatorType.SCHEDULE
    for status, days in ticks:
        at = (NOW - timedelta(days=days)).timestamp()
        error = SerializableErrorInfo("The gateway is away.", [], None) if status is TickStatus.FAILURE else None
        instance.create_tick(TickData(origin, one.name, kind, status, at, [], [], error, selector_id=selector))
