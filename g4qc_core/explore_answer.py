"""The answer of the route `explore` as frames, for the client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd


@dataclass(frozen=True)
class Explored:
    """One explored set.

    Attributes:
        id: id that its result has when it is kept.
        parameters: all parameters, defaults included.
        metrics: figures by name.
        equity: money at the close of each session, by trade date.
        trades: the first trades, one row each.
        trade_count: number of all trades.
        trials: number of different sets that were ever tried for the strategy.
        worth: what these trials leave of the Sharpe ratio, in words.
        answer: the whole answer of the server.
    """

    id: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    equity: pd.Series
    trades: pd.DataFrame
    trade_count: int
    trials: int
    worth: str
    answer: Mapping[str, Any]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """Return the set that the server answered."""
        days = pd.DatetimeIndex(answer["equity"]["trade_date"]).as_unit("s")
        trades = pd.DataFrame(answer["trades"])
        for name in trades.columns:
            if name.endswith("_time"):
                trades[name] = pd.to_datetime(trades[name], utc=True).dt.as_unit("us")
        return cls(
            answer["id"],
            answer["parameters"],
            answer["metrics"],
            pd.Series(answer["equity"]["equity"], index=days, name="equity", dtype="float64"),
            trades,
            answer["trade_count"],
            answer["trials"],
            answer["worth"]["words"],
            answer,
        )
