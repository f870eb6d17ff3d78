"""Interactive Brokers as a broker: the port `g4qc_core.trading.broker` over one connection.

It does not reconnect: a new connection is a new `IbBroker`, because what happened meanwhile must be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Self

from g4qc_core.errors import ReadOnlyGateway
from g4qc_core.ib.advice import ACCOUNT, Advice
from g4qc_core.ib.connection.answer_kinds import AnswerKind
from g4qc_core.ib.connection.dialling import NEWEST
from g4qc_core.ib.orders.broker_values import account_value, still_open
from g4qc_core.ib.orders.order_connection import OrderConnection
from g4qc_core.ib.orders.order_encoding import encoded_cancel, encoded_order
from g4qc_core.trading.broker import (
    BrokerEvent,
    BrokerPosition,
    Commission,
    Execution,
    MarginEffect,
    OpenOrder,
    OrderTicket,
    TradedContract,
)

ACCOUNT_TAGS = (
    "NetLiquidation",
    "TotalCashValue",
    "EquityWithLoanValue",
    "BuyingPower",
    "GrossPositionValue",
    "InitMarginReq",
    "MaintMarginReq",
    "AvailableFunds",
    "ExcessLiquidity",
    "Cushion",
)
"""Figures of an account that are asked for."""


class IbBroker:
    """A connected account; create one with `IbBroker.connect`. Methods may be called from several threads.

    A time of an execution that names no zone is read in the zone that the gateway named when it was connected, else in
    UTC. A message about orders that cannot be read is an `OrderProblem` with order id -1 and code 0, which says that
    orders, executions and positions must be asked for again. A subscription to bars ends with `StreamEnded` also when
    the servers or a farm were away, because updates do not bring the minutes that were missed.
    """

    def __init__(self, connection: OrderConnection, client_id: int) -> None:
        self._connection = connection
        self._client_id = client_id

    @classmethod
    def connect(
        cls,
        host: str,
        port: int,
        client_id: int,
        connect_timeout: float = 15.0,
        request_timeout: float = 30.0,
        max_protocol: int = NEWEST,
        advice: Advice = ACCOUNT,
        time_interval: float = 1.0,
    ) -> IbBroker:
        """Connect, and return when the gateway is ready for orders and has told its time.

        Args:
            host: host name or address of the gateway.
            port: its port.
            client_id: API client id; it is never changed here, because orders belong to it.
            connect_timeout: seconds allowed for connecting and for the handshake.
            request_timeout: seconds without progress after which a question fails; a peer that is silent for as long
                ends the connection.
            max_protocol: highest protocol version to offer, 157 to 200.
            advice: wording of errors until the gateway's account shows which kind of gateway it is.
            time_interval: seconds after which the gateway's clock is asked again.

        Raises:
            GatewayUnavailable: nothing listens, or the peer stays silent.
            ClientTooOld: the gateway speaks only protocols newer than this client.
            GatewayRefused: the peer is no gateway that this client can talk to.
            ClientIdInUse: another session has this client id.
        """
        connection = OrderConnection.connect(
            host, port, client_id, connect_timeout, request_timeout, max_protocol, advice
        )
        broker = cls(connection, client_id)
        broker.ask_time_every(time_interval)
        return broker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; harmless the second time."""
        self._connection.close()

    @property
    def accounts(self) -> list[str]:
        """Accounts of the connection, at least one."""
        return self._connection.accounts

    @property
    def client_id(self) -> int:
        """Client id of the connection."""
        return self._client_id

    @property
    def protocol(self) -> int:
        """Protocol version that both sides speak."""
        return self._connection.protocol

    @property
    def connected(self) -> bool:
        """False once the connection has ended, for any reason."""
        return self._connection.connected

    @property
    def servers_lost(self) -> bool:
        """True while the gateway is without its connection to Interactive Brokers, as far as it has said."""
        return self._connection.callbacks.servers_lost

    @property
    def next_order_id(self) -> int:
        """Highest of the next order ids that the gateway told on this connection."""
        return self._connection.callbacks.next_order_id

    @property
    def read_only(self) -> ReadOnlyGateway | None:
        """The refusal of a gateway whose API is read-only, with what to do; None as long as there was none."""
        return self._connection.callbacks.read_only

    def fresh_order_id(self) -> int:
        """Ask for the next order id and return the highest that was told.

        Raises:
            ReadOnlyGateway: the gateway takes no orders.
        """
        return self._connection.fresh_order_id()

    def ask_time_every(self, seconds: float) -> None:
        """Ask for the gateway's clock as soon as its last answer is so old."""
        self._connection.clock.interval = seconds

    def event(self, timeout: float) -> BrokerEvent | None:
        """Return the next event, in the order of arrival; None if there is none within `timeout` seconds."""
        return self._connection.events.get(timeout)

    def now(self) -> datetime:
        """Return the gateway's clock, UTC, by its last answer and the time since; it never goes back."""
        return self._connection.current()

    def place(self, ticket: OrderTicket) -> None:
        """Send an order. The answer is events.

        Raises:
            RequestRejected: it cannot be encoded; nothing was sent.
            GatewayDisconnected: the connection has ended; the order may or may not have left.
        """
        self._connection.send(encoded_order(ticket, self.protocol), f"Order {ticket.order_id} ({ticket.ref})")

    def cancel(self, order_id: int) -> None:
        """Ask for the end of an order of this client. The answer is events.

        Raises:
            GatewayDisconnected: the connection has ended.
        """
        self._connection.send(encoded_cancel(order_id, self.protocol), f"The cancel of order {order_id}")

    def what_if(self, ticket: OrderTicket) -> MarginEffect:
        """Ask what an order would change; nothing is placed. Its order id counts as used.

        Raises:
            RequestRejected: the gateway would refuse the order.
        """
        message = encoded_order(ticket, self.protocol, what_if=True)
        about = f"The effect of order {ticket.order_id} ({ticket.ref})"
        (effect,) = self._connection.listed(
            AnswerKind.WHAT_IF, about, lambda _: self._connection.send(message, about), key=ticket.order_id
        )
        return effect

    def open_orders(self) -> list[OpenOrder]:
        """Return the open orders of all clients; they come as events, too."""
        return still_open(self._connection.open_orders())

    def completed_orders(self) -> list[OpenOrder]:
        """Return the completed orders that the broker still lists; their order id and client id are -1."""
        return self._connection.completed_orders()

    def executions(self) -> tuple[list[Execution], list[Commission]]:
        """Return the executions that the broker still lists, of all clients, and their costs.

        The costs are events, too; one that comes after the end of the list is an event alone.
        """
        rows = self._connection.executions()
        return [row for row in rows if isinstance(row, Execution)], [row for row in rows if isinstance(row, Commission)]

    def positions(self) -> list[BrokerPosition]:
        """Return all positions that are not zero, in whole contracts."""
        last = {(row.account, row.con_id): row for row in self._connection.positions()}
        return [row for row in last.values() if row.quantity]

    def account_values(self, account: str = "") -> Mapping[str, Decimal]:
        """Return figures of the account by the broker's tag, like `NetLiquidation`, in the base currency.

        Args:
            account: name of the account; empty: the first one.
        """
        wanted = account or self.accounts[0]
        rows = self._connection.account_values(",".join(ACCOUNT_TAGS))
        figures = ((tag, account_value(text)) for named, tag, text in rows if named == wanted)
        return {tag: figure for tag, figure in figures if figure is not None}

    def subscribe(self, contract: TradedContract, sessions: int = 2) -> None:
        """Begin one-minute bars of a contract: those of the last trading days, then live ones, as events.

        A second call for the same contract replaces the subscription.

        Raises:
            GatewayDisconnected: the connection has ended.
        """
        self._connection.check_connected(f"Live bars of {contract.symbol} {contract.month}")
        self._connection.streams.subscribe(contract, sessions)

    def unsubscribe(self, con_id: int) -> None:
        """End the bars of a contract; harmless without a subscription."""
        self._connection.streams.unsubscribe(con_id)
