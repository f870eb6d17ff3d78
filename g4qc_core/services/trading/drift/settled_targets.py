"""What a traded spec, or each lane of a traded portfolio, should have held: its backtest on the settled bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from g4qc_core.backtest.portfolio_account.bar_positions import bar_positions
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded, trade_portfolio
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_on
from g4qc_core.services.research.portfolio.portfolio_bars import read_portfolio
from g4qc_core.services.research.portfolio.portfolio_plan import PlannedPart, PortfolioPlan
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class SettledTargets:
    """One traded spec, or one lane of a portfolio.

    Attributes:
        name: under which its decisions and fills are kept.
        spec: whose costs and timeframe hold.
        instrument: that it trades.
        bars: traded bars with `timestamp`, `trade_date`, `position`, `target`, `before` and `settled` (bars of a later
            trade date exist).
        version: fingerprint of the settled bars.
    """

    name: str
    spec: BacktestSpec
    instrument: Instrument
    bars: pd.DataFrame
    version: str


def settled_targets(name: str, started: Mapping[str, Any], registry: Registry, stores: Stores) -> list[SettledTargets]:
    """Run a traded spec or portfolio again on the settled bars.

    Args:
        name: of the entry.
        started: what was stored when it began to trade.
        registry: the instruments.
        stores: of the bars.

    Raises:
        G4qcError: its backtest cannot run; the sentence says why.
    """
    if "portfolio" in started:
        return _of_portfolio(name, started, registry, stores)
    spec = BacktestSpec.from_dict(dict(started))
    instrument, read = registry[spec.instrument], read_bars(spec, registry, stores)
    held = run_on(spec, read, instrument).equity[["timestamp", "trade_date", "position"]]
    return [SettledTargets(name, spec, instrument, _with_targets(held), read.version)]


def _of_portfolio(name: str, started: Mapping[str, Any], registry: Registry, stores: Stores) -> list[SettledTargets]:
    spec = PortfolioSpec.from_dict(started["portfolio"])
    parts = tuple(PlannedPart(BacktestSpec.from_dict(one["backtest"]), one["weight"]) for one in started["parts"])
    plan = PortfolioPlan(spec, parts)
    read = read_portfolio(plan, registry, stores)
    begins = None if started["trade_from"] is None else date.fromisoformat(started["trade_from"])
    traded: PortfolioTraded | None = None
    for event in trade_portfolio(spec, read.part_bars(plan), dict(registry), read.rates, begins):
        if not isinstance(event, str):
            traded = event
    assert traded is not None
    specs = {one.name: one.backtest for one in parts} | {one.symbol: one.lead.backtest for one in traded.instruments}
    found = []
    for lane, wanted in traded.lanes.items():
        frame = wanted.bars.frame[["timestamp", "trade_date"]].assign(position=bar_positions(traded.run, wanted))
        held = frame.iloc[wanted.bars.start :]
        spec_of_lane = specs[lane]
        found.append(
            SettledTargets(f"{name}/{lane}", spec_of_lane, wanted.bars.instrument, _with_targets(held), read.version)
        )
    return found


def _with_targets(held: pd.DataFrame) -> pd.DataFrame:
    """Return bars and positions with `target`, `before` and `settled`.

    The position at the close of a bar is the target on the close of the bar before it. The last trade date is not
    settled: the end of a backtest closes every position.
    """
    bars = held.reset_index(drop=True)
    bars["target"] = bars["position"].shift(-1).fillna(0).astype("int64")
    bars["before"] = bars["position"].astype("int64")
    bars["settled"] = bars["trade_date"] < bars["trade_date"].max()
    return bars
