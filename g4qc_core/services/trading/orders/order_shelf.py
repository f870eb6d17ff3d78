"""The orders that a trader knows, found by reference, by the broker's lasting id, or by client and order id."""

from __future__ import annotations

from collections.abc import Iterable

from g4qc_core.trading.intents import Order
from g4qc_core.trading.order_states import FINAL


class OrderShelf:
    """Orders in memory; those that have ended with all their fills stay findable, and cost nothing otherwise."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._active: dict[str, Order] = {}
        self._by_perm_id: dict[int, str] = {}
        self._by_id: dict[tuple[int | None, int], str] = {}

    def put(self, order: Order, filled: int) -> None:
        """Keep an order as it is now.

        Args:
            order: as it is.
            filled: contracts of it that executions account for.
        """
        self._orders[order.ref] = order
        if order.perm_id:
            self._by_perm_id[order.perm_id] = order.ref
        if order.order_id:
            self._by_id[order.client_id, order.order_id] = order.ref
        if order.state not in FINAL or order.filled > filled:
            self._active[order.ref] = order
        else:
            self._active.pop(order.ref, None)

    def get(self, ref: str) -> Order | None:
        """Return the order with a reference; None if it is not known."""
        return self._orders.get(ref)

    def all(self) -> list[Order]:
        """Return all orders."""
        return list(self._orders.values())

    def active(self) -> Iterable[Order]:
        """Return the orders that have not ended, or of which more is said to be filled than is accounted for."""
        return self._active.values()

    def named(self, perm_id: int, client_id: int, order_id: int) -> Order | None:
        """Return the order with the broker's lasting id, else with the order id of a client; 0: unknown."""
        ref = self._by_perm_id.get(perm_id) if perm_id else None
        if ref is None and order_id > 0:
            ref = self._by_id.get((client_id, order_id))
        return None if ref is None else self._orders[ref]
