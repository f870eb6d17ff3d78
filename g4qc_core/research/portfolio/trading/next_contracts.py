"""What a portfolio holds next: the joint decision on the newest bars, from where its account stands.

Forecasts, weights, estimates and the search for whole contracts come from the bars alone, as in the backtest; what is
held and what the account is worth are given. A law over random portfolios: with the backtest's own positions and equity
as standing, the next contracts are the backtest's at every bar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from g4qc_core.backtest.portfolio_account.lane_standing import LaneStanding, NextPosition
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.prepared_portfolio import PreparedPortfolio, prepare_portfolio
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars


@dataclass(frozen=True)
class PortfolioStanding:
    """Where a portfolio stands when bars close.

    Attributes:
        equity: its cash, with realized and open profit of all lanes at their newest prices, after costs.
        lanes: by the name of the lane: the symbol of an instrument, or the part that trades by its own sizing.
        begins: first trade date on which it holds positions; None: the first one of the bars.
    """

    equity: Decimal
    lanes: Mapping[str, LaneStanding]
    begins: date | None = None


def next_contracts(
    spec: PortfolioSpec,
    parts: Sequence[PartBars],
    instruments: Mapping[str, Instrument],
    standing: PortfolioStanding,
) -> dict[str, NextPosition]:
    """Return what each lane holds from its next open on; all instruments are traded in the account's currency.

    Args:
        spec: the portfolio.
        parts: with their complete bars up to now.
        instruments: by symbol.
        standing: of the portfolio now.

    Raises:
        UsageError: the user's own strategy failed, or an instrument has another currency.
        BacktestRefused: too few bars or sessions, prices off the grid, no margin, or an account that is too large.
    """
    from g4qc_core.backtest.portfolio_account.joint_next import next_positions

    following = {name: one.trade_date for name, one in standing.lanes.items()}
    prepared: PreparedPortfolio | None = None
    for event in prepare_portfolio(spec, parts, instruments, {}, standing.begins, following):
        if not isinstance(event, str):
            prepared = event
    assert prepared is not None
    names = list(prepared.lanes)
    found = next_positions(
        list(prepared.lanes.values()),
        [standing.lanes[name] for name in names],
        standing.equity,
        spec.cash,
        spec.currency,
        Decimal(str(spec.margin_limit)) / 100,
    )
    return dict(zip(names, found, strict=True))
