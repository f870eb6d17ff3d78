"""Money as whole numbers of one small unit, and the costs of an order in it.

The unit is a cent, or finer if the given amounts have more decimals: sums are exact and equal on every host. Rates of a
price may need more decimals than 64 bits hold; what is below the unit is then rounded half up, once for each order.

`order_fee` and `order_slippage` are plain functions of whole numbers, so that the compiled engine compiles the same
lines that the account and the reference engine run.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from g4qc_core.errors import BacktestRefused

if TYPE_CHECKING:
    import numpy as np

    from g4qc_core.backtest.account.costs import CostModel

LARGEST = 2**61
"""Largest number of units in an account; sums of two such numbers stay within 64 bits."""

_LEAST_PLACES = 2
_MOST_PLACES_OF_RATES = 8


@dataclass(frozen=True)
class UnitCosts:
    """A cost model in whole units.

    Attributes:
        scale: units in one unit of the currency.
        step: money of one step of the price grid.
        fee, slippage: money of one contract on one side.
        fee_rate, slippage_rate: units x `divisor` for each step of the own price of one contract.
        divisor: of the two rates; 1 if they are exact.
        min_fee: least commission of an order.
    """

    scale: int
    step: int
    fee: int
    slippage: int
    fee_rate: int
    slippage_rate: int
    divisor: int
    min_fee: int

    @property
    def linear(self) -> bool:
        """True if an order costs as much as its contracts would cost one by one."""
        return self.min_fee == 0 and self.divisor == 1

    def fee_of(self, contracts: int, own: int) -> int:
        """Return the commission of an order of so many contracts at this own price (steps of the price grid)."""
        return order_fee(contracts, own, self.fee, self.fee_rate, self.divisor, self.min_fee)

    def slippage_of(self, contracts: int, own: int) -> int:
        """Return the slippage of an order of so many contracts at this own price (steps of the price grid)."""
        return order_slippage(contracts, own, self.slippage, self.slippage_rate, self.divisor)

    def cost_of(self, contracts: int, own: int) -> int:
        """Return commission and slippage of an order."""
        return self.fee_of(contracts, own) + self.slippage_of(contracts, own)

    def of_one(self, own: np.ndarray) -> np.ndarray:
        """Return commission and slippage of one contract at each of these own prices, the least fee left out."""
        rate = self.fee_rate + self.slippage_rate
        return self.fee + self.slippage + (2 * abs(own) * rate + self.divisor) // (2 * self.divisor)

    def money(self, units: int) -> Decimal:
        """Convert units to money."""
        return Decimal(int(units)).scaleb(1 - len(str(self.scale)))


def unit_costs(costs: CostModel, *amounts: Decimal) -> UnitCosts:
    """Return the costs in the unit in which they and these further amounts are whole numbers.

    Raises:
        BacktestRefused: an amount has too many digits.
    """
    given = (costs.step_value, costs.fee, costs.slippage, costs.min_fee, *amounts)
    of_rates = [rate * costs.step_value for rate in (costs.fee_rate, costs.slippage_rate)]
    exact = max(_places(value) for value in of_rates)
    places = max(_LEAST_PLACES, *(_places(value) for value in given))
    places = max(places, min(exact, _MOST_PLACES_OF_RATES))
    divisor = 10 ** max(exact - places, 0)
    scale = 10**places
    if max(abs(value) for value in given) * scale > LARGEST:
        raise too_large()
    step, fee, slippage, least = (int(value * scale) for value in given[:4])
    fee_rate, slippage_rate = (int(value * scale * divisor) for value in of_rates)
    return UnitCosts(scale, step, fee, slippage, fee_rate, slippage_rate, divisor, least)


def too_large() -> BacktestRefused:
    """Return the refusal of an account whose money does not fit into 64 bits."""
    return BacktestRefused(
        "The account is too large to be computed exactly: give it less cash, trade fewer contracts, or give costs with "
        "fewer decimals."
    )


def order_fee(contracts: int, own: int, fee: int, rate: int, divisor: int, least: int) -> int:
    """Return the commission of an order, whole numbers throughout; zero for no contracts."""
    if contracts == 0:
        return 0
    by_rate = contracts * abs(own) * rate
    if divisor > 1:
        by_rate = (2 * by_rate + divisor) // (2 * divisor)
    return max(contracts * fee + by_rate, least)


def order_slippage(contracts: int, own: int, slippage: int, rate: int, divisor: int) -> int:
    """Return the slippage of an order, whole numbers throughout."""
    by_rate = contracts * abs(own) * rate
    if divisor > 1:
        by_rate = (2 * by_rate + divisor) // (2 * divisor)
    return contracts * slippage + by_rate


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))
