"""Checks of an order before the broker takes it, with the errors of the real gateway."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.broker.booked_order import BookedOrder, OrderTerms, Progress
from g4qc_core.gateway.broker.simulated_account import Price, SimulatedAccount
from g4qc_core.gateway.markets.session_hours import zone_name
from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.instruments.registry import MONTH_CODES

_OFF_TICK = "The price does not conform to the minimum price variation for this contract."
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
assert len(_MONTHS) == len(MONTH_CODES)


class RejectedOrder(Exception):
    """An order that is not taken: the protocol's code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def check_terms(terms: OrderTerms, now: datetime) -> None:
    """Raise RejectedOrder unless the contract trades and every price is a multiple of its tick."""
    if terms.listing.contract.last_trade_at <= now:
        raise RejectedOrder(201, "Order rejected - reason:This contract has expired.")
    if terms.listing.contract.kind == "IND":
        raise RejectedOrder(201, "Order rejected - reason:This contract is not available for trading.")
    for price in (terms.limit_price, terms.stop_price):
        if price is not None and price % terms.listing.tick:
            raise RejectedOrder(110, _OFF_TICK)


def check_change(order: BookedOrder, terms: OrderTerms) -> None:
    """Raise RejectedOrder unless the order may become one with these terms."""
    if order.progress is Progress.FILLED:
        raise RejectedOrder(104, "Can't modify a filled order.")
    if order.progress.final:
        raise RejectedOrder(103, "Duplicate order id")
    same = (
        terms.listing.contract.con_id == order.terms.listing.contract.con_id
        and terms.action == order.terms.action
        and terms.quantity > order.filled
    )
    if not same:
        raise RejectedOrder(105, "Order being modified does not match original order.")


def check_margin(account: SimulatedAccount, price: Price, order: BookedOrder) -> None:
    """Raise RejectedOrder if the account cannot carry the position that the order leads to."""
    terms = order.terms
    extra = [(terms.listing, terms.sign * order.remaining)]
    before, after = account.margin(price), account.margin(price, extra)
    equity = account.equity(price)
    if after > before and after > equity:
        raise RejectedOrder(
            201,
            "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY "
            f"WITH LOAN VALUE [{money(equity)} USD] MUST EXCEED THE INITIAL MARGIN [{money(after)} USD]",
        )


def held_text(order: BookedOrder) -> str:
    """Return the warning that an order waits for the opening."""
    listing = order.terms.listing
    zone = calendar(listing.instrument.calendar).timezone
    opens = order.works_from.astimezone(zone)
    what = f"{order.terms.action} {order.terms.quantity} {_name(listing)}"
    return (
        f"Order Message:\n{what}\nWarning: your order will not be placed at the exchange until "
        f"{opens:%Y-%m-%d %H:%M:%S} {zone_name(zone)}"
    )


def money(amount: Decimal) -> str:
    """Return an amount with cents."""
    return f"{amount:.2f}"


def _name(listing: Listing) -> str:
    """Return the name of a contract in such a message: `ES DEC'25`."""
    contract = listing.contract
    if not contract.expires:
        return listing.instrument.ib_symbol
    return f"{listing.instrument.ib_symbol} {_MONTHS[int(contract.month[4:]) - 1]}'{contract.month[2:4]}"
