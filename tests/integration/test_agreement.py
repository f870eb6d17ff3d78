"""Our calendar and our larger bars against the gateway's own word, over the real wire and through the graph."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import dagster as dg
import pytest

from g4qc_core.gateway.clock import GatewayClock
from g4qc_core.gateway.server import SimulatedGateway
from g4qc_core.gateway.synthetic import SyntheticMarket
from g4qc_core.instruments import load_registry
from g4qc_pipelines.jobs import CHAIN_ASSETS
from tests.fixtures.gateway import NOW
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]
THANKSGIVING = date(2026, 11, 26)


def check(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    return next(e for e in result.get_asset_check_evaluations() if e.check_name == name)


def gateway_of(make_gateway: Callable[..., SimulatedGateway], home: Home, market: SyntheticMarket) -> Home:
    gateway = make_gateway(market=market, clock=GatewayClock(NOW + timedelta(days=3), frozen=True))
    return home.with_(ib_host="127.0.0.1", ib_port=gateway.port)


def test_a_calendar_that_agrees_with_the_gateways_is_green_and_kept(
    home: Home, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    with gateway_of(make_gateway, home, SyntheticMarket({"ES": ES})).bench() as bench:
        assert check(bench.runner.run(CHAIN_ASSETS, "ES"), "calendar_agrees").passed
        kept = bench.stores.comparisons.days("ES", date(2026, 11, 1), date(2026, 12, 31))
    assert set(kept["finding"]) == {"agrees"}
    assert THANKSGIVING in set(kept["trade_date"].dt.date)


def test_a_gateway_of_another_calendar_fails_the_check_with_both_sides_of_each_day(
    home: Home, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    other = SyntheticMarket({"ES": ES.model_copy(update={"calendar": "fx"})})
    with gateway_of(make_gateway, home, other).bench() as bench:
        found = check(bench.runner.run(CHAIN_ASSETS, "ES"), "calendar_agrees")
        kept = bench.stores.comparisons.days("ES", THANKSGIVING, THANKSGIVING)
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.WARN
    [row] = found.metadata["disagreements"].records  # type: ignore[union-attr]
    assert row.data == {
        "instrument": "ES",
        "calendar": "equity_index",
        "trade date": "2026-11-26",
        "ours": "11-25 17:00 to 11-26 12:00 America/Chicago",
        "gateway's": "11-25 17:00 to 11-26 16:00 America/Chicago",
        "finding": "other_times",
    }
    assert kept["finding"].tolist() == ["other_times"]
