"""Reconciliation of an account with the broker: what was missed is taken, what disagrees locks its instrument.

Everything that the broker lists goes through the order book first, so that fills of an outage are recovered. Only what
still disagrees after several looks is a difference: messages that are under way need a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from g4qc_core.errors import GatewayTimeout
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import Reconciliation
from g4qc_core.trading.broker import Broker, Commission, Execution, OpenOrder
from g4qc_core.trading.intents import Order
from g4qc_core.trading.order_states import Cause, OrderState
from g4qc_core.trading.reconciliation import BrokerDifference, BrokerSide, KnownOrder, differences

LOOKS = 3
"""Looks in a row that must agree on a difference before it counts."""

_PATIENCE = 4.0

_CONFIRMED = frozenset({OrderState.WAITING, OrderState.WORKING, OrderState.CANCELLING})


@dataclass(frozen=True)
class Look:
    """One look at the broker's lists, after which the order book holds what they say."""

    differences: list[BrokerDifference]
    positions: int
    open_orders: int
    executions: int


class Reconciler:
    """Compares one account with the broker.

    Args:
        book: the orders of the account.
        stores: of the database.
        traded: symbol and money of one point by con_id, of every contract of the traded instruments.
        record: takes what the broker says about an order.
        drain: takes the events that have arrived meanwhile; waits for a moment.
        tell: receives level, subject and words.
    """

    def __init__(
        self,
        book: OrderBook,
        stores: Stores,
        traded: Mapping[int, tuple[str, Decimal]],
        record: Callable[[OpenOrder | Execution | Commission], None],
        drain: Callable[[], None],
        tell: Callable[[str, str, str], None],
    ) -> None:
        self._book, self._stores, self._traded = book, stores, traded
        self._record, self._drain, self._tell = record, drain, tell
        self._unseen: dict[str, int] = {}
        self.highest_id = 0

    def reconcile(self, broker: Broker, cause: str) -> list[BrokerDifference]:
        """Compare, keep the result, and lock what disagrees; return the differences that hold after all looks.

        Raises:
            GatewayError: the connection or a question failed; nothing is locked for it.
        """
        look = self._look(broker)
        lasting = {str(one): one for one in look.differences}
        for _ in range(LOOKS - 1):
            if not lasting and not self._unseen:
                break
            self._drain()
            look = self._look(broker)
            found = {str(one): one for one in look.differences}
            lasting = {words: one for words, one in lasting.items() if words in found}
        at = broker.now()
        self._declare_lost(at)
        for one in lasting.values():
            self.lock(one, at)
        compared = {"positions": look.positions, "open_orders": look.open_orders, "executions": look.executions}
        words = sorted(lasting)
        self._stores.safety.note(Reconciliation(self._book.account, at, cause, not words, compared, words))
        return list(lasting.values())

    def lock(self, one: BrokerDifference, at: datetime) -> None:
        """Lock the instrument of a difference and say so, unless it is locked for the same one."""
        if self._stores.safety.lock(self._book.account, one, at):
            words = f"{one}. {one.symbol} is locked: look at both sides, then run `g4qc trade resolve {one.symbol}`."
            self._tell("error", one.symbol, words)

    def adopt(self, broker: Broker, symbol: str, note: str, at: datetime) -> None:
        """Take the broker's positions, open orders' executions and money of an instrument as ours.

        Executions of somebody else count as explained. Contracts that an order of ours has filled by the broker's own
        words, and whose executions it lists no more, belong to the order's spec. What neither explains belongs to no
        spec. Both are entered at the broker's average cost.

        Args:
            broker: the connection.
            symbol: of the instrument.
            note: who wants it, and why.
            at: by the gateway's clock, UTC.
        """
        self._look(broker)
        account = self._book.account
        theirs = {one.con_id: one for one in broker.positions() if one.account == account}
        foreign = [one.exec_id for one in self._book.fills if one.symbol == symbol and not one.spec]
        if foreign:
            self._stores.executions.give(account, foreign, "adopted")
        for con_id, (of, point) in self._traded.items():
            if of != symbol:
                continue
            held, other = self._book.holdings().get(con_id), theirs.get(con_id)
            missing = (other.quantity if other else 0) - (held.quantity if held else 0)
            price = other.average_cost / point if other else held.average_price if held else Decimal(0)
            contract = symbol, self._book.month(con_id), con_id
            for order, claimed in self._claims(con_id):
                self._stores.executions.adopt(account, contract, claimed, price, at, note, order)
                missing -= claimed
            if missing:
                self._stores.executions.adopt(account, contract, missing, price, at, note)
        self._book.reload()

    def _claims(self, con_id: int) -> list[tuple[Order, int]]:
        """Return the orders that have filled more contracts than executions tell of, and those contracts with sign."""
        claims = [order for order in self._book.unfilled_claims() if order.contract.con_id == con_id]
        lacking = [(order, order.filled - self._book.filled(order.ref)) for order in claims]
        return [(order, many if order.action == "BUY" else -many) for order, many in lacking]

    def _look(self, broker: Broker) -> Look:
        executions, costs = broker.executions()
        completed = self._completed(broker)
        opened = broker.open_orders()
        # Positions last: fills that came meanwhile are heard in the next look.
        positions = [one for one in broker.positions() if one.account == self._book.account]
        heard: list[Execution | Commission] = [*executions, *costs]
        for event in heard:
            self._record(event)
        mine = [one for one in opened if one.account in ("", self._book.account)]
        for order in (*(one for one in completed if one.account in ("", self._book.account)), *mine):
            self._record(order)
        seen: list[OpenOrder | Execution] = [*opened, *executions]
        self.highest_id = max([self.highest_id, *(one.order_id for one in seen if one.client_id == broker.client_id)])
        self._settle_absent(mine, broker.now())
        side = BrokerSide(positions, mine, [one for one in executions if one.account == self._book.account])
        known = [
            KnownOrder(
                order.ref,
                order.contract.symbol,
                order.contract.con_id,
                order.signed,
                certain=order.state in _CONFIRMED,
            )
            for order in self._book.unended()
            if order.state is not OrderState.PLANNED
        ]
        found = differences(self._book.holdings(), self._book.fills, known, side, self._traded)
        return Look(found, len(positions), len(mine), len(side.executions))

    def _completed(self, broker: Broker) -> list[OpenOrder]:
        """Return the completed orders; none if the broker does not answer, because executions tell the same."""
        try:
            return broker.completed_orders()
        except GatewayTimeout as error:
            self._tell("warning", self._book.account, f"The comparison goes on without completed orders: {error}")
            return []

    def _settle_absent(self, opened: list[OpenOrder], at: datetime) -> None:
        """Count the looks that do not show an order, and end those that were confirmed before."""
        there = {one.ref for one in opened}
        absent = {
            order.ref: order
            for order in self._book.unended()
            if order.ref not in there and order.state in _CONFIRMED | {OrderState.SENT}
        }
        self._unseen = {ref: self._unseen.get(ref, 0) + 1 for ref in absent}
        for ref, looks in self._unseen.items():
            if looks >= LOOKS and absent[ref].state is not OrderState.SENT:
                why = "the broker lists it neither as open nor as filled"
                self._book.move(absent[ref], Cause.ABSENT, "absent", {"looks": looks}, at, why=why)

    def _declare_lost(self, at: datetime) -> None:
        for ref, looks in list(self._unseen.items()):
            order = self._book.find(ref)
            silent = self._book.silent_for(ref) >= _PATIENCE
            if looks >= LOOKS and silent and order is not None and order.state is OrderState.SENT:
                why = "it was sent, and the broker shows no trace of it"
                self._book.move(order, Cause.ABSENT, "lost", {"looks": looks}, at, why=why)
                self._tell("warning", ref, f"The order {ref} is lost: {why}. It is not sent again; the next bar "
                                           "decides again.")  # fmt: skip
                del self._unseen[ref]
