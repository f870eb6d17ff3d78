"""The strategies that come with G4QC, one file each; add a new one to `STRATEGIES`.

Raise `strategies` in `g4qc_core.code_versions` if the signals of one change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.backtest.strategies.bollinger_reversion import BollingerReversion
from g4qc_core.backtest.strategies.buy_and_hold import BuyAndHold
from g4qc_core.backtest.strategies.carry import Carry
from g4qc_core.backtest.strategies.declared_inputs import higher, instrument, next_contract
from g4qc_core.backtest.strategies.donchian import Donchian
from g4qc_core.backtest.strategies.ema_cross import EmaCross
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine, level_line
from g4qc_core.backtest.strategies.macd_cross import MacdCross
from g4qc_core.backtest.strategies.opening_range_breakout import OpeningRangeBreakout
from g4qc_core.backtest.strategies.rsi_reversion import RsiReversion
from g4qc_core.backtest.strategies.sma_cross import SmaCross
from g4qc_core.backtest.strategies.strategy import Strategy, build, searched
from g4qc_core.backtest.strategies.time_series_momentum import TimeSeriesMomentum
from g4qc_core.errors import unknown

STRATEGIES: dict[str, type[Strategy]] = {
    kind.name: kind
    for kind in (
        SmaCross,
        EmaCross,
        Donchian,
        RsiReversion,
        BollingerReversion,
        MacdCross,
        TimeSeriesMomentum,
        OpeningRangeBreakout,
        Carry,
        BuyAndHold,
    )
}

__all__ = [
    "STRATEGIES",
    "IndicatorLine",
    "Strategy",
    "higher",
    "instrument",
    "level_line",
    "make_strategy",
    "next_contract",
    "searched",
    "strategy",
]


def strategy(name: str) -> type[Strategy]:
    """Return the strategy of this name.

    Raises:
        UsageError: no such strategy; the text offers the nearest one.
    """
    try:
        return STRATEGIES[name]
    except KeyError:
        hint = "Your own strategies are named like 'package.module:Name'."
        raise unknown("strategy", name, STRATEGIES, hint) from None


def make_strategy(name: str, parameters: Mapping[str, Any]) -> Strategy:
    """Build a strategy with its parameters.

    Raises:
        UsageError: unknown strategy or parameter, or a value out of its range; the text names it.
    """
    return build(strategy(name), parameters)
