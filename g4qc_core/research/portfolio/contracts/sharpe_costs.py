"""Costs in units of the Sharpe ratio: what trading takes away from the Sharpe ratio of any strategy.

A round trip costs 2 c / (sigma sqrt(sessions a year)), with c the money that one contract bought or sold costs
(commission and half the spread) and sigma the standard deviation of the money that a contract makes in a session.
Carver: Systematic Trading (2015), chapter 12; pysystemtrade: `systems/accounts/account_costs.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError


def cost_of_round_trip(cost: Any, contract_risk: Any, *, sessions_a_year: float) -> np.ndarray:
    """Compute the cost of a round trip in units of the Sharpe ratio.

    Args:
        cost: money of one contract bought or sold: commission and slippage.
        contract_risk: standard deviation of the money of one contract in a session, in the same currency.
        sessions_a_year: by whose root a session's risk is multiplied.

    Raises:
        UsageError: a risk that is not positive, or a negative cost.
    """
    money, risk = np.asarray(cost, np.float64), np.asarray(contract_risk, np.float64)
    if not (risk > 0).all() or not (money >= 0).all():
        raise UsageError("A cost in units of the Sharpe ratio takes a cost that is not negative and a positive risk.")
    return np.asarray(2 * money / (risk * np.sqrt(sessions_a_year)))


def holding_cost(round_trip: Any, rolls_a_year: Any) -> np.ndarray:
    """Compute what rolling costs in a year, in units of the Sharpe ratio.

    As pysystemtrade: half a round trip a roll.

    Args:
        round_trip: from `cost_of_round_trip`.
        rolls_a_year: number of rolls.
    """
    return np.asarray(rolls_a_year, np.float64) / 2 * np.asarray(round_trip, np.float64)


def annual_cost(round_trip: Any, turnover: Any, rolls_a_year: Any = 0.0) -> np.ndarray:
    """Compute what trading and rolling cost in a year, in units of the Sharpe ratio.

    Args:
        round_trip: from `cost_of_round_trip`.
        turnover: round trips of the average position in a year, from `annual_turnover`.
        rolls_a_year: number of rolls.
    """
    return np.asarray(turnover, np.float64) * np.asarray(round_trip, np.float64) + holding_cost(
        round_trip, rolls_a_year
    )


def annual_turnover(positions: Any, average_position: Any, *, sessions_a_year: float) -> float:
    """Compute how often the average position is traded there and back in a year.

    Mean of |change of position / average position| over the sessions, times the sessions of a year, over 2: a round
    trip is two trades of the position. pysystemtrade counts each trade of the position in `turnover`, and not the half.

    Args:
        positions: (sessions,), contracts or forecasts.
        average_position: (sessions,) or a number: the position at a forecast of 1.
        sessions_a_year: by which a session's mean is multiplied.

    Returns:
        Zero with fewer than two sessions.
    """
    held = np.asarray(positions, np.float64)
    if len(held) < 2:
        return 0.0
    scaled = held / np.asarray(average_position, np.float64)
    return float(np.abs(np.diff(scaled)).mean() * sessions_a_year / 2)


def recent_contract_risk(prices: pd.Series, multiplier: float, *, span: int = 35) -> float:
    """Compute the mean risk of one contract over the last year, as pysystemtrade does for costs.

    The exponentially weighted standard deviation of the price changes (span 35 sessions), at least the 5 % quantile of
    that of the last 500 sessions, averaged over the last year.

    Args:
        prices: adjusted prices of sessions, by time, ascending.
        multiplier: money of one point of a contract.
        span: of the exponential weights.

    Returns:
        Money a session.
    """
    deviation = prices.diff().ewm(span=span, min_periods=10).std()
    floor = deviation.rolling(500, min_periods=100).quantile(0.05).ffill().fillna(0.0)
    recent = np.maximum(deviation, floor)[deviation.index >= prices.index[-1] - pd.DateOffset(years=1)]
    return float(recent.mean()) * multiplier
