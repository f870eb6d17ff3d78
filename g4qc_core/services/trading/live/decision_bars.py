"""All bars that decide on the close of a bar of a traded spec: its own, and those of its further inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from g4qc_core.backtest.aligned_inputs import InputBars
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.live.live_minutes import LiveMinutes

MinutesOf = Callable[[str], Mapping[str, LiveMinutes]]
"""Returns the live minutes of an instrument by contract month."""


@dataclass(frozen=True)
class DecisionBars:
    """Complete bars up to one instant.

    Attributes:
        bars: the series that the spec trades, `CONTINUOUS_COLUMNS`, ascending.
        exits: own price (points) of the contract that it leaves, by the timestamp of the next one's first bar.
        inputs: further inputs, by name.
    """

    bars: pd.DataFrame
    exits: pd.Series
    inputs: Mapping[str, InputBars]


def decision_bars(
    own: FollowedSeries, inputs: Mapping[str, FollowedSeries], until: datetime, minutes_of: MinutesOf, tail: int
) -> DecisionBars:
    """Return the bars that end by an instant.

    Args:
        own: the series that the spec trades.
        inputs: further inputs, by name.
        until: UTC.
        minutes_of: live minutes.
        tail: bars of its own that a decision reads. Of an input it gets those of the same time, and as many before it.

    Raises:
        TradingRefused: a session between the stored bars and the live ones is missing; the sentence names it.
        BacktestRefused: prices would have to be adjusted across a roll with unknown prices.
    """
    found = own.series.at(until, minutes_of(own.symbol), tail)
    first = until if found.bars.empty else found.bars["timestamp"].iloc[-tail:].iloc[0].to_pydatetime()
    given = {}
    for name, one in inputs.items():
        wanted = tail + one.series.stored_since(first)
        bars = one.series.at(until, minutes_of(one.symbol), wanted).bars
        given[name] = InputBars(bars, one.series.length.name, one.series.instrument.calendar)
    return DecisionBars(found.bars, found.exits, given)
