"""How long something has been unclear that only a comparison with the broker can tell."""

from __future__ import annotations

import time

from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.trading.order_states import OrderState

_UNCONFIRMED = 4.0


class OpenDoubts:
    """Doubts since the last comparison, and orders that the broker has not confirmed or whose fills are missing.

    Args:
        book: the orders of the account.
    """

    def __init__(self, book: OrderBook) -> None:
        self._book = book
        self._doubt_since: float | None = None
        self._unsure_since: float | None = None

    def note(self) -> None:
        """Note a doubt."""
        self._doubt_since = self._doubt_since or time.monotonic()

    def clear(self) -> None:
        """Forget all doubts, because a comparison begins."""
        self._doubt_since = self._unsure_since = None

    def pressing(self) -> bool:
        """Return whether something has been unclear for long enough that the broker must be asked."""
        moment = time.monotonic()
        sent = any(order.state is OrderState.SENT for order in self._book.open_orders())
        if not sent and not self._book.unfilled_claims():
            self._unsure_since = None
        elif self._unsure_since is None:
            self._unsure_since = moment
        since = [one for one in (self._doubt_since, self._unsure_since) if one is not None]
        return bool(since) and moment - min(since) >= _UNCONFIRMED
