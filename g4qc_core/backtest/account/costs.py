"""Costs of trading: commission and slippage, per contract, as a share of the price, and at least so much an order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from g4qc_core.instruments.registry import Instrument


@dataclass(frozen=True)
class CostModel:
    """Costs of an order, in the instrument's currency.

    Slippage is charged as money. Fill prices stay prices of the bars. An order is the change of position at one
    instant; a roll is two orders, one in each contract. Rates apply to the contract's own price without its sign.

    Attributes:
        fee: commission and exchange fees of one contract.
        slippage_ticks: ticks lost on each contract.
        tick_value: money of one tick, the unit of slippage.
        currency: of the fees and the tick value.
        steps_per_tick: steps of the price grid in one tick.
        fee_rate: commission as a share of the value that is traded.
        slippage_rate: slippage as a share of the value that is traded.
        min_fee: least commission of an order.
    """

    fee: Decimal
    slippage_ticks: Decimal
    tick_value: Decimal
    currency: str
    steps_per_tick: int = 1
    fee_rate: Decimal = Decimal(0)
    slippage_rate: Decimal = Decimal(0)
    min_fee: Decimal = Decimal(0)

    @classmethod
    def of(
        cls,
        instrument: Instrument,
        slippage_ticks: Decimal,
        fee: Decimal | None = None,
        *,
        fee_rate: Decimal = Decimal(0),
        slippage_rate: Decimal = Decimal(0),
        min_fee: Decimal = Decimal(0),
    ) -> CostModel:
        """Return the instrument's costs; `fee` replaces the fee of the registry."""
        return cls(
            instrument.fee if fee is None else fee,
            slippage_ticks,
            instrument.tick_value,
            instrument.currency,
            instrument.steps_per_tick,
            fee_rate,
            slippage_rate,
            min_fee,
        )

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
        """Fee and slippage of one contract on one side, without what depends on the price or the order."""
        return self.fee + self.slippage

    @property
    def per_contract(self) -> bool:
        """True if every contract costs the same on each side, whatever its price and its order."""
        return not (self.fee_rate or self.slippage_rate or self.min_fee)

    def to_dict(self) -> dict[str, str]:
        """Return the model for a result's inputs, as text because money is exact."""
        return {
            "fee per contract and side": format(self.fee.normalize(), "f"),
            "slippage in ticks per side": format(self.slippage_ticks.normalize(), "f"),
            "slippage per contract and side": format(self.slippage.normalize(), "f"),
            "fee rate": format(self.fee_rate.normalize(), "f"),
            "slippage rate": format(self.slippage_rate.normalize(), "f"),
            "least fee an order": format(self.min_fee.normalize(), "f"),
            "tick value": format(self.tick_value.normalize(), "f"),
            "currency": self.currency,
        }
