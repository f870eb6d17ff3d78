"""Money of prices in cents, in pence, and on grids finer than a tick."""

from __future__ import annotations

import pytest

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.instruments.registry import Instrument, load_registry
from tests.core.backtest.series import series, spec

PRODUCTS = products(load_registry())


def held(symbol: str, first: float, last: float, **fields: object) -> BacktestResult:
    """Buy and hold of one from the price `first` to the price `last`, without costs."""
    of: Instrument = PRODUCTS[symbol]
    ticks = [round(price / float(of.tick)) for price in (first, first, last)]
    bars = series([ticks[0], ticks[0], ticks[1]], ticks, of)
    given = {"fee": 0, "slippage_ticks": 0} | fields
    wanted = spec(instrument=symbol, strategy="buy_and_hold", parameters={}, cash=1_000_000, **given)
    return run_backtest(wanted, bars, of, data_version="v1", roll_rule="volume")


@pytest.mark.parametrize(
    ("symbol", "first", "last", "gross"),
    [
        ("ZC", 450.25, 461.25, 550.0),
        ("ZS", 1100.50, 1100.25, -12.5),
        ("LE", 221.975, 222.0, 10.0),
        ("VOD", 72.34, 73.34, 0.01),
        ("ES", 5000.25, 5001.25, 50.0),
        ("AAPL", 230.0, 231.0, 1.0),
        ("EURUSD", 1.10, 1.11, 0.01),
    ],
)
def test_a_move_earns_what_it_does_at_the_exchange(symbol: str, first: float, last: float, gross: float) -> None:
    (trade,) = held(symbol, first, last).trades.to_dict("records")
    assert (trade["entry_price"], trade["exit_price"]) == (first, last)
    assert trade["gross"] == pytest.approx(gross, abs=1e-12)


@pytest.mark.parametrize(("symbol", "tick_value"), [("ZC", 12.5), ("LE", 10.0), ("AAPL", 0.01), ("EURUSD", 0.00005)])
def test_slippage_of_a_tick_is_a_tick_of_quotes(symbol: str, tick_value: float) -> None:
    first = 1.1 if symbol == "EURUSD" else 200.0
    (trade,) = held(symbol, first, first, slippage_ticks=1).trades.to_dict("records")
    assert trade["slippage"] == pytest.approx(2 * tick_value)


def test_a_result_says_what_a_point_is_worth() -> None:
    inputs = held("ZC", 450.25, 461.25).inputs["instrument"]
    assert (inputs["multiplier"], inputs["min_tick"]) == ("50", "0.25")
