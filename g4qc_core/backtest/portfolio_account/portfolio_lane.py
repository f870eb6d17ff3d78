"""A lane: one instrument of a portfolio, its bars, what is wanted of it, its costs, margin and currency rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import MarginTable
from g4qc_core.backtest.account.roll_positions import OnRoll
from g4qc_core.backtest.sizing.sizing_rule import CONTRACTS, SizingRule
from g4qc_core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from g4qc_core.backtest.account.old_contracts import OldContracts
    from g4qc_core.backtest.account.priced_bars import PricedBars
    from g4qc_core.backtest.engines.engine import EngineTask
    from g4qc_core.backtest.prepared_strategy import TargetStrategy

OnShort = Literal["refuse", "cut"]
Rounding = Literal["down", "nearest"]

MOST_EXPOSURE = 1000
"""Largest signal or exposure of a lane, without its sign."""


@dataclass(frozen=True)
class PortfolioLane:
    """One instrument of a portfolio, with n bars; money is in the instrument's currency.

    Lanes of one instrument are not netted: combine what several strategies want before.

    Attributes:
        name: unique in the portfolio; what is decided at one instant is decided in the order of the names.
        bars: with those of the warm-up.
        timeframe: of the bars. A bar closes when it is that long, at the latest when the next one starts; a bar of a
            session counts as 24 hours.
        wanted: length n, known on the close of bar i and held from the open of bar i + 1: whole contracts (int64) for
            the sizing `contracts`, otherwise a signal or an exposure (float64). An exposure may exceed 1: weight x
            multiplier x forecast.
        costs: of each order.
        sizing: how many contracts a signal is. Its capital is that of the whole account.
        margin: money per contract; None: `margin_rate`.
        margin_rate: share of a contract's value.
        on_roll: what happens to a position at a roll.
        old_contracts: bars of the old contracts after their rolls, if `on_roll` is `hold`.
        rates: float64, length n; money of the account for one unit of the instrument's currency, known on the close of
            bar i; None: 1.
        risk: float64, length n; yearly standard deviation of one contract's money, known on the close of bar i, zero or
            NaN where it is not known; None: what the sizing computes. Only for the sizing `volatility`.
        on_short: what happens to a fixed number of contracts that the margin does not allow.
        rounding: of a position by volatility: down to the whole contract below, or to the nearest one.
        ideal: float64, length n; contracts of the ideal account, for the sizing `contracts`; None: `wanted`.
    """

    name: str
    bars: PricedBars
    timeframe: str
    wanted: np.ndarray
    costs: CostModel
    sizing: SizingRule = CONTRACTS
    margin: MarginTable | None = None
    margin_rate: Decimal = Decimal("0.1")
    on_roll: OnRoll = "roll"
    old_contracts: OldContracts | None = None
    rates: np.ndarray | None = None
    risk: np.ndarray | None = None
    on_short: OnShort = "refuse"
    ideal: np.ndarray | None = None
    rounding: Rounding = "down"

    @classmethod
    def of_task(cls, name: str, timeframe: str, task: EngineTask, strategy: TargetStrategy) -> PortfolioLane:
        """Return the lane of a backtest: the portfolio of it alone, with the task's cash, equals that backtest.

        Raises:
            UsageError: the user's own strategy failed.
        """
        from g4qc_core.backtest.engines.target_positions import wanted_positions

        sizing = task.sizing
        wanted = wanted_positions(task.bars, strategy, sizing) if sizing.fixed else strategy.signals(task.bars.frame)
        return cls(
            name,
            task.bars,
            timeframe,
            wanted,
            task.costs,
            sizing,
            task.margin,
            task.margin_rate,
            task.on_roll,
            task.old_contracts,
        )

    def check(self) -> None:
        """Raise UsageError if an array has another length, another kind, or a value that is no number."""
        n = len(self.bars)
        kinds = {"wanted": "i" if self.sizing.fixed else "f", "rates": "f", "risk": "f", "ideal": "f"}
        for name, kind in kinds.items():
            values = getattr(self, name)
            if values is not None and (values.shape != (n,) or values.dtype.kind != kind):
                words = "whole numbers" if kind == "i" else "floating-point numbers"
                raise UsageError(
                    f"The {name} of {self.name} must be {n} {words}, one a bar, given {values.dtype} of shape "
                    f"{values.shape}."
                )
        if not self.sizing.fixed and not (abs(self.wanted) <= MOST_EXPOSURE).all():
            raise UsageError(f"What is wanted of {self.name} must be numbers from -{MOST_EXPOSURE} to {MOST_EXPOSURE}.")
        if self.ideal is not None and not (abs(self.ideal) <= 10**9).all():
            raise UsageError(f"The ideal contracts of {self.name} must be numbers.")
        if self.rates is not None and not ((self.rates > 0) & (self.rates < 10**9)).all():
            raise UsageError(f"The currency rate of {self.name} is not known on every bar: give rates above zero.")
        if self.risk is not None and self.sizing.kind != "volatility":
            raise UsageError(f"The sizing {self.sizing} of {self.name} reads no risk: choose volatility.")
        if self.rounding != "down" and self.sizing.kind != "volatility":
            raise UsageError(f"The sizing {self.sizing} of {self.name} rounds down: choose volatility.")
        if self.ideal is not None and not self.sizing.fixed:
            raise UsageError(f"The sizing {self.sizing} of {self.name} has an ideal of its own: leave ideal out.")
