"""The outcome of a portfolio: equity, money, positions, costs and margin by trade date and instrument, trades, ideal.

All arrays of D trade dates and L instruments have the instruments in the order in which they were given.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.lots import LotMoney
from g4qc_core.backtest.result_figures import result_figures
from g4qc_core.backtest.span import Span


@dataclass(frozen=True)
class IdealRun:
    """The ideal account: fractions of contracts, no buffer, no margin, the same times, costs in proportion.

    Attributes:
        equity: money at the end of each trade date, float64, length D.
        money: won in each session, float64, (D, L).
        costs: paid in each session, float64, (D, L).
        contracts: held at the end of each session, float64, (D, L).
    """

    equity: np.ndarray
    money: np.ndarray
    costs: np.ndarray
    contracts: np.ndarray


@dataclass(frozen=True)
class PortfolioRun:
    """The outcome of a portfolio that was neither refused nor ruined; money is in the currency of the account.

    Attributes:
        currency: of the account.
        cash: money before the first bar.
        names: of the lanes, length L.
        trade_dates: datetime64[s], length D; of every session of any instrument.
        scale: units of money in one unit of the currency.
        equity_units: int64, length D; the equity in units.
        money_units: int64, (D, L); money won in units, costs paid, in each session.
        costs: float64, (D, L).
        positions: int64, (D, L); contracts at the end of the session, before all is closed at the end.
        traded: int64, (D, L); contracts bought and sold, a roll counts twice.
        margin: float64, (D, L); of the position at the end of the session.
        margin_most: float64, length D; largest margin of all positions at one time of the trade date.
        margin_share_most: float64, length D; the same as a share of the equity at that time.
        cut: int64, length L; orders for which the margin allowed fewer contracts than were wanted.
        trades: `TRADE_COLUMNS` after `instrument`, by entry, in the currency of the instrument; then `currency`, `rate`
            of the account's currency at the exit, and `profit_account`.
        lot_money: of the trades in the account's currency, at the rate of the exit.
        ideal: the ideal account.
        largest_fall: largest fall of the equity from its peak over all closes of bars, a fraction, not positive.
        largest_fall_money: the same in money.
        exposure: share of the instants at which bars close with a position.
        bars: number of these instants.
        notes: sentences for the reader.
    """

    currency: str
    cash: Decimal
    names: tuple[str, ...]
    trade_dates: np.ndarray
    scale: int
    equity_units: np.ndarray
    money_units: np.ndarray
    costs: np.ndarray
    positions: np.ndarray
    traded: np.ndarray
    margin: np.ndarray
    margin_most: np.ndarray
    margin_share_most: np.ndarray
    cut: np.ndarray
    trades: pd.DataFrame
    lot_money: LotMoney
    ideal: IdealRun
    largest_fall: float
    largest_fall_money: float
    exposure: float
    bars: int
    notes: tuple[str, ...]

    @property
    def equity(self) -> np.ndarray:
        """Money at the end of each trade date, float64, length D."""
        return np.asarray(self.equity_units / self.scale)

    @property
    def money(self) -> np.ndarray:
        """Money won in each session by each instrument, costs paid, float64, (D, L)."""
        return np.asarray(self.money_units / self.scale)

    def figures(self, span: Span, benchmark: np.ndarray | None = None) -> dict[str, float | int | None]:
        """Compute all figures of `metrics.DEFINITIONS`.

        Args:
            span: calendar time of the trade dates.
            benchmark: equity of a benchmark at the end of each trade date; None: there is none.
        """
        of_bars: dict[str, Any] = {
            "intraday_drawdown": self.largest_fall,
            "intraday_drawdown_money": self.largest_fall_money,
            "exposure": self.exposure,
            "bars": self.bars,
        }
        return result_figures(self.equity, self.lot_money, of_bars, float(self.cash), span, benchmark)

    def session_frame(self) -> pd.DataFrame:
        """Return a row for each trade date: equity, ideal, costs, margin and its largest values."""
        return pd.DataFrame(
            {
                "trade_date": self.trade_dates,
                "tradable": self.equity,
                "ideal": self.ideal.equity,
                "costs": self.costs.sum(axis=1),
                "margin": self.margin.sum(axis=1),
                "margin_share": self.margin.sum(axis=1) / self.equity,
                "margin_most": self.margin_most,
                "margin_share_most": self.margin_share_most,
            }
        )

    def position_frame(self) -> pd.DataFrame:
        """Return a row for each trade date and instrument: contracts, ideal and tradable, money and costs of both."""
        days, lanes = len(self.trade_dates), len(self.names)
        return pd.DataFrame(
            {
                "trade_date": np.repeat(self.trade_dates, lanes),
                "instrument": np.tile(np.array(self.names, dtype=object), days),
                "ideal": self.ideal.contracts.ravel(),
                "tradable": self.positions.ravel(),
                "traded": self.traded.ravel(),
                "money": self.money.ravel(),
                "ideal_money": self.ideal.money.ravel(),
                "costs": self.costs.ravel(),
                "margin": self.margin.ravel(),
            }
        )
