"""Answers to requests about orders: placing, cancelling, and the lists of orders and executions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from g4qc_core.gateway.broker.booked_order import (
    BookedFill,
    BookedOrder,
    FillManner,
    OrderKind,
    OrderTerms,
    Progress,
)
from g4qc_core.gateway.broker.order_checks import RejectedOrder
from g4qc_core.gateway.desk import order_layouts as layouts
from g4qc_core.gateway.desk import order_reports as reports
from g4qc_core.gateway.desk.order_parsing import OrderMessage, order_message
from g4qc_core.gateway.faults.switches import Effect
from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.gateway.protocol.bar_request_rules import Refusal, parse_instant
from g4qc_core.gateway.protocol.client_requests import ContractQuery
from g4qc_core.gateway.protocol.contract_lookup import find
from g4qc_core.gateway.protocol.contract_refusal import not_found
from g4qc_core.gateway.protocol.layouts import NEXT_VALID_ID, Message
from g4qc_core.gateway.protocol.request_context import RequestContext

_LARGEST_ORDER = 1_000_000
_LATER = {"IOC", "FOK", "GTD", "OPG", "DTC", "GTX", "AUC", "MINUTES"}
_OTHER_TYPES = {
    "TRAIL", "TRAIL LIMIT", "MIT", "LIT", "MOC", "LOC", "MOO", "LOO", "REL", "MIDPRICE", "PEG MID", "PEG BENCH",
    "PEG MKT", "PEG STK", "PEG PRIM", "PEG BEST", "MTL", "MKT PRT", "STP PRT", "VOL", "SNAP MKT", "SNAP MID",
    "SNAP PRIM", "BOX TOP", "PASSV REL",
}  # fmt: skip
_UNSET = ("", "1.7976931348623157e+308", "1.7976931348623157e308")
_READ_ONLY = "The API interface is currently in Read-Only mode."


def place(asked: RequestContext) -> list[Message]:
    """Place an order, change it, or say what it would change.

    Raises:
        Refusal: 103, 104, 105, 110, 200, 201, 321 or 387.
    """
    check_writable(asked)
    if asked.client.is_forgotten(asked):
        return []
    desk = asked.desk
    message = order_message(asked.fields, asked.version)
    try:
        terms = _terms(asked, message)
        if terms.what_if:
            return [_what_if(asked, message.order_id, terms)]
        if asked.effect.refused is not None:
            raise RejectedOrder(*asked.effect.refused)
        desk.broker.place(asked.client_id, message.order_id, terms, desk.clock.now(), _manner(asked.effect))
    except RejectedOrder as rejected:
        raise Refusal(rejected.code, rejected.text) from None
    finally:
        if not message.what_if:
            desk.broker.use(asked.client_id, message.order_id)
        desk.tell()
    return []


def cancel(asked: RequestContext) -> list[Message]:
    """Cancel an order of the client.

    Raises:
        Refusal: 321 if the gateway is read-only, 10147 for an unknown order, 10148 for one that has ended.
    """
    check_writable(asked)
    if asked.client.is_forgotten(asked):
        return []
    order = asked.desk.broker.find(asked.client_id, asked.request_id)
    if order is None:
        raise Refusal(10147, f"OrderId {asked.request_id} that needs to be cancelled is not found.")
    broker, now = asked.desk.broker, asked.desk.clock.now()
    broker.advance(now)
    if asked.effect.fills_instead:
        broker.fill_now(order, now)
    asked.desk.tell()
    if order.progress.final:
        text = f"OrderId {asked.request_id} that needs to be cancelled cannot be cancelled, state: {order.progress}."
        raise Refusal(10148, text)
    broker.cancel(order, now)
    asked.desk.tell()
    return []


def cancel_all(asked: RequestContext) -> list[Message]:
    """Cancel the open orders of all clients; raises Refusal if the gateway is read-only."""
    check_writable(asked)
    if asked.client.is_forgotten(asked):
        return []
    for order in asked.desk.broker.open_orders():
        asked.desk.broker.cancel(order, asked.desk.clock.now())
    asked.desk.tell()
    return []


def open_orders(asked: RequestContext) -> list[Message]:
    """Return the client's open orders with their states; client 0 also sees orders without a client."""
    check_writable(asked)
    own = [order for order in asked.desk.broker.open_orders() if order.client_id == asked.client_id]
    return _opened(asked, own)


def all_open_orders(asked: RequestContext) -> list[Message]:
    """Return the open orders of all clients with their states."""
    check_writable(asked)
    return _opened(asked, asked.desk.broker.open_orders())


def auto_open_orders(asked: RequestContext) -> list[Message]:
    """Let client 0 hear of the orders of all clients, or end that.

    Raises:
        Refusal: 321, the client is another one, or the gateway is read-only.
    """
    check_writable(asked)
    (bind,) = asked.values
    if asked.client_id != 0:
        if not bind:
            return []
        raise _invalid("Only the default client (i.e 0) can auto bind orders")
    asked.client.hears_all = bool(bind)
    return _opened(asked, asked.desk.broker.open_orders()) if bind else []


def completed_orders(asked: RequestContext) -> list[Message]:
    """Return the orders that have ended, of all clients."""
    check_writable(asked)
    desk = asked.desk
    ended = [order for order in desk.broker.orders if order.progress.final]
    found = [reports.completed_order(order, desk.account) for order in ended]
    return [*found, Message(layouts.COMPLETED_ORDERS_END, {})]


