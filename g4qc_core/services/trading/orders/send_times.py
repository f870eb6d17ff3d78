"""When orders were sent: by this machine's clock, to know how long the broker is silent, and by the gateway's."""

from __future__ import annotations

import math
import time
from bisect import bisect_left, insort
from datetime import datetime

from g4qc_core.storage.trading_stores.order_store import OrderStore
from g4qc_core.trading.intents import Order


class SendTimes:
    """The orders that left an account; nobody but the holder of this object sends any.

    Args:
        account: that trades.
        store: of its orders.
    """

    def __init__(self, account: str, store: OrderStore) -> None:
        self._account, self._store = account, store
        self._moments: dict[str, float] = {}
        self._since: datetime | None = None
        self._instants: list[datetime] = []

    def note(self, order: Order) -> None:
        """Note an order that is stored as sent; a second time changes nothing."""
        if order.ref in self._moments:
            return
        self._moments[order.ref] = time.monotonic()
        if self._since is not None and order.sent_at is not None and order.sent_at >= self._since:
            insort(self._instants, order.sent_at)

    def silent_for(self, ref: str) -> float:
        """Return the seconds since an order was sent; infinity if an earlier connection sent it."""
        return time.monotonic() - self._moments.get(ref, -math.inf)

    def since(self, instant: datetime) -> list[datetime]:
        """Return the instants (UTC) at which orders were sent at or after an instant, ascending."""
        if self._since is None or instant < self._since:
            self._instants = self._store.sent_since(self._account, instant)
        elif instant > self._since:
            del self._instants[: bisect_left(self._instants, instant)]
        self._since = instant
        return list(self._instants)
