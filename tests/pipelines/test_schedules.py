"""The schedule of the daily update: its instruments, days and run keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import cron_string_iterator

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.ib.resets import in_reset
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS

CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    # Not an ephemeral one: a schedule reaches its instance by reference.
    with dg.instance_for_test() as kept:
        kept.add_dynamic_partitions(str(INSTRUMENTS.name), ["ES", "EC", "GONE"])
        yield kept


def evaluate(graph: dg.Definitions, instance: dg.DagsterInstance, at: datetime) -> dg.ScheduleExecutionData:
    schedule = graph.resolve_schedule_def("after_close")
    context = dg.build_schedule_context(
        instance=instance, scheduled_execution_time=at, repository_def=graph.get_repository_def()
    )
    return schedule.evaluate_tick(context)


def ticks(graph: dg.Definitions, after: datetime) -> Iterator[datetime]:
    """When the daemon evaluates the schedule, from an instant on, in Chicago."""
    schedule = graph.resolve_schedule_def("after_close")
    times = cron_string_iterator(after.timestamp(), str(schedule.cron_schedule), schedule.execution_timezone)
    return (time.astimezone(CHICAGO) for time in times)


def at_close(day: str, minute: int = 5) -> datetime:
    return datetime.fromisoformat(day).replace(hour=16, minute=minute, tzinfo=CHICAGO)


@pytest.mark.slow
def test_the_clock_starts_five_things(graph: dg.Definitions) -> None:
    assert [(schedule.name, schedule.job_name) for schedule in graph.schedules or []] == [
        ("after_close", "update_contracts"),
        ("paper_report", "compare_paper"),
        ("nightly_backup", "back_up"),
        ("nightly_pruning", "prune"),
        ("weekly_verification", "verify"),
    ]


def test_a_trade_date_asks_for_the_chain_of_every_instrument_once(
    graph: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    requests = evaluate(graph, instance, at_close("2026-10-14")).run_requests or []
    assert sorted(r.partition_key or "" for r in requests) == ["EC", "ES"]
    assert len({r.run_key for r in requests}) == 2
    assert {(r.tags["g4qc/surface"], r.tags["g4qc/trigger"], r.tags["g4qc/trade_date"]) for r in requests} == {
        ("schedule", "after_close", "2026-10-14")
    }


def test_the_same_tick_twice_is_the_same_run(graph: dg.Definitions, instance: dg.DagsterInstance) -> None:
    ticks = [evaluate(graph, instance, at_close("2026-10-14")).run_requests or [] for _ in range(2)]
    assert [r.run_key for r in ticks[0]] == [r.run_key for r in ticks[1]]


@pytest.mark.parametrize("holiday", ["2026-12-25", "2025-04-18"], ids=["Christmas", "Good Friday"])
def test_a_day_without_a_session_is_skipped_and_says_so(
    graph: dg.Definitions, instance: dg.DagsterInstance, holiday: str
) -> None:
    data = evaluate(graph, instance, at_close(holiday))
    assert not data.run_requests
    assert holiday in (data.skip_message or "")


@pytest.mark.slow
def test_without_an_instrument_nothing_is_asked(graph: dg.Definitions) -> None:
    with dg.instance_for_test() as empty:
        assert not evaluate(graph, empty, at_close("2026-10-14")).run_requests


@pytest.mark.parametrize("day", ["2026-03-06", "2026-03-09", "2026-10-30", "2026-11-02"])
def test_the_hour_is_chicagos_on_both_sides_of_a_clock_change(
    graph: dg.Definitions, instance: dg.DagsterInstance, day: str
) -> None:
    before = at_close(day, 0)
    tick = next(ticks(graph, before))
    assert (tick.date(), tick.hour, tick.minute) == (before.date(), 16, 5)
    requests = evaluate(graph, instance, tick.astimezone(UTC)).run_requests or []
    assert {(r.partition_key, r.tags["g4qc/trade_date"]) for r in requests} == {("ES", day), ("EC", day)}


def test_no_tick_falls_on_a_weekend(graph: dg.Definitions) -> None:
    assert all(tick.weekday() < 5 for tick in islice(ticks(graph, at_close("2026-10-14")), 10))


def test_the_last_tick_of_a_month_belongs_to_that_trade_date(
    graph: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    # 16:05 in Chicago is after midnight in Auckland and 21:05 or 22:05 in UTC.
    moment = at_close("2026-09-30").astimezone(UTC)
    requests = evaluate(graph, instance, moment).run_requests or []
    assert {r.tags["g4qc/trade_date"] for r in requests} == {"2026-09-30"}


@pytest.mark.parametrize("symbol", sorted(load_registry()))
def test_the_daily_update_finds_every_session_over_and_the_servers_up(symbol: str) -> None:
    for session in calendar(load_registry()[symbol].calendar).sessions(date(2024, 1, 1), date(2027, 12, 31)):
        tick = at_close(f"{session.trade_date}").astimezone(UTC)
        assert session.close <= tick
        assert not in_reset(tick)


STOCK = """[SPY]
kind = "STK"
name = "S&P 500 fund"
ib_symbol = "SPY"
exchange = "SMART"
multiplier = "1"
min_tick = "0.01"
calendar = "us_equities"
fee = "1"
"""


@pytest.mark.slow
def test_a_session_that_closes_late_is_fetched_late_and_once(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(STOCK)
    graph = build_definitions(settings.model_copy(update={"instruments": tmp_path / "mine.toml"}))
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions(str(INSTRUMENTS.name), ["ES", "SPY"])
        close = at_close("2026-10-14")
        for hour, expected in ((16, ["ES"]), (19, ["SPY"])):
            found = evaluate(graph, instance, close.replace(hour=hour)).run_requests or []
            assert [request.partition_key for request in found] == expected
