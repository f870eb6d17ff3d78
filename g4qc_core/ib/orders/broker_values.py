"""Translation of `ibapi`'s objects about orders to the values of the port `g4qc_core.trading.broker`.

Pure functions for the spellings of 9.81 and 10.x; `ibapi`'s objects are used only by attribute.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from g4qc_core.errors import UnreadableAnswer
from g4qc_core.ib.connection.decoding import UNSET
from g4qc_core.ib.times import instant
from g4qc_core.trading.broker import (
    Action,
    BrokerPosition,
    Commission,
    Execution,
    MarginEffect,
    OpenOrder,
    OrderStatus,
)

log = logging.getLogger(__name__)

UNKNOWN_ID = -1
"""Order id and client id of a completed order, whose message does not say them."""

_ACTIONS: dict[str, Action] = {"BUY": "BUY", "BOT": "BUY", "SELL": "SELL", "SLD": "SELL", "SSHORT": "SELL"}
_OVER = ("Filled", "Cancelled", "ApiCancelled")


def is_whole(value: Any) -> bool:
    """Return True for a whole number of contracts."""
    number = _number(value)
    return number is not None and number == number.to_integral_value()


def open_order(contract: Any, order: Any, state: Any) -> OpenOrder:
    """Return an open order."""
    return _described(contract, order, state, order.orderId, order.clientId, text=state.warningText)


def completed_order(contract: Any, order: Any, state: Any) -> OpenOrder:
    """Return a completed order; the broker often states its quantity as 0, then it is what was filled."""
    text = state.completedStatus or state.warningText
    return _described(contract, order, state, UNKNOWN_ID, UNKNOWN_ID, text=text, completed=True)


def still_open(listed: Iterable[OpenOrder]) -> list[OpenOrder]:
    """Return the last report of each order, without those that ended while they were listed."""
    last = {(one.perm_id or one.client_id, one.perm_id or one.order_id): one for one in listed}
    return [one for one in last.values() if one.status not in _OVER]


def order_status(
    order_id: int, perm_id: int, client_id: int, status: str, filled: Any, remaining: Any, average: Any, held: str
) -> OrderStatus:
    """Return a report about an order's progress."""
    return OrderStatus(
        order_id,
        perm_id,
        client_id,
        status,
        _whole(filled, "filled quantity"),
        _whole(remaining, "remaining quantity"),
        _number(average) or Decimal(0),
        held or "",
    )


def execution(contract: Any, fill: Any, zone: tzinfo, received_at: datetime) -> Execution:
    """Return a fill.

    Args:
        contract: `ibapi`'s contract.
        fill: `ibapi`'s execution.
        zone: time zone of a time that names none, see `instant`.
        received_at: the gateway's clock, UTC; it stands for a time that cannot be read, because a fill is never lost.
    """
    price = _number(fill.price)
    if price is None or not fill.execId:
        raise UnreadableAnswer(f"an execution {fill.execId!r} at the price {fill.price}")
    size = _whole(fill.shares, "executed quantity")
    if size <= 0:
        raise UnreadableAnswer(f"an execution {fill.execId!r} of {fill.shares} contracts")
    return Execution(
        exec_id=fill.execId,
        order_id=fill.orderId,
        perm_id=fill.permId,
        client_id=fill.clientId,
        ref=fill.orderRef or "",
        account=fill.acctNumber,
        con_id=contract.conId,
        symbol=contract.symbol,
        quantity=size if _action(fill.side) == "BUY" else -size,
        price=price,
        at=_at(fill.time, zone, received_at),
    )


def commission(report: Any) -> Commission:
    """Return what a fill cost."""
    amount = _number(getattr(report, "commissionAndFees", None) or getattr(report, "commission", 0.0))
    if amount is None or not report.execId:
        raise UnreadableAnswer(f"a commission of the execution {report.execId!r} without its amount")
    return Commission(report.execId, amount, report.currency, _number(report.realizedPNL))


def position(account: str, contract: Any, quantity: Any, average_cost: Any) -> BrokerPosition:
    """Return a position."""
    size = _whole(quantity, f"position in {contract.localSymbol or contract.symbol}")
    return BrokerPosition(account, contract.conId, contract.symbol, size, _number(average_cost) or Decimal(0))


def margin_effect(state: Any) -> MarginEffect:
    """Return what an order would change."""
    costs = (
        getattr(state, name, None)
        for name in ("commissionAndFees", "commission", "maxCommissionAndFees", "maxCommission")
    )
    known = (cost for cost in map(_number, costs) if cost is not None)
    return MarginEffect(
        initial_after=_number(state.initMarginAfter),
        maintenance_after=_number(state.maintMarginAfter),
        equity=_number(state.equityWithLoanAfter),
        commission=next(known, None),
        warning=state.warningText or "",
    )


def account_value(text: str) -> Decimal | None:
    """Return a figure of the account; None if it is none."""
    return _number(text)


def _described(
    contract: Any, order: Any, state: Any, order_id: int, client_id: int, *, text: str, completed: bool = False
) -> OpenOrder:
    filled = _number(order.filledQuantity) if completed else None
    quantity = _whole(order.totalQuantity, "quantity")
    return OpenOrder(
        order_id=order_id,
        perm_id=order.permId,
        client_id=client_id,
        ref=order.orderRef or "",
        account=order.account,
        con_id=contract.conId,
        symbol=contract.symbol,
        action=_action(order.action),
        quantity=max(quantity, int(filled or 0)),
        order_type=order.orderType,
        status=state.status,
        tif=order.tif or "DAY",
        limit_price=_number(order.lmtPrice) if "LMT" in order.orderType else None,
        stop_price=_number(order.auxPrice) if "STP" in order.orderType else None,
        filled=None if filled is None else _whole(filled, "filled quantity"),
        completed=completed,
        text=text or "",
    )


def _action(word: str) -> Action:
    try:
        return _ACTIONS[word]
    except KeyError:
        raise UnreadableAnswer(f"neither a purchase nor a sale: {word!r}") from None


def _at(text: str, zone: tzinfo, received_at: datetime) -> datetime:
    try:
        return instant(text, zone, fold=0)
    except UnreadableAnswer as error:
        log.warning("%s It is the time of an execution, which is taken as of now.", error)
        return received_at


def _whole(value: Any, what: str) -> int:
    number = _number(value)
    if number is None or number != number.to_integral_value():
        raise UnreadableAnswer(f"the {what} {value} is no whole number")
    return int(number)


def _number(value: Any) -> Decimal | None:
    """Return a number exactly as it was written; None if it is missing or unset."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < UNSET else None
