"""A client of either build of `ibapi` that trades and writes down everything that it hears."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

from g4qc_core.gateway.simulated_gateway import SimulatedGateway

TIMEOUT = 20.0
FINAL = ("Filled", "Cancelled", "Inactive")
Heard = tuple[Any, ...]
"""The kind of event, then its values."""


def front_month(month: str = "202612", symbol: str = "ES") -> Contract:
    """A future of the synthetic market."""
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = symbol, "FUT", "CME", "USD"
    contract.lastTradeDateOrContractMonth = month
    return contract


def an_order(action: str, quantity: int, kind: str = "MKT", **fields: Any) -> Order:
    """An order that a futures exchange accepts."""
    order = Order()
    order.action, order.totalQuantity, order.orderType = action, quantity, kind
    for name in ("eTradeOnly", "firmQuoteOnly"):
        if hasattr(order, name):
            setattr(order, name, False)
    for name, value in fields.items():
        setattr(order, name, value)
    return order


class TradingClient(EWrapper, EClient):  # type: ignore[misc]
    """A connected client.

    Attributes:
        heard: every event in the order of arrival.
        first_id: the next valid id that the gateway gave at the start.
    """

    def __init__(self, gateway: SimulatedGateway, client_id: int = 1) -> None:
        EWrapper.__init__(self)
        EClient.__init__(self, self)
        self.heard: list[Heard] = []
        self.first_id = 0
        self._news = threading.Condition()
        self._requests = 10_000
        # The gateway may not have noticed yet that the last client with this id has gone (326).
        while not self.of("next id"):
            self.heard.clear()
            self.connect(gateway.host, gateway.port, client_id)
            self._thread = threading.Thread(target=self.run, daemon=True)
            self._thread.start()
            self.wait_until(lambda heard: any(h[0] in ("next id", "closed") for h in heard))
        self.first_id = self.of("next id")[0][1]

    def __enter__(self) -> TradingClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.disconnect()
        self._thread.join(TIMEOUT)

    def wait(self, kind: str, *values: Any, after: int = 0) -> Heard:
        """Wait for an event that begins with these values, from the nth one heard on."""

        def found() -> Heard | None:
            return next((h for h in self.heard[after:] if h[: 1 + len(values)] == (kind, *values)), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, TIMEOUT), f"no {(kind, *values)} in {self.heard}"
            event = found()
        assert event is not None
        return event

    def wait_until(self, happened: Callable[[list[Heard]], bool]) -> None:
        """Wait until the events heard so far fulfil a condition."""
        with self._news:
            assert self._news.wait_for(lambda: happened(self.heard), TIMEOUT), self.heard

    def settle(self) -> None:
        """Wait until everything that was asked so far has been answered."""
        before = len(self.heard)
        self.reqCurrentTime()
        self.wait("time", after=before)

    def buy_or_sell(self, order_id: int, action: str, quantity: int = 1, kind: str = "MKT", **fields: Any) -> None:
        """Place an order for the front month."""
        self.placeOrder(order_id, front_month(), an_order(action, quantity, kind, **fields))

    def end(self, order_id: int) -> None:
        """Cancel an order."""
        try:
            self.cancelOrder(order_id)
        except TypeError:
            from ibapi.order_cancel import OrderCancel

            self.cancelOrder(order_id, OrderCancel())

    def end_all(self) -> None:
        """Cancel every order."""
        try:
            self.reqGlobalCancel()
        except TypeError:
            from ibapi.order_cancel import OrderCancel

            self.reqGlobalCancel(OrderCancel())

    def ask_executions(self, **fields: Any) -> list[Heard]:
        """Return the executions that pass a filter."""
        self._requests += 1
        chosen = ExecutionFilter()
        for name, value in fields.items():
            setattr(chosen, name, value)
        before = len(self.heard)
        self.reqExecutions(self._requests, chosen)
        self.wait("executions end", self._requests, after=before)
        return [h for h in self.heard[before:] if h[:2] == ("execution", self._requests)]

    def ask_orders(self, request: Callable[[], None]) -> list[Heard]:
        """Return the orders that a request for open orders lists."""
        before = len(self.heard)
        request()
        self.wait("orders end", after=before)
        return [h for h in self.heard[before:] if h[0] == "order"]

    def of(self, kind: str, *values: Any) -> list[Heard]:
        """Return the events that begin with these values."""
        return [h for h in self.heard if h[: 1 + len(values)] == (kind, *values)]

    def statuses(self, order_id: int) -> list[str]:
        """Return the statuses of an order without repetitions in a row."""
        found = [str(h[2]) for h in self.of("status", order_id)]
        return [status for at, status in enumerate(found) if at == 0 or status != found[at - 1]]

    def error(self, request_id: int, *said: Any) -> None:
        zoned = len(said) >= 3 and isinstance(said[1], int)
        code, text = (said[1], said[2]) if zoned else (said[0], said[1])
        self._hear("error", request_id, code, text)

    def nextValidId(self, orderId: int) -> None:
        self._hear("next id", orderId)

    def currentTime(self, time: int) -> None:
        self._hear("time", time)

    def openOrder(self, orderId: int, contract: Contract, order: Order, orderState: Any) -> None:
        self._hear("order", orderId, orderState.status, contract, order, orderState)

    def openOrderEnd(self) -> None:
        self._hear("orders end")

    def orderStatus(self, orderId: int, status: str, filled: Any, remaining: Any, *rest: Any) -> None:
        self._hear("status", orderId, status, float(filled), float(remaining), *rest)

    def execDetails(self, reqId: int, contract: Contract, execution: Any) -> None:
        self._hear("execution", reqId, execution.orderId, execution, contract)

    def execDetailsEnd(self, reqId: int) -> None:
        self._hear("executions end", reqId)

    def commissionReport(self, commissionReport: Any) -> None:
        self._hear("commission", commissionReport.execId, commissionReport.commission, commissionReport.realizedPNL)

    def commissionAndFeesReport(self, report: Any) -> None:
        self._hear("commission", report.execId, report.commissionAndFees, report.realizedPNL)

    def completedOrder(self, contract: Contract, order: Order, orderState: Any) -> None:
        self._hear("completed", order.permId, orderState.status, contract, order, orderState)

    def completedOrdersEnd(self) -> None:
        self._hear("completed end")

    def position(self, account: str, contract: Contract, position: Any, avgCost: float) -> None:
        self._hear("position", float(position), avgCost, account, contract)

    def positionEnd(self) -> None:
        self._hear("positions end")

    def updateAccountValue(self, key: str, val: str, currency: str, accountName: str) -> None:
        self._hear("value", key, val, currency, accountName)

    def updatePortfolio(self, contract: Contract, position: Any, *figures: Any) -> None:
        self._hear("portfolio", float(position), *figures, contract)

    def accountDownloadEnd(self, accountName: str) -> None:
        self._hear("account end", accountName)

    def accountSummary(self, reqId: int, account: str, tag: str, value: str, currency: str) -> None:
        self._hear("summary", reqId, tag, value, currency)

    def accountSummaryEnd(self, reqId: int) -> None:
        self._hear("summary end", reqId)

    def pnl(self, reqId: int, *figures: float) -> None:
        self._hear("profit", reqId, *figures)

    def pnlSingle(self, reqId: int, pos: Any, *figures: float) -> None:
        self._hear("profit of position", reqId, float(pos), *figures)

    def positionMulti(self, reqId: int, account: str, model: str, contract: Any, pos: Any, cost: float) -> None:
        self._hear("position of model", reqId, float(pos), cost)

    def positionMultiEnd(self, reqId: int) -> None:
        self._hear("positions of model end", reqId)

    def accountUpdateMulti(self, reqId: int, account: str, model: str, key: str, value: str, currency: str) -> None:
        self._hear("value of model", reqId, key, value)

    def accountUpdateMultiEnd(self, reqId: int) -> None:
        self._hear("values of model end", reqId)

    def connectionClosed(self) -> None:
        self._hear("closed")

    def _hear(self, *event: Any) -> None:
        with self._news:
            self.heard.append(event)
            self._news.notify_all()
