"""The checks of a strategy in the graph: on every run of `backtest`, and on stored bars by the command."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dagster as dg
import pytest
from sqlalchemy import URL

from g4qc_core.backtest.strategy_checks.findings import CHECKS
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_pipelines.checks.strategy_asset_checks import STRATEGY_CHECKS
from g4qc_pipelines.instance.dagster_instance import dagster_instance
from tests.fixtures.home import Home, home_on

pytestmark = pytest.mark.integration

CHEATS = "tests.core.backtest.cheats"


@pytest.fixture(scope="module")
def filled(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """A home with ES of October 2026."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as home:
        done = home.run("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-31")
        assert done.code == 0, done.errors
        yield home


def evaluations(home: Home) -> dict[str, dg.AssetCheckEvaluation]:
    """The newest evaluations of the checks of `backtest`."""
    with home._entered(), dagster_instance(home.settings) as instance:
        keys = [dg.AssetCheckKey(dg.AssetKey("backtest"), check.name) for check in STRATEGY_CHECKS]
        records = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
        return {key.name: record.event.dagster_event.asset_check_evaluation_data for key, record in records.items()}


def test_every_backtest_gets_the_checks(filled: Home) -> None:
    assert filled.run("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1h").code == 0
    found = evaluations(filled)
    assert set(found) == {check.name for check in STRATEGY_CHECKS}
    assert {name: one.metadata["state"].value for name, one in found.items() if not one.passed} == {}
    assert "removed or mirrored, at 8 cuts" in found["looks_at_no_later_bar"].metadata["text"].value


def test_a_strategy_that_looks_ahead_makes_the_check_red_and_names_the_bar(filled: Home) -> None:
    words = ("backtest", f"{CHEATS}:NegativeShift", "--instrument", "ES", "--timeframe", "1h", "--cash", "10000000")
    assert filled.run(*words).code == 0
    found = evaluations(filled)["looks_at_no_later_bar"]
    assert not found.passed
    assert found.severity is dg.AssetCheckSeverity.ERROR
    assert "The decision at 2026-10-" in str(found.description)
    assert "bears_a_delay" in evaluations(filled)


def test_the_command_checks_stored_bars_too(filled: Home) -> None:
    done = filled.run("strategies", "check", "sma_cross", "--instrument", "ES", "--timeframe", "1h", "--json")
    assert done.code == 0, done.errors
    synthetic, stored = json.loads(done.text)
    assert synthetic["bars"].startswith("synthetic bars of ES")
    assert "stored bars of ES, 1h" in stored["bars"]
    assert [one["check"] for one in stored["findings"]] == list(CHECKS)


def test_an_instrument_without_bars_is_checked_on_synthetic_ones(filled: Home) -> None:
    done = filled.run("strategies", "check", "buy_and_hold", "--instrument", "CL")
    assert "buy_and_hold on synthetic bars of CL, 1h" in done.text
    assert done.code == 0, done.errors
    assert "No check on stored bars of CL" in done.errors
