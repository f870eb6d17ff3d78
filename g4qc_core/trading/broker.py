"""The port of a broker: what a trader asks, and the events that it hears.

Prices are in points, as bars are. Quantities are whole contracts. Instants are UTC. `g4qc_core.ib.orders` implements it
for Interactive Brokers' protocol; how an order is decided or stored does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import TracebackType
from typing import Literal, Protocol, Self

Action = Literal["BUY", "SELL"]
OrderType = Literal["MKT", "LMT", "STP"]
TimeInForce = Literal["DAY", "GTC"]


@dataclass(frozen=True)
class TradedContract:
    """A contract month as the broker knows it.

    Attributes:
        symbol: of the instrument, like ES.
        month: the contract month, like 202512.
        con_id: the broker's id.
        exchange: on which it is traded.
        currency: of its prices.
    """

    symbol: str
    month: str
    con_id: int
    exchange: str
    currency: str


@dataclass(frozen=True)
class OrderTicket:
    """One order as it is sent.

    Attributes:
        order_id: id of the order for this client.
        ref: our own reference, which the broker repeats with every message about the order.
        contract: what is traded.
        action: buy or sell.
        quantity: contracts, above zero.
        order_type: market, limit or stop.
        limit_price: of a limit order, in points.
        stop_price: of a stop order, in points.
        tif: how long it works.
        account: that it is for.
    """

    order_id: int
    ref: str
    contract: TradedContract
    action: Action
    quantity: int
    order_type: OrderType
    tif: TimeInForce
    account: str
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None

    @property
    def signed(self) -> int:
        """The quantity, negative for a sale."""
        return self.quantity if self.action == "BUY" else -self.quantity


@dataclass(frozen=True)
class OpenOrder:
    """An order as the broker reports it, open or completed; of any client.

    Attributes:
        status: in the broker's word, like `Submitted`.
        ref: the reference that the order carries; empty for one that was made by hand.
        filled: contracts filled so far, if the message says it.
        text: the broker's warning or reason, often empty.
    """

    order_id: int
    perm_id: int
    client_id: int
    ref: str
    account: str
    con_id: int
    symbol: str
    action: Action
    quantity: int
    order_type: str
    status: str
    tif: str = "DAY"
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    filled: int | None = None
    completed: bool = False
    text: str = ""


@dataclass(frozen=True)
class OrderStatus:
    """A report about an order's progress; it may be missing, late, repeated or out of order."""

    order_id: int
    perm_id: int
    client_id: int
    status: str
    filled: int
    remaining: int
    average_price: Decimal
    why_held: str = ""


@dataclass(frozen=True)
class Execution:
    """One fill.

    Attributes:
        exec_id: the broker's id. A correction has the same text before its last dot and a higher number after it.
        ref: the reference of the order; empty for one that was made by hand.
        quantity: contracts, negative for a sale.
        price: in points.
        at: instant of the fill, UTC.
    """

    exec_id: str
    order_id: int
    perm_id: int
    client_id: int
    ref: str
    account: str
    con_id: int
    symbol: str
    quantity: int
    price: Decimal
    at: datetime


@dataclass(frozen=True)
class Commission:
    """What a fill cost.

    Attributes:
        realized: profit that the fill realized, net of commissions, as the broker computes it; None if it opened.
    """

    exec_id: str
    amount: Decimal
    currency: str
    realized: Decimal | None = None


@dataclass(frozen=True)
class OrderProblem:
    """An error or a warning about an order, by the broker's code.

    Attributes:
        order_id: of the order; -1 if the message names none.
        code: the broker's; 0 if a message about orders could not be read, so that they must be asked for again.
    """

    order_id: int
    code: int
    text: str


class Link(StrEnum):
    """The state of the way to the broker's servers."""

    READY = "ready"
    SERVERS_LOST = "servers lost"
    """The gateway has lost its servers: no new orders."""
    SERVERS_BACK = "servers back"
    """The servers are back: what was missed must be asked for."""
    ENDED = "ended"
    """The connection to the gateway is over."""


