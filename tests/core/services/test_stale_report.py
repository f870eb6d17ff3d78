"""Sentences of a backtest about its bars, when they have gaps and when they have changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import UsageError
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.services.backtests.spec_run import publish, run_spec
from tests.fixtures.home import Home
from tests.fixtures.tampering import tamper

SPEC = {"name": "hold", "strategy": "buy_and_hold", "instrument": "ES", "timeframe": "1h", "cash": 100_000}


@pytest.fixture
def week(make_home: Callable[..., Home], simulated_gateway: SimulatedGateway) -> Home:
    """The first and the last three sessions of a fortnight."""
    home = make_home(ib_host="127.0.0.1", ib_port=simulated_gateway.port)
    for first, last in (("2026-10-05", "2026-10-07"), ("2026-10-14", "2026-10-16")):
        assert home.run("extract", "ES", "--from", first, "--to", last).code == 0
    return home


def test_a_backtest_over_a_gap_says_so_and_its_report_is_refused_when_the_bars_have_changed(week: Home) -> None:
    with week.bench() as bench:
        spec = BacktestSpec.from_dict(SPEC)
        result = run_spec(spec, bench.registry, bench.stores, None)
        assert any(note.startswith("Nothing is known about 5,520 minutes in 4 sessions") for note in result.notes)
        assert publish(result, bench.settings, bench.registry, bench.stores).written() is not None
        with bench.stores.database.transaction() as connection:
            tamper(connection, "UPDATE market_data SET close = high WHERE timeframe = '1h'")
        with pytest.raises(UsageError, match="have changed since the backtest hold was run"):
            publish(result, bench.settings, bench.registry, bench.stores)
