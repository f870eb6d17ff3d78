"""Orders and cancels as bytes of the protocol, by the encoder of either build of `ibapi`.

Pure functions: a message that cannot be encoded raises here and never becomes an event.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract as IbContract
from ibapi.order import Order as IbOrder
from ibapi.wrapper import EWrapper

from g4qc_core.errors import RequestRejected
from g4qc_core.ib.contract_queries import ib_contract
from g4qc_core.trading.broker import OrderTicket, TradedContract

# 10.x takes the details of a cancel as a second argument.
_CANCEL_HAS_DETAILS = len(inspect.signature(EClient.cancelOrder).parameters) > 2

# 9.81 sets them, and gateways refuse orders with them.
_REFUSED_FLAGS = ("eTradeOnly", "firmQuoteOnly")


class _Refusal(EWrapper):
    """Raises what `ibapi` reports about a message that it does not encode."""

    def error(self, reqId: int, *details: Any) -> None:
        text = " ".join(str(one) for one in details if isinstance(one, str) and one)
        raise RequestRejected(f"Order {reqId} cannot be sent to the gateway ({text}): nothing was sent.")


class _Outbox:
    """The connection of an encoder: it keeps the message."""

    def __init__(self) -> None:
        self.message = b""

    def isConnected(self) -> bool:
        return True

    def sendMsg(self, message: bytes) -> int:
        self.message += message
        return len(message)


def encoded_order(ticket: OrderTicket, protocol: int, *, what_if: bool = False) -> bytes:
    """Return the message that places an order, or that asks what it would change.

    Raises:
        RequestRejected: a text is not plain ASCII, or the protocol has no such order.
    """
    order = _order(ticket, what_if=what_if)
    contract = traded_contract(ticket.contract)
    return _encoded(protocol, lambda api: api.placeOrder(ticket.order_id, contract, order))


def encoded_cancel(order_id: int, protocol: int) -> bytes:
    """Return the message that asks for the end of an order."""
    details = _no_details() if _CANCEL_HAS_DETAILS else ()
    return _encoded(protocol, lambda api: api.cancelOrder(order_id, *details))


def traded_contract(contract: TradedContract) -> IbContract:
    """Return `ibapi`'s contract. Its symbol stays empty: the broker's may differ from ours, and the id decides."""
    query = ib_contract(secType="FUT", conId=contract.con_id, exchange=contract.exchange, currency=contract.currency)
    query.includeExpired = False
    return query


def _order(ticket: OrderTicket, *, what_if: bool) -> IbOrder:
    order = IbOrder()
    order.action = ticket.action
    order.totalQuantity = Decimal(ticket.quantity)
    order.orderType = ticket.order_type
    order.tif = ticket.tif
    order.orderRef = ticket.ref
    order.account = ticket.account
    order.transmit = True
    order.whatIf = what_if
    if ticket.limit_price is not None:
        order.lmtPrice = ticket.limit_price
    if ticket.stop_price is not None:
        order.auxPrice = ticket.stop_price
    for name in _REFUSED_FLAGS:
        if hasattr(order, name):
            setattr(order, name, False)
    return order


def _no_details() -> tuple[Any, ...]:
    from ibapi.order_cancel import OrderCancel

    return (OrderCancel(),)


def _encoded(protocol: int, write: Callable[[Any], None]) -> bytes:
    api, outbox = EClient(_Refusal()), _Outbox()
    api.conn = outbox
    api.serverVersion_ = protocol
    api.setConnState(EClient.CONNECTED)
    write(api)
    return outbox.message
