"""Messages about orders and fills, made from the broker's objects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from g4qc_core.gateway.broker.booked_order import BookedFill, BookedOrder
from g4qc_core.gateway.broker.margin_effect import OrderEffect
from g4qc_core.gateway.desk import order_layouts as layouts
from g4qc_core.gateway.markets.history import stamp
from g4qc_core.gateway.markets.session_hours import zone_name
from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.gateway.protocol.bar_request_rules import GATEWAY_ZONE
from g4qc_core.gateway.protocol.framing import number
from g4qc_core.gateway.protocol.layouts import Message

LIVE = -1
"""Request id of an execution that nobody asked for."""


def contract_fields(listing: Listing) -> dict[str, object]:
    """Return the fields of a contract in messages about orders and positions."""
    contract = listing.contract
    return {
        "con_id": contract.con_id,
        "symbol": listing.instrument.ib_symbol,
        "sec_type": contract.kind,
        "expiry": f"{contract.last_trade_date:%Y%m%d}" if contract.expires else "",
        "multiplier": plain(contract.multiplier) if contract.expires else "",
        "exchange": contract.exchange,
        "currency": contract.currency,
        "local_symbol": contract.local_symbol,
        "trading_class": contract.trading_class,
    }


def open_order(order: BookedOrder, account: str, effect: OrderEffect | None = None) -> Message:
    """Return the message with an order's terms and state.

    Args:
        order: the order.
        account: the managed account.
        effect: what the order would change, for an answer to `whatIf`.
    """
    values = {
        "order_id": order.order_id,
        "client_id": order.client_id,
        "perm_id": order.perm_id,
        "status": order.progress,
        "warning": order.reason if order.progress.final else "",
        **_terms(order, account),
        **(_effect_fields(effect) if effect is not None else {}),
    }
    return Message(layouts.OPEN_ORDER, values)


def order_status(order: BookedOrder) -> Message:
    """Return the message with an order's progress."""
    values = {
        "order_id": order.order_id,
        "status": order.progress,
        "filled": order.filled,
        "remaining": order.remaining,
        "average": price(order.average),
        "perm_id": order.perm_id,
        "last_price": price(order.last_price),
        "client_id": order.client_id,
    }
    return Message(layouts.ORDER_STATUS, values)


def completed_order(order: BookedOrder, account: str) -> Message:
    """Return the message about an order that has ended."""
    zone = GATEWAY_ZONE
    ended = order.ended_at or order.placed_at
    said = f"Filled Size: {order.filled}" if order.filled else f"Cancelled: {order.reason}".rstrip(": ")
    values = {
        "perm_id": order.perm_id,
        "status": order.progress,
        "filled": order.filled,
        "completed_time": f"{ended.astimezone(zone):%Y%m%d %H:%M:%S} {zone_name(zone)}",
        "completed_status": said,
        **_terms(order, account),
    }
    return Message(layouts.COMPLETED_ORDER, values)


def execution(fill: BookedFill, account: str, version: int, request_id: int = LIVE) -> Message:
    """Return the message about a fill."""
    order = fill.order
    values = {
        "request_id": request_id,
        "order_id": order.order_id,
        "exec_id": fill.exec_id,
        "time": stamp(fill.at, GATEWAY_ZONE, version),
        "account": account,
        "exec_exchange": order.terms.listing.contract.exchange,
        "side": side(order),
        "shares": fill.shares,
        "price": price(fill.price),
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "cumulative": fill.cumulative,
        "average": price(fill.average),
        "order_ref": order.terms.ref,
        **contract_fields(order.terms.listing),
    }
    return Message(layouts.EXECUTION, values)


def commission(fill: BookedFill) -> Message:
    """Return the message about the cost of a fill."""
    values = {
        "exec_id": fill.exec_id,
        "commission": price(fill.commission),
        "currency": fill.order.terms.listing.contract.currency,
        "realized": layouts.UNSET if fill.realized is None else price(fill.realized),
    }
    return Message(layouts.COMMISSION, values)


def side(order: BookedOrder) -> str:
    """Return the side of an execution in the protocol's word."""
    return "BOT" if order.terms.buys else "SLD"


def price(value: Decimal) -> str:
    """Return a price or an amount as text, without an exponent."""
    return number(float(value))


def plain(value: Decimal) -> str:
    """Return a decimal number as text, without an exponent and without zeros at its end."""
    return format(value.normalize(), "f")


def _terms(order: BookedOrder, account: str) -> dict[str, object]:
    terms = order.terms
    return {
        "action": terms.action,
        "quantity": terms.quantity,
        "order_type": terms.kind,
        "limit_price": price(terms.limit_price or Decimal(0)),
        "stop_price": price(terms.stop_price or Decimal(0)),
        "tif": terms.tif,
        "account": account,
        "order_ref": terms.ref,
        "outside_rth": int(terms.outside_rth),
        **contract_fields(terms.listing),
    }


def _effect_fields(effect: OrderEffect) -> dict[str, object]:
    amounts = {
        "initial_before": effect.margin_before,
        "maintenance_before": effect.margin_before,
        "equity_before": effect.equity_before,
        "initial_change": effect.margin_after - effect.margin_before,
        "maintenance_change": effect.margin_after - effect.margin_before,
        "equity_change": -effect.commission,
        "initial_after": effect.margin_after,
        "maintenance_after": effect.margin_after,
        "equity_after": effect.equity_before - effect.commission,
        "commission": effect.commission,
    }
    return {
        **{name: price(amount) for name, amount in amounts.items()},
        "what_if": 1,
        "commission_currency": effect.currency,
        "margin_currency": effect.currency,
        "warning": effect.warning,
    }


def fills_of_day(fills: Iterable[BookedFill], now: datetime) -> list[BookedFill]:
    """Return the fills since midnight in the gateway's time zone, as the real gateway lists them."""
    today = now.astimezone(GATEWAY_ZONE).date()
    return [fill for fill in fills if fill.at.astimezone(GATEWAY_ZONE).date() == today]
