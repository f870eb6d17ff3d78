"""What trades earned: all of them, and the long and the short ones apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.metric_definitions import LEAST_TRADES
from g4qc_core.backtest.metrics.ratios import spread
from g4qc_core.backtest.metrics.sums import mean, total

SIDE_COLUMNS = ("trades", "profit", "win_rate", "profit_factor", "average_trade", "best_trade", "worst_trade",
                "average_bars", "costs")  # fmt: skip


def trade_figures(profit: np.ndarray, size: np.ndarray, bars: np.ndarray, scale: int = 1) -> dict[str, Any]:
    """Compute the figures of the trades.

    Args:
        profit: of each trade after costs, by entry; money, or whole units of it.
        size: contracts, negative for short.
        bars: bars from entry to exit.
        scale: units of the profit in one unit of money.
    """
    won, lost = profit[profit > 0], profit[profit < 0]
    gained, given = total(won) / scale, -total(lost) / scale
    long = size > 0
    each = (total(won) + total(lost)) / scale if len(profit) else 0.0
    average = each / len(profit) if len(profit) else None
    loss = given / len(lost) if len(lost) else None
    return {
        "trades": len(profit),
        "long_trades": int(long.sum()),
        "short_trades": len(profit) - int(long.sum()),
        "long_profit": total(profit[long]) / scale,
        "short_profit": total(profit[~long]) / scale,
        "win_rate": len(won) / len(profit) if len(profit) else None,
        "profit_factor": gained / given if given else None,
        "average_trade": average,
        "expectancy": average / loss if loss and average is not None else None,
        "payoff_ratio": gained / len(won) / loss if loss and len(won) else None,
        "sqn": sqn(profit) if len(profit) >= LEAST_TRADES else None,
        "best_trade": float(profit.max() / scale) if len(profit) else None,
        "worst_trade": float(profit.min() / scale) if len(profit) else None,
        "average_bars": mean(bars) if len(bars) else None,
        "longest_losing_streak": losing_streak(profit),
    }


def sqn(profit: np.ndarray) -> float | None:
    """Compute mean over standard deviation (n - 1), times the root of the number; None if nothing varies."""
    found = spread(profit)
    return mean(profit) / found * math.sqrt(len(profit)) if found else None


def losing_streak(profit: np.ndarray) -> int:
    """Return the most losses in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], profit < 0, [False])).view(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def by_side(trades: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of all trades, the long and the short ones.

    Args:
        trades: `TRADE_COLUMNS`.

    Returns:
        Index all, long, short; `SIDE_COLUMNS`, NaN where undefined.
    """
    sides = {"all": trades, "long": trades[trades["size"] > 0], "short": trades[trades["size"] < 0]}
    rows = {}
    for name, part in sides.items():
        profit, size, bars = (part[column].to_numpy() for column in ("profit", "size", "bars"))
        costs = total(part["fees"].to_numpy()) + total(part["slippage"].to_numpy())
        rows[name] = trade_figures(profit, size, bars) | {"profit": total(profit), "costs": costs}
    frame = pd.DataFrame.from_dict(rows, orient="index")[list(SIDE_COLUMNS)]
    return frame.astype({name: "int64" if name == "trades" else "float64" for name in SIDE_COLUMNS})
