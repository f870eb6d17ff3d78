"""The orders of an account as a trader knows them: what was sent, what was heard, and what was filled.

Every change is stored with the event that caused it before anything else happens. Messages may repeat, be late or come
in another order; they are matched by our reference first, then by the broker's lasting id, then by client and order id.
Nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from g4qc_core.errors import IllegalMove
from g4qc_core.services.trading.orders.heard_event import Heard, plain
from g4qc_core.services.trading.orders.order_shelf import OrderShelf
from g4qc_core.services.trading.orders.send_times import SendTimes
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import (
    Commission,
    Execution,
    OpenOrder,
    OrderProblem,
    OrderStatus,
    TradedContract,
)
from g4qc_core.trading.intents import Order
from g4qc_core.trading.ledger import Fill, Holding
from g4qc_core.trading.order_refs import is_ours
from g4qc_core.trading.order_states import (
    AT_BROKER,
    FINAL,
    Cause,
    OrderState,
    cause_of_error,
    cause_of_status,
    moved,
)
from g4qc_core.trading.reconciliation import BrokerDifference
from g4qc_core.trading.running_ledger import RunningLedger

_CANNOT_CANCEL = frozenset({161, 10148})


class OrderBook:
    """The orders and executions of one account.

    Args:
        account: that trades.
        stores: of the database.
    """

    def __init__(self, account: str, stores: Stores) -> None:
        self.account = account
        self._stores = stores
        self._shelf = OrderShelf()
        self._costs: dict[str, Commission] = {}
        self._contracts: dict[int, TradedContract] = {}
        self._fills: list[Fill] = []
        self._known: set[str] = set()
        self._foreign: set[tuple[int, int]] = set()
        self._sends = SendTimes(account, stores.orders)
        self._ledger = RunningLedger()
        self.reload()
        for order in stores.orders.open_orders(account):
            self._know(order)

    def reload(self) -> None:
        """Read the executions anew, because a person changed what they mean."""
        self._fills = self._stores.executions.fills(self.account)
        self._known = {fill.exec_id for fill in self._fills}
        self._ledger = RunningLedger(self._fills)
        for order in self._shelf.all():
            self._know(order)

    def name_contracts(self, contracts: Iterable[TradedContract]) -> None:
        """Say which contracts are traded; the broker's own symbols of them differ from ours (EUR is EC)."""
        self._contracts.update((one.con_id, one) for one in contracts)

    def month(self, con_id: int) -> str:
        """Return the contract month of a con_id; empty if it is not known."""
        return self._contracts[con_id].month if con_id in self._contracts else ""

    @property
    def fills(self) -> Sequence[Fill]:
        """Every version of every execution."""
        return self._fills

    def holdings(self, spec: str | None = None) -> dict[int, Holding]:
        """Return positions by con_id: of the account, or of what one spec traded."""
        return self._ledger.holdings(spec)

    def fills_since(self, con_id: int, instant: datetime) -> list[Fill]:
        """Return the fills of a contract at or after an instant, newest versions alone, ascending."""
        return self._ledger.since(con_id, instant)

    def filled(self, ref: str) -> int:
        """Return the contracts of an order that executions account for, without sign."""
        return self._ledger.filled(ref)

    def open_orders(self, spec: str | None = None) -> list[Order]:
        """Return the orders that may still change a position, those that were never sent included."""
        live = AT_BROKER | {OrderState.PLANNED}
        return [
            order
            for order in self._shelf.active()
            if order.state in live and (spec is None or order.decision.spec == spec)
        ]

    def unended(self) -> list[Order]:
        """Return all orders that have not ended, lost ones included."""
        return [order for order in self._shelf.active() if order.state not in FINAL]

    def find(self, ref: str) -> Order | None:
        """Return the order with a reference; None if there is none."""
        known = self._shelf.get(ref)
        if known is None:
            known = self._stores.orders.order(ref)
            if known is None or known.decision.account != self.account:
                return None
            self._know(known)
        return known

    def plan(self, orders: Iterable[Order]) -> None:
        """Take orders that were stored together with their decision."""
        for order in orders:
            self._keep(order)

    def change(self, order: Order, kind: str, said: dict[str, Any], at: datetime) -> Order:
        """Store an order as it is now, and keep it; see `OrderStore.change`."""
        self._stores.orders.change(order, kind, said, at)
        self._keep(order)
        return order

    def sent_since(self, since: datetime) -> list[datetime]:
        """Return the instants (UTC) at which orders were sent at or after `since`, ascending."""
        return self._sends.since(since)

    def silent_for(self, ref: str) -> float:
        """Return the seconds since an order was sent; infinity if an earlier connection sent it."""
        return self._sends.silent_for(ref)

    def _keep(self, order: Order) -> None:
        """Take an order as it was just stored."""
        if order.state is OrderState.SENT:
            self._sends.note(order)
        self._know(order)

    def _know(self, order: Order) -> None:
        self._shelf.put(order, self.filled(order.ref))

    def move(self, order: Order, cause: Cause, kind: str, said: dict[str, Any], at: datetime, **more: Any) -> Order:
        """Move an order by a cause, and store it.

        Raises:
            IllegalMove: the cause cannot happen to it.
        """
        return self.change(order.but(state=moved(order.state, cause), **more), kind, said, at)

    def hear(
        self, event: OpenOrder | OrderStatus | Execution | Commission | OrderProblem, client_id: int, at: datetime
    ) -> Heard:
        """Take an event of the broker.

        Args:
            event: as it came.
            client_id: of the connection on which it came.
            at: by the gateway's clock, UTC.
        """
        heard = Heard()
        try:
            match event:
                case OpenOrder():
                    self._open_order(event, at, heard)
                case OrderStatus():
                    self._status(event, at, heard)
                case Execution():
                    self._execution(event, at, heard)
                case Commission():
                    self._commission(event, heard)
                case OrderProblem():
                    self._problem(event, client_id, at, heard)
        except IllegalMove as error:
            heard.doubts.append(str(error))
        return heard

    def unfilled_claims(self) -> list[Order]:
        """Return the orders of which the broker said that more is filled than executions have arrived for."""
        return [order for order in self._shelf.active() if order.filled > self.filled(order.ref)]

    def unsettled(self, spec: str) -> list[Order]:
        """Return the orders of a spec that may still change what it holds: open ones, and fills without executions."""
        claims = [order for order in self.unfilled_claims() if order.decision.spec == spec]
        return list({order.ref: order for order in (*self.open_orders(spec), *claims)}.values())

    def coming(self, spec: str) -> int:
        """Return what the unsettled orders of a spec will add to what it holds, if they are filled."""
        total = 0
        for order in self.unsettled(spec):
            wanted = order.quantity if order.state not in FINAL else order.filled
            left = wanted - self.filled(order.ref)
            total += left if order.action == "BUY" else -left
        return total

    def _open_order(self, event: OpenOrder, at: datetime, heard: Heard) -> None:
        order = self._of(event.ref, event.perm_id, event.client_id, event.order_id)
        if order is None:
            who = (event.perm_id, 0) if event.perm_id else (event.client_id, event.order_id)
            if event.account == self.account and not is_ours(event.ref) and who not in self._foreign:
                self._foreign.add(who)
                heard.doubts.append(f"an order of client {event.client_id} for {event.symbol} is open")
            return
        cause = cause_of_status(event.status)
        changes: dict[str, Any] = {"perm_id": event.perm_id or order.perm_id}
        if event.text:
            changes["why"] = event.text
        state = order.state if cause is None else moved(order.state, cause)
        if cause is Cause.FILLED:
            changes["filled"] = max(order.filled, order.quantity if event.filled is None else event.filled)
        self._store(order.but(state=state, **changes), order, "open order", event, at, heard)

    def _status(self, event: OrderStatus, at: datetime, heard: Heard) -> None:
        order = self._of("", event.perm_id, event.client_id, event.order_id)
        if order is None:
            return
        cause = cause_of_status(event.status)
        if cause is Cause.FILLED and event.remaining:
            cause = Cause.PART
        filled = min(max(order.filled, event.filled), order.quantity)
        state = order.state if cause is None else moved(order.state, cause)
        changed = order.but(state=state, filled=filled, perm_id=event.perm_id or order.perm_id)
        self._store(changed, order, "status", event, at, heard)

    def _execution(self, event: Execution, at: datetime, heard: Heard) -> None:
        if event.exec_id in self._known or event.account != self.account:
            return
        order = self._of(event.ref, event.perm_id, event.client_id, event.order_id)
        spec = "" if order is None else order.decision.spec
        contract = self._contracts.get(event.con_id) if order is None else order.contract
        symbol, month = (event.symbol, "") if contract is None else (contract.symbol, contract.month)
        ref = event.ref if order is None else order.ref
        added = self._stores.executions.add(replace(event, ref=ref, symbol=symbol), spec, month, at)
        self._known.add(event.exec_id)
        if not added:
            return
        fill = Fill(event.exec_id, ref, spec, symbol, event.con_id, month, event.quantity, event.price, event.at)
        self._fills.append(fill)
        self._ledger.add(fill)
        if order is not None:
            self._know(order)
        heard.fills.append(fill)
        if (cost := self._costs.pop(event.exec_id, None)) is not None:
            self._commission(cost, heard)
        if order is not None:
            self._filled(order, event, at, heard)

    def _filled(self, order: Order, event: Execution, at: datetime, heard: Heard) -> None:
        total = self.filled(order.ref)
        if total > order.quantity:
            sides = f"an order for {order.quantity}", f"{total} filled for {order.ref}"
            heard.problems.append(BrokerDifference(order.contract.symbol, "execution", *sides))
        cause = Cause.FILLED if total >= order.quantity else Cause.PART
        changed = order.but(
            state=moved(order.state, cause),
            filled=max(order.filled, min(total, order.quantity)),
            perm_id=event.perm_id or order.perm_id,
        )
        self._store(changed, order, "execution", event, at, heard)

    def _find_again(self, order: Order, heard: Heard) -> None:
        """Note an order that was taken for lost and is not; it locks if something else was decided since."""
        heard.found.append(order)
        newest = self._stores.orders.newest(self.account, order.decision.spec)
        counts = order.state in AT_BROKER or order.filled
        if counts and newest is not None and newest.key != order.decision:
            ours = f"{order.ref} for lost, and decided anew since"
            theirs = f"it as {order.state}, with {order.filled} of {order.quantity} filled"
            heard.problems.append(BrokerDifference(order.contract.symbol, "order", ours, theirs))

    def _commission(self, event: Commission, heard: Heard) -> None:
        at = next((n for n in range(len(self._fills) - 1, -1, -1) if self._fills[n].exec_id == event.exec_id), None)
        if at is None:
            self._costs[event.exec_id] = event
            return
        fill = self._fills[at]
        if (fill.commission, fill.reported) == (event.amount, event.realized):
            return
        self._stores.executions.cost(self.account, event)
        paid = replace(fill, commission=event.amount, currency=event.currency, reported=event.realized)
        self._fills[at] = paid
        self._ledger.add(paid)
        heard.fills.append(paid)

    def _problem(self, event: OrderProblem, client_id: int, at: datetime, heard: Heard) -> None:
        if event.order_id < 0 and not event.code:
            heard.doubts.append(event.text)
            return
        order = self._of("", 0, client_id, event.order_id)
        if order is None or order.state in FINAL:
            return
        cause = cause_of_error(event.code)
        why = f"{event.code}: {event.text}"
        if cause is Cause.ABSENT:
            # The lists of the broker decide what became of an order that it does not find.
            heard.doubts.append(f"the broker does not find {order.ref} ({why})")
            cause = None
        elif cause is None and event.code in _CANNOT_CANCEL:
            heard.doubts.append(f"{order.ref} cannot be cancelled ({why})")
        state = order.state if cause is None else moved(order.state, cause)
        if cause is Cause.REJECTED and order.filled:
            heard.doubts.append(f"{order.ref} was filled in part and then refused ({why})")
        self._store(order.but(state=state, why=why), order, "problem", event, at, heard)

    def _store(self, changed: Order, before: Order, kind: str, event: object, at: datetime, heard: Heard) -> None:
        if changed == before:
            return
        self.change(changed, kind, plain(event), at)
        if changed.state is not before.state:
            heard.orders.append(changed)
        if before.state is OrderState.LOST and changed.state is not OrderState.LOST:
            self._find_again(changed, heard)

    def _of(self, ref: str, perm_id: int, client_id: int, order_id: int) -> Order | None:
        if is_ours(ref):
            return self.find(ref)
        # An order that carries another name is not ours, whatever its order id.
        return self._shelf.named(perm_id, client_id, 0 if ref else order_id)
