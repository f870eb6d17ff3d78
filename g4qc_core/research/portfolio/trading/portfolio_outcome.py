"""What came out of a portfolio: its frames, its figures, and the numbers that its checks read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.margin import margin_units
from g4qc_core.backtest.account.money_units import unit_costs
from g4qc_core.backtest.sizing.volatility import SESSIONS_A_YEAR
from g4qc_core.backtest.span import Span, span_of
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.research.portfolio.analysis.portfolio_frames import (
    PortfolioAccount,
    portfolio_frames,
    portfolio_summary,
)
from g4qc_core.research.portfolio.contracts.whole_contracts import tradable_contracts
from g4qc_core.research.portfolio.trading.estimates import session_matrix
from g4qc_core.research.portfolio.trading.portfolio_trading import PortfolioTraded
from g4qc_core.research.portfolio.trading.traded_instrument import TradedInstrument
from g4qc_core.research.portfolio.weights.return_correlation import return_covariance


def account_of(traded: PortfolioTraded) -> PortfolioAccount:
    """Return the numbers from which the frames of a portfolio are made, by session and instrument.

    Args:
        traded: the portfolio.
    """
    spec, run, days = traded.spec, traded.run, traded.run.trade_dates
    target = spec.target
    money = session_matrix(days, [(one.days, _contract_money(traded, one)) for one in traded.instruments])
    return PortfolioAccount(
        instruments=traded.symbols,
        currencies=[one.instrument.currency for one in traded.instruments],
        trade_dates=days,
        cash=float(spec.cash),
        sessions_a_year=float(SESSIONS_A_YEAR),
        equity=run.equity,
        ideal_equity=run.ideal.equity,
        money=traded.of_instruments(run.money),
        ideal_money=traded.of_instruments(run.ideal.money),
        contracts=traded.of_instruments(run.positions),
        ideal_contracts=traded.of_instruments(run.ideal.contracts),
        costs=traded.of_instruments(run.costs),
        traded=traded.of_instruments(run.traded),
        margin=run.margin.sum(axis=1),
        margin_share=run.margin_share_most,
        contract_money=money,
        volume=session_matrix(days, [(one.days, _volume(one)) for one in traded.instruments]),
        weights=traded.estimates.changes().iloc[: 0 if target is None else None],
        target=None if target is None else float(target.amount or 0) / 100,
        buffer=0.0 if target is None else spec.buffer / 100,
        window=spec.window,
        choose=_search(traded, money) if target is not None and spec.rounding == "search" else None,
    )


def outcome_frames(traded: PortfolioTraded, account: PortfolioAccount) -> dict[str, pd.DataFrame]:
    """Return the frames of a portfolio by name.

    Args:
        traded: the portfolio.
        account: of it, from `account_of`.

    Raises:
        UsageError: fewer sessions than risk and correlation take, or an instrument whose price never moves.
    """
    return {**portfolio_frames(account), "trades": _trades(traded)}


def _trades(traded: PortfolioTraded) -> pd.DataFrame:
    """Return the trades with their instrument, and with the backtest that traded if parts have their own sizing."""
    trades = traded.run.trades.rename(columns={"instrument": "part"})
    symbols = {name: lane.bars.instrument.symbol for name, lane in traded.lanes.items()}
    trades.insert(0, "instrument", trades["part"].map(symbols).astype(trades["part"].dtype))
    return trades if traded.spec.target is None else trades.drop(columns="part")


def outcome_summary(
    traded: PortfolioTraded, account: PortfolioAccount, frames: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    """Return the figures of a portfolio and what its checks read, JSON-safe.

    Args:
        traded: the portfolio.
        account: of it, from `account_of`.
        frames: of it.
    """
    run, span, instruments = traded.run, span_of_portfolio(traded), frames["instruments"]
    return {
        "figures": run.figures(span),
        "portfolio": portfolio_summary(account),
        "currency": run.currency,
        "sessions": len(run.trade_dates),
        "instruments": traded.symbols,
        "risk_shares": dict(zip(instruments["instrument"], instruments["risk_share"], strict=True)),
        "held": {name: int(size) for name, size in zip(traded.symbols, account.contracts[-1], strict=True)},
        "estimates": traded.estimates.decide,
        "estimated_sessions": int(traded.estimates.sessions.max(initial=0)),
        "ends": {one.symbol: str(one.days[-1].astype("datetime64[D]")) for one in traded.instruments},
        "stale": {
            one.symbol: int((run.trade_dates > one.days[-1]).sum())
            for one in traded.instruments
            if one.days[-1] < run.trade_dates[-1]
        },
        "notes": [*span.caution(), *traded.estimates.notes, *run.notes],
    }


def span_of_portfolio(traded: PortfolioTraded) -> Span:
    """Return the calendar time of a portfolio, by the calendar of the instrument with most sessions."""
    longest = max(traded.instruments, key=lambda one: (len(one.starts), one.symbol))
    days = [day.date() for day in pd.DatetimeIndex(traded.run.trade_dates)]
    return span_of(days, calendar(longest.instrument.calendar))


def _contract_money(traded: PortfolioTraded, one: TradedInstrument) -> np.ndarray:
    """Return what one contract held from session to session makes, in the account's money; NaN for the first one."""
    rate = traded.rates[one.symbol]
    converted = 1.0 if rate is None else rate.at(one.closes[one.ends], one.symbol)
    changes = np.append(np.nan, np.diff(one.priced.close[one.ends]) * one.scale)
    return np.asarray(changes * converted)


def _volume(one: TradedInstrument) -> np.ndarray:
    return np.add.reduceat(one.priced.frame["volume"].to_numpy(np.float64), one.starts)


def _search(traded: PortfolioTraded, money: np.ndarray) -> Callable[[np.ndarray, float], np.ndarray]:
    """Return the choice of whole contracts by the search, with the risk and margin of the end."""
    covariance = return_covariance(money[-traded.spec.window :], names=traded.symbols)
    margin = np.array([_last_margin(traded, one) for one in traded.instruments])
    share = traded.spec.margin_limit / 100

    def choose(ideal: np.ndarray, capital: float) -> np.ndarray:
        return tradable_contracts(ideal, covariance, margin=margin, margin_limit=capital * share).contracts

    return choose


def _last_margin(traded: PortfolioTraded, one: TradedInstrument) -> float:
    lane, rate = traded.lanes[one.symbol], traded.rates[one.symbol]
    amounts = () if lane.margin is None else (amount for _, amount in lane.margin.amounts)
    units = unit_costs(lane.costs, traded.spec.cash, *amounts)
    own = margin_units(one.priced, units, lane.margin, lane.margin_rate)[-1] / units.scale
    return float(own if rate is None else own * rate.at(one.closes[-1:], one.symbol)[0])
