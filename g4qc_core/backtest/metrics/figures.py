"""All figures of a result, from its parts: session equity, trades, bars and benchmark.

Each part is a plain function of arrays, so that whoever has only some of them computes the figures of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.benchmark import benchmark_figures
from g4qc_core.backtest.metrics.cost_figures import cost_figures, traded_value, turnover
from g4qc_core.backtest.metrics.distribution import (
    conditional_value_at_risk,
    kurtosis,
    skew,
    tail_ratio,
    value_at_risk,
)
from g4qc_core.backtest.metrics.drawdowns import average_drawdown, falls, longest_drawdown
from g4qc_core.backtest.metrics.metric_definitions import DEFINITIONS, LEAST_RETURNS
from g4qc_core.backtest.metrics.ratios import calmar, omega, sharpe, sortino, volatility
from g4qc_core.backtest.metrics.session_returns import annual_return, session_equity, session_returns
from g4qc_core.backtest.metrics.sums import finite
from g4qc_core.backtest.metrics.trade_figures import trade_figures
from g4qc_core.backtest.span import Span

_OF_A_YEAR = ("annual_return", "volatility", "sharpe", "sortino", "calmar")
_OF_SHAPE = ("omega", "skew", "kurtosis", "tail_ratio", "value_at_risk", "conditional_value_at_risk")


def compute(
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    cash: float,
    span: Span,
    *,
    point_value: float | None = None,
    benchmark: pd.Series | None = None,
) -> dict[str, float | int | None]:
    """Compute all figures of `DEFINITIONS`, in its order; None for an undefined one.

    Args:
        equity: frame of `EQUITY_COLUMNS`.
        trades: frame of `TRADE_COLUMNS`.
        cash: starting cash.
        span: calendar time of the equity.
        point_value: money of one point of a contract; None: turnover is undefined.
        benchmark: session equity of the benchmark by trade date, of the same sessions; None: there is none.
    """
    sessions = session_equity(equity).to_numpy(np.float64)
    of = {name: trades[name].to_numpy() for name in ("profit", "size", "bars", "gross", "fees", "slippage")}
    against = None if benchmark is None else benchmark.to_numpy(np.float64)
    value = None if point_value is None else traded_value(trades, point_value)
    values = {
        **session_figures(sessions, cash, span),
        **trade_figures(of["profit"], of["size"], of["bars"]),
        **cost_figures(of["gross"], of["fees"], of["slippage"], of["size"]),
        "turnover": None if value is None or not span.annualisable else turnover(value, sessions, span.years),
        **bar_figures(equity["equity"].to_numpy(), equity["position"].to_numpy(), cash),
        **benchmark_figures(sessions, against, cash, span),
    }
    return in_order(values)


def in_order(values: dict[str, Any]) -> dict[str, float | int | None]:
    """Return the figures in the order of `DEFINITIONS`, rounded to ten decimals; one that is absent is None."""
    return {name: finite(values.get(name)) for name in DEFINITIONS}


def session_figures(values: np.ndarray, cash: float, span: Span) -> dict[str, Any]:
    """Compute the figures that need only the equity at the end of each session.

    Args:
        values: money, at least one session.
        cash: starting cash.
        span: calendar time of the sessions.
    """
    returns = session_returns(values, cash)
    fractions, money = falls(values, cash)
    worst, final = float(fractions.min()), float(values[-1])
    return {
        "starting_cash": cash,
        "final_equity": final,
        "net_profit": final - cash,
        "total_return": (final - cash) / cash,
        **_annual(returns, worst, span),
        **_shape(returns),
        "max_drawdown": worst,
        "max_drawdown_money": float(money.min()),
        "average_drawdown": average_drawdown(fractions),
        "longest_drawdown": longest_drawdown(np.concatenate(([cash], values))),
        "time_under_water": float((fractions < 0).mean()),
        "best_session": float(returns.max()),
        "worst_session": float(returns.min()),
        "positive_sessions": float((returns > 0).mean()),
        "sessions": len(values),
        "missing_sessions": len(span.missing),
        "days": span.days,
    }


def bar_figures(equity: np.ndarray, position: np.ndarray, cash: float) -> dict[str, Any]:
    """Compute the figures that need the equity and the position (contracts) of every bar."""
    fractions, money = falls(equity, cash)
    return {
        "intraday_drawdown": float(fractions.min()),
        "intraday_drawdown_money": float(money.min()),
        "exposure": float((position != 0).mean()),
        "bars": len(equity),
    }


def _annual(returns: np.ndarray, worst: float, span: Span) -> dict[str, float | None]:
    if not span.annualisable:
        return dict.fromkeys(_OF_A_YEAR)
    a_year = span.sessions_per_year
    yearly = annual_return(returns, a_year)
    return {
        "annual_return": yearly,
        "volatility": volatility(returns, a_year),
        "sharpe": sharpe(returns, a_year),
        "sortino": sortino(returns, a_year),
        "calmar": calmar(yearly, worst),
    }


def _shape(returns: np.ndarray) -> dict[str, float | None]:
    if len(returns) < LEAST_RETURNS:
        return dict.fromkeys(_OF_SHAPE)
    return {
        "omega": omega(returns),
        "skew": skew(returns),
        "kurtosis": kurtosis(returns),
        "tail_ratio": tail_ratio(returns),
        "value_at_risk": value_at_risk(returns),
        "conditional_value_at_risk": conditional_value_at_risk(returns),
    }
