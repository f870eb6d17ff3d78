"""Costs of trading: a fee and slippage, per contract and side, exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from g4qc_core.instruments.registry import Instrument


@dataclass(frozen=True)
class CostModel:
    """Costs of one contract on one side, in the instrument's currency.

    Slippage is charged as money. Fill prices stay prices of the bars.

    Attributes:
        fee: commission and exchange fees.
        slippage_ticks: ticks lost on each fill.
        tick_value: money of one tick, the unit of slippage.
        currency: of the fee and the tick value.
        steps_per_tick: steps of the price grid in one tick.
    """

    fee: Decimal
    slippage_ticks: Decimal
    tick_value: Decimal
    currency: str
    steps_per_tick: int = 1

    @classmethod
    def of(cls, instrument: Instrument, slippage_ticks: Decimal, fee: Decimal | None = None) -> CostModel:
        """Return the instrument's costs; `fee` replaces the fee of the registry."""
        per_side = instrument.fee if fee is None else fee
        return cls(per_side, slippage_ticks, instrument.tick_value, instrument.currency, instrument.steps_per_tick)

    @property
    def step_value(self) -> Decimal:
        """Money of one step of the price grid, the unit of fill prices."""
        return self.tick_value / self.steps_per_tick

    @property
    def slippage(self) -> Decimal:
        """Slippage of one contract on one side, money."""
        return self.slippage_ticks * self.tick_value

    @property
    def side(self) -> Decimal:
        """Fee and slippage of one contract on one side."""
        return self.fee + self.slippage

    def to_dict(self) -> dict[str, str]:
        """Return the model for a result's inputs, as text because money is exact."""
        return {
            "fee per contract and side": format(self.fee.normalize(), "f"),
            "slippage in ticks per side": format(self.slippage_ticks.normalize(), "f"),
            "slippage per contract and side": format(self.slippage.normalize(), "f"),
            "tick value": format(self.tick_value.normalize(), "f"),
            "currency": self.currency,
        }
