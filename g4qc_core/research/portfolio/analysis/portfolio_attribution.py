"""Where a portfolio's risk, return and drawdowns come from; how concentrated it is, and how large it can become."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.errors import UsageError


def risk_contributions(contracts: Any, covariance: Any) -> np.ndarray:
    """Compute what each instrument adds to the risk of the whole: n_i (Sn)_i / sqrt(n'Sn), after Euler.

    Args:
        contracts: (n,), or weights, of any sign.
        covariance: (n, n), of the money of one contract, or of returns.

    Returns:
        (n,), negative for one that hedges; the sum is the standard deviation of the whole. Zeros if that is zero.

    Raises:
        UsageError: shapes that do not fit.
    """
    held, matrix = np.asarray(contracts, np.float64), np.asarray(covariance, np.float64)
    if held.ndim != 1 or matrix.shape != (len(held), len(held)):
        raise UsageError("There is one number of contracts for each row of the covariance.")
    parts = held * (matrix @ held)
    variance = float(parts.sum())
    return parts / np.sqrt(variance) if variance > 0 else np.zeros(len(held))


def risk_shares(contracts: Any, covariance: Any) -> np.ndarray:
    """Compute the contributions to risk as shares of the whole, sum 1; zeros if the whole has no risk.

    Args:
        contracts: as `risk_contributions`.
        covariance: as `risk_contributions`.

    Raises:
        UsageError: as `risk_contributions`.
    """
    parts = risk_contributions(contracts, covariance)
    total = parts.sum()
    return parts / total if total > 0 else parts


def money_covariance(money: Any) -> np.ndarray:
    """Compute the covariance of the money that instruments have made.

    Args:
        money: sessions x instruments; none missing.

    Returns:
        (instruments, instruments); zeros with fewer than two sessions.

    Raises:
        UsageError: not such a matrix.
    """
    matrix = _money(money)
    away = matrix - matrix.mean(axis=0)
    return np.asarray(away.T @ away / max(1, len(matrix) - 1))


def realised_shares(money: Any) -> np.ndarray:
    """Compute each instrument's share in the variance of the whole: its covariance with the whole, sum 1.

    Args:
        money: as `money_covariance`.

    Returns:
        (instruments,), negative for one that has hedged; zeros if the whole has not varied.

    Raises:
        UsageError: as `money_covariance`.
    """
    parts = money_covariance(money).sum(axis=1)
    total = parts.sum()
    return parts / total if total > 0 else np.zeros(len(parts))


def whole_cents(parts: Any) -> np.ndarray:
    """Round money to cents so that the rounded parts sum to the rounded total.

    The cents that plain rounding down leaves over go to the parts with the largest remainders.

    Args:
        parts: (n,), money, less than 10^13.

    Returns:
        (n,), int64, cents.
    """
    cents = np.asarray(parts, np.float64) * 100
    # Digits beyond a millionth of a cent are those of float64, and not of money.
    cents = np.round(cents, 6)
    down = np.floor(cents)
    total = int(np.floor(np.round(cents.sum(), 6) + 0.5))
    left = total - int(down.sum())
    found = down.astype(np.int64)
    found[np.argsort(-(cents - down), kind="stable")[:left]] += 1
    return found


def return_contributions(profits: Any) -> np.ndarray:
    """Sum the money that each instrument has made, to the cent, so that the parts sum to the whole.

    Args:
        profits: sessions x instruments, money in the account's currency after costs.

    Returns:
        (instruments,), money; the cents of all of them are those of the total.

    Raises:
        UsageError: not such a matrix.
    """
    return whole_cents(_money(profits).sum(axis=0)) / 100


def drawdown_parts(drawdowns: pd.DataFrame, days: Any, profits: Any, names: list[str]) -> pd.DataFrame:
    """Say which instrument lost how much from the peak to the deepest point of each drawdown.

    Args:
        drawdowns: `metrics.drawdown_table` of the portfolio's session equity; a missing peak is the starting capital.
        days: (sessions,), trade dates, ascending.
        profits: sessions x instruments, money in the account's currency after costs; a session's row sums to the change
            of equity.
        names: of the instruments.

    Returns:
        number (of the drawdown, 1 is the deepest), instrument, money (float64, negative for a loss): the money of a
        drawdown sums to that of the table, to the cent.

    Raises:
        UsageError: shapes that do not fit.
    """
    matrix, dates = _money(profits), pd.DatetimeIndex(days)
    if matrix.shape != (len(dates), len(names)):
        raise UsageError("Profits have a row for each session and a column for each instrument.")
    rows = []
    starts = dates.searchsorted(pd.DatetimeIndex(drawdowns["peak"]), side="right")
    ends = dates.searchsorted(pd.DatetimeIndex(drawdowns["deepest"]), side="right")
    since = np.where(drawdowns["peak"].isna(), 0, starts)
    for number, (first, last) in enumerate(zip(since.tolist(), ends.tolist(), strict=True), start=1):
        cents = whole_cents(matrix[first:last].sum(axis=0))
        rows += [(number, name, money / 100) for name, money in zip(names, cents.tolist(), strict=True)]
    frame = pd.DataFrame(rows, columns=["number", "instrument", "money"])
    return frame.astype({"number": "int64", "instrument": "str", "money": "float64"})


def concentration(shares: Any) -> float | None:
    """Compute the Herfindahl index of shares of any sign: sum of their squared sizes, as parts of the total size.

    Args:
        shares: (n,), such as contributions to risk.

    Returns:
        From 1 / n (all alike) to 1 (only one); None if all are zero.
    """
    sizes = np.abs(np.asarray(shares, np.float64))
    total = sizes.sum()
    return float(((sizes / total) ** 2).sum()) if total > 0 else None


def effective_instruments(shares: Any) -> float | None:
    """Compute how many instruments of the same size are as concentrated: 1 / `concentration`; None if all are zero.

    Args:
        shares: (n,), such as contributions to risk.
    """
    index = concentration(shares)
    return None if index is None else 1 / index


def volume_share(traded: Any, volume: Any) -> np.ndarray:
    """Compute the contracts traded as a share of the session's volume.

    Args:
        traded: contracts bought and sold in each session, of any sign; any shape.
        volume: contracts of the whole market in it, same shape.

    Returns:
        float64, zero where nothing is traded, infinite where contracts trade in a session without volume.
    """
    own, whole = np.abs(np.asarray(traded, np.float64)), np.asarray(volume, np.float64)
    known = whole > 0
    return np.where(own > 0, np.where(known, own / np.where(known, whole, 1.0), np.inf), 0.0)


def capacity(capital: float, traded: Any, volume: Any, *, most_share: float, quantile: float = 0.95) -> float | None:
    """Compute the capital at which an instrument's trades reach a share of the market's volume.

    Contracts grow with capital, so that capacity = capital x most_share / share, with the share that all but one in
    twenty sessions with a trade stay below.

    Args:
        capital: money with which the trades were made.
        traded: (sessions,), contracts.
        volume: (sessions,), contracts of the whole market.
        most_share: largest share of the volume, a fraction.
        quantile: of the sessions with a trade.

    Returns:
        Money; None without a trade; 0 if contracts were traded where there was no volume.
    """
    shares = volume_share(traded, volume)
    shares = shares[shares > 0]
    if not len(shares):
        return None
    usual = float(np.quantile(shares, quantile, method="higher"))
    return capital * most_share / usual


def _money(profits: Any) -> np.ndarray:
    matrix = np.asarray(profits, np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise UsageError("Profits are money: a row for each session, a column for each instrument, none missing.")
    return matrix
