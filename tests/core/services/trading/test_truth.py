"""Paper fills at the next open, with the cost model's slippage, are the trades of the backtest on the same bars."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import in_force
from tests.core.services.trading.stage import REGISTRY, WIDE_LIMITS, Stage, bars_of, fill, money

FIRST = datetime(2026, 9, 28, tzinfo=UTC)
BEGIN = datetime(2026, 10, 14, 20, 50, tzinfo=UTC)
END = datetime(2026, 10, 16, 21, 0, tzinfo=UTC)

TRADING = f"""
[limits]{WIDE_LIMITS}stale_after = 86400

[trade.paper]
"""
BACKTEST = """
[paper]
strategy = "{strategy}"
instrument = "ES"
timeframe = "15min"
cash = 2000000
sizing = "{sizing}"
slippage_ticks = 1
parameters = {parameters}
"""


def green(stores: Stores, symbol: str) -> None:
    """Say that the graph's checks of an instrument are green."""
    stores.checks.keep("bars_1min", "schema", {f"{symbol}|2026-10-01": ""}, FIRST)


def trades_of(stage: Stage, first: date, end: datetime) -> list[tuple[datetime, int, Decimal]]:
    """When the backtest trades on the stored bars, how many contracts, and at what price, a tick worse than the open.

    Args:
        stage: has the spec `paper`.
        first: trade date from which it trades.
        end: sessions that ended by then are there.
    """
    spec = load_specs(stage.settings.backtests)["paper"].model_copy(update={"trade_from": first})
    read = read_bars(spec, REGISTRY, stage.stores, end)
    result = run_on(spec, read, REGISTRY["ES"])
    position = dict(zip(result.equity["timestamp"], result.equity["position"], strict=True))
    changes = [(at, int(position[at] - before)) for before, at in zip([0, *position.values()], position, strict=False)
               if position[at] != before]  # fmt: skip
    own = read.series["open"] - read.series["adjustment"]
    opens = dict(zip(read.series["timestamp"], own, strict=True))
    slip = float(REGISTRY["ES"].tick)
    return [
        (at.to_pydatetime(), quantity, money(opens[at] + slip * (1 if quantity > 0 else -1)))
        for at, quantity in changes
    ]


@pytest.mark.parametrize(
    ("strategy", "parameters", "sizing"),
    [
        ("sma_cross", "{ fast = 2, slow = 5 }", "contracts(2)"),
        ("ema_cross", "{ fast = 3, slow = 8 }", "equity(300, buffer=10)"),
        ("donchian", "{ entry = 8, exit = 4 }", "volatility(15, window=3, cap=9)"),
    ],
)
def test_fills_are_the_backtests_trades(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, strategy: str, parameters: str,
    sizing: str,
) -> None:  # fmt: skip
    stores = Stores(embedded_database)
    backtest = BACKTEST.format(strategy=strategy, parameters=parameters, sizing=sizing)
    stage = Stage(stores, tmp_path / "home", synthetic_market, BEGIN, TRADING, backtest)
    fill(stores, stage.settings, synthetic_market, "ES", FIRST, BEGIN, ("15min",))
    green(stores, "ES")
    with stage:
        stage.begin()
        for start, end in bars_of("ES", "15min", BEGIN, END):
            stage.bar("paper", start, end)
        account = stage.account
        decisions = {one.key.bar: one for one in stores.orders.decisions(account, "paper")}
        fills = [(one.at, one.quantity, one.price) for one in in_force(stores.executions.fills(account))]
    assert not [one for one in decisions.values() if one.state == "skipped"], stage.said[-20:]
    fill(stores, stage.settings, synthetic_market, "ES", FIRST, END, ("15min",))
    wanted = trades_of(stage, END.date().replace(day=15), END)
    assert len(wanted) > 3
    assert fills == wanted
