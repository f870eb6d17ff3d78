"""What the broker tells: states of orders, fills, their commissions, and messages about an order."""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.gateway.broker.booked_order import BookedFill, BookedOrder


@dataclass(frozen=True)
class OrderNews:
    """The state of an order changed; `order` is a copy of it at that moment."""

    order: BookedOrder


@dataclass(frozen=True)
class FillNews:
    """A fill, or the correction of one."""

    fill: BookedFill


@dataclass(frozen=True)
class OrderNotice:
    """An error or a warning for the client of an order."""

    client_id: int
    order_id: int
    code: int
    text: str


@dataclass(frozen=True)
class AccountNews:
    """The position in a contract, and the account's money, have changed."""

    con_id: int


@dataclass(frozen=True)
class IdNews:
    """A client has used an order id, whether or not its order was taken."""

    client_id: int
    order_id: int


BrokerNews = OrderNews | FillNews | OrderNotice | AccountNews | IdNews
