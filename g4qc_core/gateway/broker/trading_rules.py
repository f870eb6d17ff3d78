"""The choices of a simulated account: its money, its costs, and whether it may trade."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from g4qc_core.errors import UsageError


@dataclass(frozen=True)
class TradingRules:
    """Rules of an account.

    Attributes:
        cash: money at the start, in dollars.
        margin_rate: initial margin as a share of a position's value.
        slippage_ticks: ticks that an order at the market loses; half of the spread between bid and ask.
        read_only: refuse everything about orders.
        file: keeps the account when the process ends; None: it ends with the process.

    Raises:
        UsageError: a number is out of its range.
    """

    cash: Decimal = Decimal(1_000_000)
    margin_rate: Decimal = Decimal("0.05")
    slippage_ticks: float = 1
    read_only: bool = False
    file: Path | None = None

    def __post_init__(self) -> None:
        if not self.cash.is_finite() or self.cash < 0:
            raise UsageError(f"The account's cash must be 0 or more, not {self.cash}.")
        if not 0 < self.margin_rate <= 1:
            raise UsageError(f"The margin must be a share of a position's value, like 0.05, not {self.margin_rate}.")
        if not 0 <= self.slippage_ticks <= 1000:
            raise UsageError(f"The slippage must be 0 to 1000 ticks, not {self.slippage_ticks}.")
