"""The strategies that come with G4QC, one file each; add a new one to `STRATEGIES`.

Raise `strategies` in `g4qc_core.code_versions` if the targets of one change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.backtest.strategies.buy_and_hold import BuyAndHold
from g4qc_core.backtest.strategies.donchian import Donchian
from g4qc_core.backtest.strategies.sma_cross import SmaCross
from g4qc_core.backtest.strategies.strategy import Strategy, build
from g4qc_core.errors import unknown

STRATEGIES: dict[str, type[Strategy]] = {s.name: s for s in (SmaCross, Donchian, BuyAndHold)}

__all__ = ["STRATEGIES", "Strategy", "make_strategy", "strategy"]


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
