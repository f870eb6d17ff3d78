"""What the daily update does about the end of a month, and about rolls that come due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from g4qc_core.settings import Settings
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.partitions import INSTRUMENTS


@pytest.fixture(scope="module")
def schedules() -> Iterator[tuple[dg.Definitions, dg.DagsterInstance]]:
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions(str(INSTRUMENTS.name), ["ES", "EC"])
        yield build_definitions(Settings()), instance


def keys(schedules: tuple[dg.Definitions, dg.DagsterInstance], name: str, day: str) -> set[str | None]:
    graph, instance = schedules
    at = datetime.fromisoformat(day).replace(hour=16, minute=30, tzinfo=ZoneInfo("America/Chicago"))
    context = dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, repository_def=graph.get_repository_def()
    )
    return {r.partition_key for r in graph.resolve_schedule_def(name).evaluate_tick(context).run_requests or []}


@pytest.mark.parametrize(("day", "month"), [("2026-11-02", "2026-10-01"), ("2027-01-04", "2026-12-01")])
@pytest.mark.slow
def test_the_first_days_of_a_month_ask_for_what_the_month_before_still_lacks(schedules, day: str, month: str) -> None:
    assert keys(schedules, "last_month_after_close", day) == {f"ES|{month}", f"EC|{month}"}


def test_a_day_without_a_session_asks_for_nothing(schedules) -> None:
    assert keys(schedules, "last_month_after_close", "2026-11-01") == set()


def test_every_trade_date_renews_the_roll_calendars(schedules) -> None:
    assert keys(schedules, "rolls_after_close", "2026-10-14") == {"ES", "EC"}


@pytest.mark.slow
def test_the_month_before_the_first_one_is_not_asked_for() -> None:
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions(str(INSTRUMENTS.name), ["ES"])
        graph = build_definitions(Settings(first_month="2026-11"))
        assert keys((graph, instance), "last_month_after_close", "2026-11-02") == set()