def executions(asked: RequestContext) -> list[Message]:
    """Return the fills since midnight that pass the filter, each with its cost; raises Refusal (321)."""
    client, account, since, symbol, kind, exchange, side = asked.values
    earliest = _filter_time(str(since).strip())
    found = [
        fill
        for fill in reports.fills_of_day(asked.desk.broker.fills, asked.now)
        if client in (0, fill.order.client_id)
        and account in ("", asked.desk.account)
        and (earliest is None or fill.at >= earliest)
        and _passes(fill, str(symbol), str(kind), str(exchange), str(side))
    ]
    messages = [
        message
        for fill in found
        for message in (
            reports.execution(fill, asked.desk.account, asked.version, asked.request_id),
            reports.commission(fill),
        )
    ]
    return [*messages, Message(layouts.EXECUTIONS_END, {"request_id": asked.request_id})]


def next_id(asked: RequestContext) -> list[Message]:
    """Return the lowest order id that the client has not used."""
    return [Message(NEXT_VALID_ID, {"order_id": asked.desk.broker.next_id(asked.client_id)})]


def check_writable(asked: RequestContext) -> None:
    """Raise Refusal (321) if the gateway is read-only."""
    if asked.desk.read_only:
        raise _invalid(_READ_ONLY)


def _manner(effect: Effect) -> FillManner:
    return FillManner(effect.largest_fill, timedelta(seconds=effect.fill_pause), effect.rejected)


def _opened(asked: RequestContext, orders: list[BookedOrder]) -> list[Message]:
    account = asked.desk.account
    pairs = [(reports.open_order(order, account), reports.order_status(order)) for order in orders]
    return [message for pair in pairs for message in pair] + [Message(layouts.OPEN_ORDER_END, {})]


def _what_if(asked: RequestContext, order_id: int, terms: OrderTerms) -> Message:
    order = BookedOrder(
        order_id, asked.client_id, 0, terms, asked.now, Progress.HELD, works_from=asked.now, looked_until=asked.now
    )
    return reports.open_order(order, asked.desk.account, asked.desk.broker.effect(order))


def _terms(asked: RequestContext, message: OrderMessage) -> OrderTerms:
    if message.account not in ("", asked.desk.account):
        raise _invalid("Invalid account code")
    if message.action not in ("BUY", "SELL"):
        raise _invalid("Invalid order action: it must be BUY or SELL")
    if message.extras:
        asks = " and ".join(message.extras)
        raise RejectedOrder(201, f"Order rejected - reason:An order with {asks} is not served by the simulated gateway")
    kind = _kind(message.order_type)
    return OrderTerms(
        listing=_listing(asked, message.contract),
        action=message.action,
        quantity=_quantity(message.quantity),
        kind=kind,
        limit_price=_price(message.limit_price, "limit") if kind.has_limit else None,
        stop_price=_price(message.stop_price, "stop") if kind.has_stop else None,
        tif=_tif(message.tif),
        account=message.account,
        ref=message.ref,
        transmit=message.transmit,
        what_if=message.what_if,
        outside_rth=message.outside_rth,
    )


def _listing(asked: RequestContext, query: ContractQuery) -> Listing:
    found = find(asked.market, query, asked.now)
    if not found:
        raise not_found(asked.market, query, asked.now)
    if len(found) > 1:
        raise Refusal(200, f"The contract description specified for {query.symbol} is ambiguous.")
    return found[0]


def _kind(text: str) -> OrderKind:
    if text in set(OrderKind):
        return OrderKind(text)
    if text in _OTHER_TYPES:
        raise Refusal(387, "Unsupported order type for this exchange and security type.")
    raise _invalid(f"Invalid order type: {text[:40]}")


def _tif(text: str) -> str:
    if text in ("", "DAY", "GTC"):
        return text or "DAY"
    if text in _LATER:
        raise RejectedOrder(
            201, f"Order rejected - reason:The time-in-force {text} is not served by the simulated gateway"
        )
    raise _invalid(f"Invalid time in force: {text[:40]}")


def _quantity(text: str) -> int:
    try:
        quantity = Decimal(text or "0")
    except InvalidOperation:
        quantity = Decimal("NaN")
    if quantity == 0:
        raise _invalid("The size value cannot be zero")
    if not 0 < quantity <= _LARGEST_ORDER or quantity != int(quantity):
        raise _invalid(f"The size value must be a whole number of contracts, up to {_LARGEST_ORDER}")
    return int(quantity)


def _price(text: str, which: str) -> Decimal:
    if text.lower() in _UNSET or not Decimal(text).is_finite():
        raise _invalid(f"The {which} price is missing")
    return Decimal(text)


def _filter_time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_instant(text)[0]
    except (ValueError, KeyError, OSError, OverflowError):
        raise _invalid(f"The time of the execution filter is invalid: {text[:40]}") from None


def _passes(fill: BookedFill, symbol: str, kind: str, exchange: str, side: str) -> bool:
    listing = fill.order.terms.listing
    sides = {"BUY": "BOT", "SELL": "SLD", "SSHORT": "SLD"}
    return (
        symbol in ("", listing.instrument.ib_symbol)
        and kind in ("", listing.contract.kind)
        and exchange in ("", listing.contract.exchange)
        and (not side or sides.get(side.upper(), side.upper()) == reports.side(fill.order))
    )


def _invalid(cause: str) -> Refusal:
    return Refusal(321, f"Error validating request.-'bN' : cause - {cause}")
