"""What trading cost, by kind, and how much was traded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.sums import total


def cost_figures(
    gross: np.ndarray, fees: np.ndarray, slippage: np.ndarray, size: np.ndarray, scale: int = 1
) -> dict[str, Any]:
    """Compute the costs of the trades.

    Args:
        gross: profit of each trade before costs, money.
        fees: fees of each trade, both sides, money.
        slippage: slippage of each trade, both sides, money.
        size: contracts, negative for short.
        scale: units of the money in one unit of the currency, if it is given in whole units.
    """
    earned, paid, slipped = (total(values) / scale for values in (gross, fees, slippage))
    return {
        "gross_profit": earned,
        "fees": paid,
        "slippage": slipped,
        "costs": paid + slipped,
        "cost_share": (paid + slipped) / earned if earned > 0 else None,
        "contracts_traded": int(2 * np.abs(size).sum()),
    }


def traded_value(trades: pd.DataFrame, point_value: float) -> float:
    """Return the value of all contracts bought and sold, money: own price without its sign, times money a point."""
    prices = np.abs(trades["entry_price_own"].to_numpy()) + np.abs(trades["exit_price_own"].to_numpy())
    return total(prices * np.abs(trades["size"].to_numpy())) * point_value


def turnover(value: float, sessions: np.ndarray, years: float) -> float:
    """Compute the traded value over the mean session equity, a year."""
    return value / (total(sessions) / len(sessions)) / years
