"""What an order would change: the answer to an order with `whatIf`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from g4qc_core.gateway.broker.booked_order import BookedOrder
from g4qc_core.gateway.broker.order_checks import RejectedOrder, check_margin
from g4qc_core.gateway.broker.simulated_account import Price, SimulatedAccount


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


def effect_of(order: BookedOrder, account: SimulatedAccount, price: Price) -> OrderEffect:
    """Return what an order would change in an account; it need not be placed."""
    terms, warning = order.terms, ""
    try:
        check_margin(account, price, order)
    except RejectedOrder as rejected:
        warning = rejected.text
    return OrderEffect(
        margin_before=account.margin(price),
        margin_after=account.margin(price, [(terms.listing, terms.sign * order.remaining)]),
        equity_before=account.equity(price),
        commission=terms.listing.instrument.fee * order.remaining,
        currency=terms.listing.contract.currency,
        warning=warning,
    )
