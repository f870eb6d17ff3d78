"""Paper trading in the graph: its assets and their check, its schedule, and the sensor of traders that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.shown.fill_sums import fill_sums
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.drift_store import Drift
from g4qc_core.trading.reconciliation import BrokerDifference
from g4qc_pipelines.checks.drift_checks import drift_result
from g4qc_pipelines.definitions import build_definitions
from tests.core.services.trading.traded import ACCOUNT, SPEC, record, trade
from tests.pipelines.hook import Hook, address, to

pytestmark = pytest.mark.integration

NOW = datetime(2026, 10, 6, 22, tzinfo=UTC)


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    """Stores of an empty database."""
    return Stores(embedded_database)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance without runs."""
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def _drift(day: int = 6, **figures: object) -> Drift:
    calm = {"missed": 0, "extra": 0, "mean_slippage": 1.9, "model_slippage": 1.0}
    return Drift(ACCOUNT, SPEC, date(2026, 10, day), {**calm, **figures}, [], "v", NOW)


def test_the_check_warns_of_what_is_far_on_the_newest_date() -> None:
    assert drift_result([], {}).passed
    assert drift_result([_drift(), _drift(5, missed=3)], {}).passed
    for figures, words in (
        ({"missed": 1}, "1 missed decision"),
        ({"extra": 2}, "2 extra decisions"),
        ({"mean_slippage": 2.1}, "2.10 ticks, where the cost model has 1"),
    ):
        found = drift_result([_drift(**figures)], {})
        assert not found.passed
        assert found.severity is dg.AssetCheckSeverity.WARN
        assert words in str(found.description)
    assert not drift_result([], {f"{ACCOUNT} {SPEC}": "no bars"}).passed


def test_fills_are_summed_by_trade_date(stores: Stores) -> None:
    assert fill_sums(stores, load_registry()).empty
    trade(stores, NOW)
    (row,) = fill_sums(stores, load_registry()).to_dict("records")
    assert (row["account"], row["spec"], row["symbol"]) == (ACCOUNT, SPEC, "ES")
    assert (row["fills"], row["bought"], row["sold"], row["commissions"]) == (2, 2, 0, 2.25)
    assert row["trade_date"] == date(2026, 10, 6)


def test_the_assets_say_what_they_found_and_forget_old_live_bars(stores: Stores, settings: Settings) -> None:
    trade(stores, datetime.now(UTC) - timedelta(days=20))
    graph = build_definitions(settings, resources={"stores": stores})
    done = graph.resolve_job_def("compare_paper").execute_in_process()
    made = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in done.get_asset_materialization_events()
        if event.asset_key is not None
    }
    assert made["paper_fills"]["dagster/row_count"].value == 2
    assert made["paper_drift"]["old live bars deleted"].value == 1
    assert [one.passed for one in done.get_asset_check_evaluations()] == [True]


def _tick(
    settings: Settings, instance: dg.DagsterInstance, stores: Stores, cursor: str | None, name: str = "stale_trading"
) -> str | None:
    """The cursor after a tick."""
    sensor = build_definitions(settings, resources={"stores": stores}).resolve_sensor_def(name)
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"stores": stores})
    data = sensor.evaluate_tick(context)
    return data.cursor


def test_a_trader_that_is_gone_is_reported_once_and_so_is_its_return(
    stores: Stores, settings: Settings, instance: dg.DagsterInstance, hook: Hook
) -> None:
    settings, now = to(settings, address(hook)), datetime.now(UTC)
    cursor = _tick(settings, instance, stores, None)
    stores.traders.keep(record(now))
    assert _tick(settings, instance, stores, cursor) == cursor
    assert hook.heard == []
    stores.traders.keep(record(now - timedelta(minutes=10)))
    for _ in range(2):
        cursor = _tick(settings, instance, stores, cursor)
    stores.traders.keep(replace(record(now), state="stopped", stopped_at=now))
    for _ in range(2):
        cursor = _tick(settings, instance, stores, cursor)
    assert [one["event"] for one in hook.heard] == ["trader_stale", "trader_alive"]
    assert "gave no sign of life for 10 min" in hook.heard[0]["text"]
    assert hook.heard[1]["text"] == f"The trader of {ACCOUNT} is stopped."


def test_a_locked_instrument_is_reported_once_with_both_sides_and_so_is_its_release(
    stores: Stores, settings: Settings, instance: dg.DagsterInstance, hook: Hook
) -> None:
    settings, now = to(settings, address(hook)), datetime.now(UTC)
    stores.traders.keep(record(now))
    cursor = _tick(settings, instance, stores, None, "locked_trading")
    stores.safety.lock(ACCOUNT, BrokerDifference("ES", "position", "2 of 202612", "3"), now)
    for _ in range(2):
        cursor = _tick(settings, instance, stores, cursor, "locked_trading")
    stores.safety.resolve(ACCOUNT, "ES", "me", "looked", now)
    for _ in range(2):
        cursor = _tick(settings, instance, stores, cursor, "locked_trading")
    assert [one["event"] for one in hook.heard] == ["instrument_locked", "instrument_unlocked"]
    assert "we have 2 of 202612, the broker has 3" in hook.heard[0]["text"]
    assert hook.heard[0]["instrument"] == "ES"


def test_the_report_waits_until_something_was_traded(
    stores: Stores, settings: Settings, instance: dg.DagsterInstance
) -> None:
    graph = build_definitions(settings, resources={"stores": stores})
    at = datetime(2026, 10, 6, 20, 30, tzinfo=UTC)

    def tick() -> dg.ScheduleExecutionData:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=graph.get_repository_def(),
            resources={"stores": stores},
        )  # fmt: skip
        return graph.resolve_schedule_def("paper_report").evaluate_tick(context)

    assert "Nothing was traded" in str(tick().skip_message)
    stores.traders.started(ACCOUNT, SPEC, {"name": SPEC}, NOW)
    (request,) = tick().run_requests or []
    assert request.run_key == "paper 2026-10-06"
