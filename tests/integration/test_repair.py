"""Sensors over real stores and a real instance: what they launch, that it mends, and that no news launches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.quality.feed import STALE
from g4qc_core.services.quality.repairs import GRACE, gaps_of, rescues_of
from g4qc_pipelines.commands.workbench import Workbench
from g4qc_pipelines.named_jobs import BAR_ASSETS, CHAIN_ASSETS, build_jobs
from g4qc_pipelines.runner import RunFailed
from g4qc_pipelines.sensors.backtest_inputs import build_inputs
from g4qc_pipelines.sensors.feeds import build_feeds
from g4qc_pipelines.sensors.late_data import build_freshness
from g4qc_pipelines.sensors.repairs import RUNS_PER_TICK, build_repairs
from tests.fixtures.gateway import NOW
from tests.fixtures.home import Home
from tests.fixtures.restating import RestatingMarket
from tests.fixtures.tampering import tamper
from tests.fixtures.ticking import Clock, Ticking, switched_on

pytestmark = pytest.mark.integration

MONTH = "ES|2026-10-01"
CONFIG = {"raw_bars": {"first": "2026-10-05", "last": "2026-10-16"}}
LATER = NOW + GRACE


@pytest.fixture
def broken(make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]) -> Iterator[Workbench]:
    """Two weeks of ES whose second request failed, without any later request."""
    script = FaultScript.parse('[[fault]]\ndo = "error"\ncode = 354\ntext = "no"\non = "history"\nnth = 2\n')
    gateway = make_gateway(script=script, max_version=178)
    with make_home(ib_host="127.0.0.1", ib_port=gateway.port, symbols="ES").bench() as bench:
        bench.runner.run(CHAIN_ASSETS, "ES")
        with pytest.raises(RunFailed):
            bench.runner.run(["raw_bars"], MONTH, None, CONFIG)
        bench.runner.run(["bars_1min"], MONTH)
        yield bench


def config(request: dg.RunRequest) -> dict[str, dict]:
    """Its config by asset."""
    return {name: op["config"] for name, op in request.run_config["ops"].items()}


def repair(bench: Workbench, clock: Clock) -> Ticking:
    sensor, _ = build_repairs(bench.settings, build_jobs(), clock)
    return Ticking(sensor, bench)


def test_gaps_launch_the_smallest_backfill_once_and_it_closes_them(broken: Workbench) -> None:
    clock = Clock(LATER)
    sensor = repair(broken, clock)
    months = {
        "dagster/asset_partition_range_start": "ES|2026-09-01",
        "dagster/asset_partition_range_end": "ES|2026-11-01",
    }
    run = create_run_for_test(broken.runner.instance, status=dg.DagsterRunStatus.STARTED, tags=months)
    assert sensor.tick() == []  # a run works on a range of months
    broken.runner.instance.delete_run(run.run_id)
    (october, november) = sorted(sensor.tick(), key=lambda request: request.partition_key or "")
    assert (october.partition_key, november.partition_key) == (MONTH, "ES|2026-11-01")
    assert november.run_config["ops"]["raw_bars"]["config"] == {"first": "2026-11-02", "last": "2026-11-20"}
    for _ in range(20):
        assert sensor.tick() == []
    broken.runner.run(BAR_ASSETS, MONTH, None, config(october))
    assert [gap for gap in gaps_of(broken.registry["ES"], broken.stores, clock()) if gap.trade_date.month == 10] == []
    clock.now += timedelta(days=1)
    assert [request.partition_key for request in sensor.tick()] == ["ES|2026-11-01"]


def test_gaps_that_stay_are_tried_again_after_growing_pauses_and_then_left_alone(broken: Workbench) -> None:
    clock = Clock(LATER)
    sensor = repair(broken, clock)
    for _ in range(24 * 8):
        assert len(sensor.tick()) <= RUNS_PER_TICK
        clock.now += timedelta(hours=1)
    # Sessions that closed meanwhile are news of their own month, and not of earlier ones.
    tries = [request for request in sensor.launched if request.partition_key == MONTH]
    assert len(tries) == 6
    assert len({request.run_key for request in sensor.launched}) == len(sensor.launched)


def test_nothing_is_asked_while_the_servers_are_reset(broken: Workbench) -> None:
    clock = Clock(datetime.fromisoformat("2026-11-21T05:00Z"))
    sensor = repair(broken, clock)
    assert sensor.tick() == []
    assert "resets its servers" in sensor.said


def test_an_instrument_that_nobody_extracted_has_no_gaps(home: Home) -> None:
    with home.with_(symbols="ES").bench() as bench:
        sensor = repair(bench, Clock(LATER))
        assert sensor.tick() == []


def test_a_contract_is_rescued_before_it_vanishes_and_no_more_when_it_is_held(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway]
) -> None:
    # ESZ4 expired on 2024-12-20 and is gone on 2026-12-20.
    gateway = make_gateway(max_version=178)
    with make_home(ib_host="127.0.0.1", ib_port=gateway.port, symbols="ES").bench() as bench:
        bench.runner.run(CHAIN_ASSETS, "ES")
        _, sensor = build_repairs(bench.settings, build_jobs(), Clock(LATER))
        ticking = Ticking(sensor, bench)
        first = ticking.tick()
        assert 0 < len(first) <= RUNS_PER_TICK
        assert all(r.run_config["ops"]["raw_bars"]["config"]["contracts"] == ["202412"] for r in first)
        for request in (first, ticking.tick()):
            for one in request:
                bench.runner.run(
                    ["raw_bars"], one.partition_key, None, {"raw_bars": one.run_config["ops"]["raw_bars"]["config"]}
                )
        for _ in range(5):
            assert ticking.tick() == []
        assert rescues_of(bench.registry["ES"], bench.stores, LATER, bench.settings) == []


def test_a_feed_that_stands_still_is_told_once_and_so_is_its_return(
    make_home: Callable[..., Home], make_gateway: Callable[..., SimulatedGateway], synthetic_market: SyntheticMarket
) -> None:
    market, noon = RestatingMarket(synthetic_market), datetime(2026, 11, 19, 17, tzinfo=UTC)
    gateway = make_gateway(market=market, clock=GatewayClock(noon, frozen=True), max_version=178)
    with make_home(ib_host="127.0.0.1", ib_port=gateway.port, symbols="ES").bench() as bench:
        bench.runner.run(CHAIN_ASSETS, "ES")
        ticking = Ticking(build_feeds(bench.settings), bench)

        def feed_is_alive() -> list[bool]:
            """What the run, and two ticks after it, say of the feed."""
            window = {"raw_bars": {"first": "2026-11-18", "last": "2026-11-19"}}
            run = bench.runner.run(["raw_bars"], "ES|2026-11-01", None, window)
            told = len(ticking.events)
            assert ticking.tick() == ticking.tick() == []
            made = [e for e in run.get_asset_check_evaluations() if e.check_name == "feed_alive"]
            return [e.passed for e in (*made, *ticking.events[told:])]

        assert feed_is_alive() == [True]
        market.ends = noon - timedelta(minutes=STALE + 1)
        with bench.stores.database.transaction() as connection:
            tamper(connection, "DELETE FROM raw_bars WHERE timestamp >= :ends", {"ends": market.ends})
        assert feed_is_alive() == [False, False]
        market.ends = None
        assert feed_is_alive() == [True, True]


def test_a_late_chain_is_told_once_while_the_daily_update_is_on_and_so_is_its_return(home: Home) -> None:
    with home.with_(symbols="ES").bench() as bench:
        clock, instance = Clock(datetime.now(UTC) + timedelta(days=30)), bench.runner.instance
        ticking = Ticking(build_freshness(bench.settings, clock), bench)

        def chain_is_fresh() -> list[bool]:
            """What two looks say of it."""
            told = len(ticking.events)
            assert ticking.tick() == ticking.tick() == []
            made = [one for one in ticking.events[told:] if isinstance(one, dg.AssetCheckEvaluation)]
            return [one.passed for one in made if one.asset_key == dg.AssetKey("contracts")]

        instance.report_runless_asset_event(dg.AssetMaterialization("contracts", partition="ES"))
        assert chain_is_fresh() == []
        assert ticking.said == "after_close is off."
        state = switched_on(instance, "after_close")
        assert chain_is_fresh() == [False]
        clock.now = datetime.now(UTC)
        assert chain_is_fresh() == [True]
        instance.delete_instigator_state(state.instigator_origin_id, state.selector_id)
        assert chain_is_fresh() == [True]
        assert chain_is_fresh() == []


def test_an_outdated_backtest_is_observed_once(home: Home) -> None:
    with home.with_(symbols="ES").bench() as bench:
        looks, launches, _ = (Ticking(sensor, bench) for sensor in build_inputs(bench.settings, build_jobs()))
        for _ in range(3):
            assert looks.tick() == launches.tick() == []
        assert looks.events == []
