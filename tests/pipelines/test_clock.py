"""A clock that was wrong for a while and is right again silences nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import GraphUnavailable
from g4qc_pipelines.launching.graph_health import check_graph_health, health_remarks
from g4qc_pipelines.running.clock_watch import Steps, mend_future
from g4qc_pipelines.sensors.attempts import PAUSES, Attempt
from tests.fixtures.graph import MemoryGraph

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC).timestamp()
YEARS = timedelta(days=730).total_seconds()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as local:
        yield local


def looked(instance: dg.DagsterInstance, name: str, at: float) -> InstigatorState:
    """Return a sensor or a schedule whose last tick was at that instant."""
    location = ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name="none"))
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
    kind = InstigatorType.SCHEDULE if name.startswith("schedule") else InstigatorType.SENSOR
    data = (
        ScheduleInstigatorData("5 16 * * *", at, at)
        if kind is InstigatorType.SCHEDULE
        else SensorInstigatorData(last_tick_timestamp=at, last_tick_start_timestamp=at, cursor="seen", min_interval=30)
    )
    state = InstigatorState(origin, kind, InstigatorStatus.RUNNING, data)
    instance.add_instigator_state(state)
    instance.create_tick(
        TickData(
            instigator_origin_id=state.instigator_origin_id,
            instigator_name=name,
            instigator_type=kind,
            status=TickStatus.SKIPPED,
            timestamp=at,
            selector_id=state.selector_id,
        )
    )
    return state


def instants(instance: dg.DagsterInstance, state: InstigatorState) -> list[float]:
    """Return the instants that Dagster compares with the clock before the next tick."""
    found = instance.get_instigator_state(state.instigator_origin_id, state.selector_id)
    assert found is not None
    data = found.instigator_data
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id)
    held = [value for value in (data._asdict() if data else {}).values() if isinstance(value, float)]
    return [*held, *(tick.timestamp for tick in ticks)]


@pytest.mark.parametrize("name", ["a_sensor", "schedule_of_bars"])
def test_looks_that_lie_years_ahead_are_set_back_and_memories_kept(instance: dg.DagsterInstance, name: str) -> None:
    state = looked(instance, name, NOW + YEARS)
    assert mend_future(instance, NOW) == [name]
    assert set(instants(instance, state)) == {NOW}
    kept = instance.get_instigator_state(state.instigator_origin_id, state.selector_id)
    assert kept is not None
    assert getattr(kept.instigator_data, "cursor", "seen") == "seen"
    assert mend_future(instance, NOW) == []


@pytest.mark.parametrize("ago", [-60.0, 0.0, 3600.0, YEARS])
def test_looks_of_the_past_and_of_clocks_that_differ_a_little_stay(instance: dg.DagsterInstance, ago: float) -> None:
    state = looked(instance, "a_sensor", NOW - ago)
    assert mend_future(instance, NOW) == []
    assert set(instants(instance, state)) == {NOW - ago}


@given(st.lists(st.floats(-1e8, 1e8), max_size=8))
def test_only_a_step_back_is_one(steps: list[float]) -> None:
    wall, steady = NOW, 0.0
    watch = Steps(wall, steady)
    for step in steps:
        wall, steady = wall + 5 + step, steady + 5
        found = watch.back(wall, steady)
        assert (found > 0) == (-step > 120)
        assert found == pytest.approx(max(0.0, -step) if -step > 120 else 0.0, abs=1e-3)


def test_a_try_that_a_wrong_clock_dated_is_made_again() -> None:
    now = datetime.fromtimestamp(NOW, UTC)
    assert Attempt("gap", 1, now + timedelta(days=730)).due(now)
    assert not Attempt("gap", 1, now).due(now)
    assert not Attempt("gap", len(PAUSES) + 1, now + timedelta(days=730)).due(now)


class Watched(MemoryGraph):
    """A graph whose sensor and daemon were last active at that instant."""

    def __init__(self, at: float) -> None:
        super().__init__()
        self.at = at

    def ticks(self) -> dict[str, tuple[float, float]]:
        return {"failed_runs": (30.0, self.at)}

    def heartbeats(self) -> dict[str, float]:
        return {"SENSOR": self.at}


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (NOW + YEARS, "the last tick of the sensor failed_runs, 2028-11-19 22:30 UTC, is in the future"),
        (NOW + YEARS, "the last heartbeat of the daemon SENSOR, 2028-11-19 22:30 UTC, is in the future"),
        (NOW - 3600, "the sensor failed_runs has not ticked since 2026-11-20 21:30 UTC"),
        (NOW - 3600, "the daemon SENSOR has had no heartbeat since 2026-11-20 21:30 UTC"),
    ],
)
def test_health_says_when_the_last_look_is_none_of_now(at: float, says: str) -> None:
    with pytest.raises(GraphUnavailable, match=says):
        check_graph_health(Watched(at), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("ago", [-30.0, 0.0, 200.0])
def test_health_is_content_with_looks_of_now(ago: float) -> None:
    check_graph_health(Watched(NOW - ago), NOW)  # type: ignore[arg-type]


class Idle(Watched):
    """A graph in which a run has waited since that instant, and these schedules and sensors are on."""

    def __init__(self, since: float, *on: str) -> None:
        super().__init__(NOW)
        self.since, self.on = since, on

    def waiting(self) -> list[float]:
        return [self.since]

    def switched_on(self) -> set[str]:
        return {"failed_runs", *self.on}


def test_health_remarks_on_runs_that_wait_and_on_a_daily_update_that_is_off() -> None:
    assert health_remarks(Idle(NOW - 300, "after_close", "follow_up"), NOW) == []  # type: ignore[arg-type]
    assert health_remarks(Idle(NOW - 7200), NOW) == [  # type: ignore[arg-type]
        "1 run has waited since 2026-11-20 20:30 UTC: see http://dagster/runs for what goes before",
        "nothing is fetched by itself: switch on after_close and follow_up at http://dagster/automation",
    ]
    [half] = health_remarks(Idle(NOW, "after_close"), NOW)  # type: ignore[arg-type]
    assert "only chains are fetched by themselves" in half
