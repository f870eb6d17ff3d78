"""A portfolio traded: forecasts, estimates, lanes and the joint account, step by step, from bars in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from g4qc_core.backtest.portfolio_account.portfolio_run import PortfolioRun
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.lanes_of_parts import refuse_nothing
from g4qc_core.research.portfolio.trading.prepared_portfolio import PreparedPortfolio, prepare_portfolio
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars

# Ideal contracts from which one is held, which are rounded to the nearest whole number, and of sizings that round down.
_FIRST, _FIRST_BELOW = 0.5, 1.0


@dataclass(frozen=True)
class PortfolioTraded(PreparedPortfolio):
    """What became of a portfolio.

    Attributes:
        run: the joint account.
    """

    run: PortfolioRun

    @property
    def symbols(self) -> list[str]:
        """Symbols of the instruments, ascending."""
        return [one.symbol for one in self.instruments]

    @property
    def lane_columns(self) -> np.ndarray:
        """For each lane of the run the position of its instrument in `instruments` (int64)."""
        symbols = [self.lanes[name].bars.instrument.symbol for name in self.run.names]
        return np.searchsorted(self.symbols, symbols)

    def of_instruments(self, of_lanes: np.ndarray) -> np.ndarray:
        """Return numbers of lanes, (D, lanes), summed by instrument, (D, instruments)."""
        found = np.zeros((len(of_lanes), len(self.instruments)), of_lanes.dtype)
        for lane, column in enumerate(self.lane_columns):
            found[:, column] += of_lanes[:, lane]
        return found


def trade_portfolio(
    spec: PortfolioSpec,
    parts: Sequence[PartBars],
    instruments: Mapping[str, Instrument],
    rates: Mapping[str, CurrencyRate],
    begins: date | None = None,
) -> Iterator[str | PortfolioTraded]:
    """Trade a portfolio, yield what is done next in a word or two, and at last the outcome.

    The order of the parts and of the instruments changes nothing.

    Args:
        spec: the portfolio.
        parts: with their bars, at least one.
        instruments: by symbol.
        rates: by currency, of all that are not the account's.
        begins: first trade date on which positions are held; bars before it only warm up. None: the first one.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: too few bars or sessions, none from `begins` on, no margin, ruin, no rate on the first bar, or
            a capital that buys nothing.
    """
    from g4qc_core.backtest.portfolio_account.joint_run import run_portfolio

    prepared: PreparedPortfolio | None = None
    for event in prepare_portfolio(spec, parts, instruments, rates, begins):
        if isinstance(event, str):
            yield event
        else:
            prepared = event
    assert prepared is not None
    yield "account"
    lanes = list(prepared.lanes.values())
    for lane in lanes:
        if lane.bars.start >= len(lane.bars):
            raise BacktestRefused(f"There are no bars of {lane.name} from {begins} on: extract them, or begin earlier.")
    run = run_portfolio(lanes, spec.cash, spec.currency, margin_limit=Decimal(str(spec.margin_limit)) / 100)
    first = _FIRST_BELOW if spec.target is None else _FIRST
    refuse_nothing(spec, run.names, run.ideal.contracts, run.positions, run.ideal.equity, first)
    yield PortfolioTraded(**vars(prepared), run=run)
