"""The live bars of all instruments that are traded or read on one connection: which contracts, and what is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.live.live_minutes import KEPT, MINUTE, LiveMinutes
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.broker import Broker, LiveBar, StreamEnded, TradedContract

_RESUBSCRIBE = 10.0


class LiveFeeds:
    """Subscriptions of one connection.

    Args:
        followed: all series that are traded or read.
        book: positions of the account, whose contracts are subscribed to as well.
        broker: the connection.
        stores: of live bars.
        tell: receives level, subject and words.

    Attributes:
        by_id: live minutes by con_id.
    """

    def __init__(
        self,
        followed: Sequence[FollowedSeries],
        book: OrderBook,
        broker: Broker,
        stores: Stores,
        tell: Callable[[str, str, str], None],
    ) -> None:
        self.by_id: dict[int, LiveMinutes] = {}
        self._followed, self._book, self._broker, self._stores, self._tell = followed, book, broker, stores, tell
        self._by_symbol: dict[str, dict[str, LiveMinutes]] = {one.symbol: {} for one in followed}
        self._subscribed: dict[int, TradedContract] = {}
        self._again: dict[int, float] = {}

    def of(self, symbol: str) -> Mapping[str, LiveMinutes]:
        """Return the live minutes of an instrument by contract month; it grows with the subscriptions."""
        return self._by_symbol[symbol]

    def take(self, event: LiveBar, now: datetime) -> LiveMinutes | None:
        """Take an event; return the contract's minutes if a minute may be complete by it, else None."""
        feed = self.by_id.get(event.con_id)
        if feed is None:
            return None
        begins = feed.take(event, now)
        return feed if event.source != "history" and (begins or now >= event.start + MINUTE) else None

    def subscribe_all(self, *, again: bool = False) -> None:
        """Subscribe to the contracts of all series; `again` also replaces subscriptions that exist."""
        self.subscribe(self._followed, again=again)

    def subscribe(self, followed: Iterable[FollowedSeries], *, again: bool = False) -> None:
        """Subscribe to the contracts that some series read, and to those in which there is a position, each once."""
        now = self._broker.now()
        held = [one for one in self._book.holdings().values() if one.quantity]
        wanted: dict[int, tuple[TradedContract, SessionCalendar]] = {}
        for series in followed:
            months = series.months(now) | {one.month for one in held if one.symbol == series.symbol}
            for month in sorted(months & set(series.contracts)):
                contract = series.contracts[month]
                wanted[contract.con_id] = contract, series.series.hours
        for con_id, (contract, hours) in wanted.items():
            if con_id not in self._subscribed or again:
                self._begin(contract, hours, now)

    def ended(self, event: StreamEnded) -> None:
        """Note that a subscription ended, and begin it again after a pause."""
        contract = self._subscribed.get(event.con_id)
        if contract is not None:
            self._again[event.con_id] = time.monotonic() + _RESUBSCRIBE
            words = f"Live bars of {contract.symbol} {contract.month} ended: {event.text}"
            self._tell("warning", contract.symbol, words)

    def keep_house(self, now: datetime) -> None:
        """Store new minutes, forget old ones, and begin subscriptions that ended."""
        for con_id in [one for one, at in self._again.items() if time.monotonic() >= at]:
            del self._again[con_id]
            self._broker.subscribe(self._subscribed[con_id])
        self.save(now)
        for feed in self.by_id.values():
            feed.forget(now - KEPT)

    def save(self, now: datetime) -> None:
        """Store new minutes that are over."""
        for feed in self.by_id.values():
            feed.save(now)

    def _begin(self, contract: TradedContract, hours: SessionCalendar, now: datetime) -> None:
        if contract.con_id not in self.by_id:
            feed = LiveMinutes.kept(contract.symbol, contract.month, hours, self._stores.live_bars, now)
            self.by_id[contract.con_id] = self._by_symbol[contract.symbol][contract.month] = feed
        self._subscribed[contract.con_id] = contract
        self._again.pop(contract.con_id, None)
        self._broker.subscribe(contract)
