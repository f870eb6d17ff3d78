"""What an order would change: the answer to an order with `whatIf`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class OrderEffect:
    """Margin and money before and after an order.

    Attributes:
        margin_before: initial margin of the present positions; the maintenance margin is the same.
        margin_after: that of the positions after the order is filled.
        equity_before: cash and the profit of open positions.
        commission: of the whole order.
        currency: of the commission.
        warning: why the order would be refused, or empty.
    """

    margin_before: Decimal
    margin_after: Decimal
    equity_before: Decimal
    commission: Decimal
    currency: str
    warning: str = ""
