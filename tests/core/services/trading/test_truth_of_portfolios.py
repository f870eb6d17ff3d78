"""The paper fills of a portfolio are the trades of its backtest on the same bars."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from g4qc_core.backtest.portfolio_account.bar_positions import bar_positions
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded, trade_portfolio
from g4qc_core.services.research.portfolio.portfolio_bars import read_portfolio
from g4qc_core.services.research.portfolio.portfolio_plan import find_portfolio, plan_portfolio
from g4qc_core.services.trading.drift.drift_run import make_drift
from g4qc_core.services.trading.trading_check import check
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import in_force
from tests.core.services.trading.stage import REGISTRY, Stage, bars_of, fill
from tests.core.services.trading.test_truth import TRADING, green

SYMBOLS = ("ES", "NQ", "EC")
FIRST = datetime(2026, 9, 8, tzinfo=UTC)
BEGIN = datetime(2026, 10, 14, 20, 40, tzinfo=UTC)
END = datetime(2026, 10, 15, 21, 0, tzinfo=UTC)
LATER = datetime(2026, 10, 16, 21, 30, tzinfo=UTC)

BACKTESTS = "\n".join(
    f"""
[{symbol}-{length}]
strategy = "sma_cross"
instrument = "{symbol}"
timeframe = "{length}"
cash = 1000000
sizing = "equity(40, buffer=10)"
slippage_ticks = 1
parameters = {{ fast = 2, slow = 5 }}
"""
    for symbol in SYMBOLS
    for length in ("30min", "1h")
)
JOINT = """
[joint]
cash = 3000000
parts = ["ES-30min", "ES-1h", "NQ-30min", "EC-30min"]
sizing = "volatility(20, window=10)"
weights = "equal_risk"
window = 20
every = 5
"""
OWN = """
[joint]
cash = 3000000
parts = ["ES-30min", "ES-1h", "NQ-30min"]
sizing = "own"
"""


def trades_of(stage: Stage, first: date) -> list[tuple[datetime, str, int, Decimal]]:
    """When the portfolio's backtest trades on the stored bars, what, how many contracts, and at what price."""
    stores = stage.stores
    plan = plan_portfolio(find_portfolio("joint", stage.settings, stores), stage.settings, REGISTRY, stores)
    read = read_portfolio(plan, REGISTRY, stores, END)
    *_, found = trade_portfolio(plan.spec, read.part_bars(plan), REGISTRY, {}, begins=first)
    assert isinstance(found, PortfolioTraded)
    trades = []
    for name, lane in found.lanes.items():
        position, instrument = bar_positions(found.run, lane), lane.bars.instrument
        for bar in range(1, len(position)):
            moved = int(position[bar] - position[bar - 1])
            if moved:
                own = float(lane.bars.points(lane.bars.open[bar] - lane.bars.link[bar]))
                price = own + float(instrument.tick) * (1 if moved > 0 else -1)
                at = lane.bars.frame["timestamp"].iloc[bar].to_pydatetime()
                trades.append((at, name, moved, exact(price)))
    return sorted(trades)


def exact(price: object) -> Decimal:
    """A price of any of the instruments."""
    return Decimal(str(price)).quantize(Decimal("0.00001"))


@pytest.mark.parametrize("portfolio", [JOINT, OWN], ids=["joint", "own"])
def test_fills_are_the_portfolios_trades(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, portfolio: str
) -> None:
    stores = Stores(embedded_database)
    trading = TRADING.replace("[trade.paper]", '[trade.paper]\nportfolio = "joint"')
    stage = Stage(stores, tmp_path / "home", synthetic_market, BEGIN, trading, BACKTESTS, portfolios=portfolio)
    for symbol in SYMBOLS:
        fill(stores, stage.settings, synthetic_market, symbol, FIRST, BEGIN, ("30min", "1h"))
        green(stores, symbol)
    with stage:
        stage.begin()
        names = SYMBOLS if portfolio is JOINT else ("ES-1h", "ES-30min", "NQ-30min")
        lanes = sorted(f"paper/{one}" for one in names)
        quick = [one for one in lanes if not one.endswith("-1h")]
        for number, (start, end) in enumerate(bars_of("ES", "30min", BEGIN, END)):
            if number in (1, 20):
                # Where it stands comes from what is stored.
                stage.end()
                stage.begin()
            stage.bar(quick[0], start, end, also=quick[1:])
        account = stage.account
        decisions = stores.orders.decisions(account)
        fills = [(one.at, one.spec.removeprefix("paper/"), one.quantity, exact(one.price))
                 for one in in_force(stores.executions.fills(account))]  # fmt: skip
    assert not [one for one in decisions if one.state == "skipped"], stage.said[-20:]
    for symbol in SYMBOLS:
        fill(stores, stage.settings, synthetic_market, symbol, FIRST, END, ("30min", "1h"))
    # A trade date is compared once bars of the next one are stored.
    assert {f"{one.trade_date}" for one in make_drift(stage.settings, REGISTRY, stores, END).drifts} == {"2026-10-14"}
    checked = check(stage.settings, REGISTRY, stores, END)
    assert checked.problems == []
    assert sorted(one.name for one in checked.specs) == lanes
    assert all(one.wanted is not None and one.target is not None for one in checked.specs)
    wanted = trades_of(stage, END.date())
    assert len(wanted) > 5
    assert len({name for _, name, _, _ in wanted}) > 1
    assert sorted(fills) == wanted
    for symbol in SYMBOLS:
        fill(stores, stage.settings, synthetic_market, symbol, FIRST, LATER, ("30min", "1h"))
    drift = make_drift(stage.settings, REGISTRY, stores, LATER)
    assert drift.refused == {}
    figures = {one.spec: one.figures for one in drift.drifts if one.trade_date == END.date()}
    assert sorted(figures) == lanes
    for one in figures.values():
        assert (one["missed"], one["extra"]) == (0, 0)
        assert one["fills"] == one["measured"]
        assert one["live_differing"] == 0
    # A fill belongs to the trade date of the bar that decided it: the first of all to the one before.
    assert sum(one.figures["fills"] for one in drift.drifts) == len(wanted)
