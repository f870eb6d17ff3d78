"""From capital, volatility target and forecast to contracts: the ideal number, the buffer around it, and whole ones.

    ideal = forecast x weight x multiplier x capital x target / sqrt(sessions a year) / (risk of a contract x rate)

with a forecast of 1 for the average conviction. A session's risk of 1,000 is 16 % of 100,000 a year at 256 sessions,
because sqrt(256) = 16. The factor is an argument everywhere: the house counts the sessions of the year elsewhere.
Carver: Systematic Trading (2015), chapters 9 to 11. All functions take numbers or arrays that broadcast.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from g4qc_core.errors import UsageError

ROUND_SESSIONS = 256.0
"""Sessions a year of Carver's books: its root is 16."""

BUFFER = 0.1
"""Default buffer on each side, as a share of the position at a forecast of 1; that of pysystemtrade."""


def annual_risk(capital: Any, target: float) -> Any:
    """Return the money that the portfolio's equity is to vary by in a year, one standard deviation.

    Args:
        capital: money.
        target: volatility a year, a fraction of capital.

    Raises:
        UsageError: a target that is not positive.
    """
    if not target > 0:
        raise UsageError(f"A volatility target is a positive share of capital a year, not {target:g}.")
    return np.asarray(capital, np.float64) * target


def session_risk(capital: Any, target: float, sessions_a_year: float) -> Any:
    """Return the money that the portfolio's equity is to vary by in a session, one standard deviation.

    Args:
        capital: money.
        target: volatility a year, a fraction of capital.
        sessions_a_year: by whose root a year's risk is divided; `ROUND_SESSIONS` for 16.

    Raises:
        UsageError: a target or a number of sessions that is not positive.
    """
    if not sessions_a_year > 0:
        raise UsageError(f"A year has a positive number of sessions, not {sessions_a_year:g}.")
    return annual_risk(capital, target) / np.sqrt(sessions_a_year)


def ideal_contracts(
    capital: Any,
    target: float,
    weight: Any,
    multiplier: Any,
    forecast: Any,
    contract_risk: Any,
    rate: Any,
    *,
    sessions_a_year: float,
) -> np.ndarray:
    """Compute the number of contracts that would give an instrument exactly its share of the risk.

    Args:
        capital: money in the account's currency.
        target: volatility a year, a fraction of capital.
        weight: of the instrument.
        multiplier: of diversification.
        forecast: 1 is the average conviction; its sign is the side.
        contract_risk: standard deviation of the money that one contract makes in a session, in the instrument's
            currency.
        rate: money of the account for one unit of the instrument's currency.
        sessions_a_year: as `session_risk`.

    Returns:
        float64; NaN where the risk of a contract or the rate is not known, or not positive.

    Raises:
        UsageError: as `session_risk`.
    """
    risk = np.asarray(contract_risk, np.float64) * np.asarray(rate, np.float64)
    share = session_risk(capital, target, sessions_a_year) * np.asarray(weight, np.float64) * multiplier
    return np.asarray(forecast, np.float64) * share / np.where(risk > 0, risk, np.nan)


def nearest_whole(contracts: Any) -> np.ndarray:
    """Return the nearest whole numbers, a half away from zero, so that long and short positions are mirrored."""
    values = np.asarray(contracts, np.float64)
    return np.copysign(np.floor(np.abs(values) + 0.5), values) + 0.0


def buffered_contracts(held: Any, ideal: Any, width: Any, *, whole: bool = True) -> np.ndarray:
    """Return the position to hold: the one that is held if it is inside the buffer, else the buffer's nearer edge.

    As `apply_buffer` of pysystemtrade with `buffer_trade_to_edge`: the edges are rounded before they are compared.

    Args:
        held: contracts now.
        ideal: contracts; NaN: the position stays.
        width: of the buffer on each side, in contracts: `BUFFER` times the position at a forecast of 1.
        whole: round the edges to whole contracts.

    Returns:
        float64.
    """
    now, ideal = np.asarray(held, np.float64), np.asarray(ideal, np.float64)
    low, high = ideal - width, ideal + width
    if whole:
        low, high = nearest_whole(low), nearest_whole(high)
    return np.where(np.isnan(low), now, np.clip(now, low, high))


def buffered_path(ideal: Any, width: Any, *, start: Any = 0.0, whole: bool = True) -> np.ndarray:
    """Return the positions over time when each session begins with the position of the one before.

    Args:
        ideal: sessions, or sessions x instruments; contracts.
        width: as `buffered_contracts`; numbers that broadcast to the shape of `ideal`.
        start: contracts before the first session.
        whole: round the edges to whole contracts.

    Returns:
        As `ideal`.
    """
    targets = np.asarray(ideal, np.float64)
    widths = np.broadcast_to(np.asarray(width, np.float64), targets.shape)
    held = np.empty_like(targets)
    now: Any = np.broadcast_to(np.asarray(start, np.float64), targets.shape[1:])
    for at in range(len(targets)):
        now = buffered_contracts(now, targets[at], widths[at], whole=whole)
        held[at] = now
    return held


def least_capital(
    target: float,
    weight: Any,
    multiplier: Any,
    forecast: Any,
    contract_risk: Any,
    rate: Any,
    *,
    sessions_a_year: float,
    buffer: float = 0.0,
) -> np.ndarray:
    """Compute the smallest capital with which an instrument gets its first contract, starting without one.

    The ideal grows with capital, and the first contract comes where the lower edge of the buffer reaches a half:
    capital = sqrt(sessions a year) x risk of a contract x rate / (2 target x weight x multiplier x (|forecast| -
    buffer)).

    Args:
        target: as `ideal_contracts`.
        weight: as `ideal_contracts`.
        multiplier: as `ideal_contracts`.
        forecast: as `ideal_contracts`; 1 for the average conviction, the cap for the strongest.
        contract_risk: as `ideal_contracts`.
        rate: as `ideal_contracts`.
        sessions_a_year: as `session_risk`.
        buffer: share of the position at a forecast of 1.

    Returns:
        Money; infinite where the weight or the forecast is too small for any capital.

    Raises:
        UsageError: as `session_risk`.
    """
    per_money = ideal_contracts(
        1.0, target, weight, multiplier, np.maximum(np.abs(forecast) - buffer, 0.0), contract_risk, rate,
        sessions_a_year=sessions_a_year,
    )  # fmt: skip
    with np.errstate(divide="ignore"):
        return np.asarray(0.5 / per_money)