@dataclass(frozen=True)
class LinkChanged:
    """The way to the broker's servers changed."""

    link: Link
    text: str = ""


@dataclass(frozen=True)
class LiveBar:
    """A one-minute bar in progress or complete, as a subscription reports it.

    Attributes:
        con_id: of the contract.
        start: of the minute, UTC.
        volume: contracts so far; -1 if unknown.
        source: `history`: it was there before; `updates` of keepUpToDate; `five_seconds` where those are refused.
        ends_history: True for the last bar of a history: all before it have been told.
    """

    con_id: int
    start: datetime
    open: float
    high: float
    low: float
    close: float
    volume: int
    source: Literal["history", "updates", "five_seconds"]
    ends_history: bool = False


@dataclass(frozen=True)
class StreamEnded:
    """A subscription ended although nobody cancelled it; `text` is the gateway's reason."""

    con_id: int
    text: str


BrokerEvent = OpenOrder | OrderStatus | Execution | Commission | OrderProblem | LinkChanged | LiveBar | StreamEnded


@dataclass(frozen=True)
class BrokerPosition:
    """A position of the account in one contract.

    Attributes:
        quantity: contracts, negative for short.
        average_cost: of one contract in money: price x multiplier, commissions included.
    """

    account: str
    con_id: int
    symbol: str
    quantity: int
    average_cost: Decimal


@dataclass(frozen=True)
class MarginEffect:
    """What an order would change, by the broker's own answer (whatIf), in the account's currency; None if unknown."""

    initial_after: Decimal | None
    maintenance_after: Decimal | None
    equity: Decimal | None
    commission: Decimal | None
    warning: str = ""


class Broker(Protocol):
    """A connected account. A question raises a `GatewayError` within its deadline; events wait for nobody."""

    @property
    def accounts(self) -> list[str]:
        """Accounts of the connection."""

    @property
    def client_id(self) -> int:
        """Client id of the connection."""

    @property
    def connected(self) -> bool:
        """False once the connection has ended, for any reason."""

    @property
    def next_order_id(self) -> int:
        """Lowest order id that the broker accepts from this client, as it said last."""

    def event(self, timeout: float) -> BrokerEvent | None:
        """Return the next event, in the order of arrival; None if there is none within `timeout` seconds."""

    def now(self) -> datetime:
        """Return the gateway's clock, UTC, by its last answer and the time since; asks again when that is old."""

    def place(self, ticket: OrderTicket) -> None:
        """Send an order. The answer is events.

        Raises:
            GatewayDisconnected: the connection has ended; the order may or may not have left.
        """

    def cancel(self, order_id: int) -> None:
        """Ask for the end of an order of this client. The answer is events.

        Raises:
            GatewayDisconnected: the connection has ended.
        """

    def what_if(self, ticket: OrderTicket) -> MarginEffect:
        """Ask what an order would change; nothing is placed."""

    def open_orders(self) -> list[OpenOrder]:
        """Return the open orders of all clients."""

    def completed_orders(self) -> list[OpenOrder]:
        """Return the completed orders that the broker still lists; empty if it lists none."""

    def executions(self) -> tuple[list[Execution], list[Commission]]:
        """Return the executions that the broker still lists (usually of today), of all clients, and their costs."""

    def positions(self) -> list[BrokerPosition]:
        """Return all positions that are not zero."""

    def account_values(self, account: str = "") -> Mapping[str, Decimal]:
        """Return figures of an account by the broker's tag, like `NetLiquidation`, in the base currency.

        Args:
            account: its name; empty: the first of the connection.
        """

    def subscribe(self, contract: TradedContract, sessions: int = 2) -> None:
        """Begin one-minute bars of a contract: those of the last trading days, then live ones, as events.

        A second call for the same contract replaces the subscription.
        """

    def unsubscribe(self, con_id: int) -> None:
        """End the bars of a contract; harmless without a subscription."""

    def close(self) -> None:
        """End the connection; harmless the second time."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
