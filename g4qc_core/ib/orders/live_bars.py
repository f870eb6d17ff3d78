"""Subscriptions to one-minute bars: keepUpToDate where the gateway grants it, else five-second bars put together.

Every subscription has request ids of its own, so that a late message of an earlier one is ignored. The reader of the
connection calls the methods that take answers; which bars are traded upon is not decided here.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from g4qc_core.errors import NoData, UnreadableAnswer
from g4qc_core.ib.codes import Meaning
from g4qc_core.ib.connection.decoding import UNSET
from g4qc_core.ib.orders.minute_of_parts import MinuteOfParts
from g4qc_core.ib.times import instant
from g4qc_core.trading.broker import BrokerEvent, LiveBar, StreamEnded, TradedContract

log = logging.getLogger(__name__)

# History that completes the minute in which a subscription to five-second bars began.
_TAIL = "1800 S"

Prices = tuple[float, float, float, float]
"""Open, high, low and close."""

Source = Literal["history", "updates", "five_seconds"]


class StreamRequests(Protocol):
    """The requests that a subscription sends."""

    def new_id(self) -> int:
        """Return an id that was never used on this connection."""

    def ask_bars(self, request_id: int, contract: TradedContract, duration: str, *, live: bool) -> None:
        """Ask for the minutes of a past duration, and for updates if `live`."""

    def ask_five_seconds(self, request_id: int, contract: TradedContract) -> None:
        """Ask for five-second bars."""

    def cancel_bars(self, request_id: int) -> None:
        """End a request of `ask_bars`."""

    def cancel_five_seconds(self, request_id: int) -> None:
        """End a request of `ask_five_seconds`."""


@dataclass
class _Stream:
    """One subscription: the id of its live request, those of its open requests of history, and their newest bars."""

    contract: TradedContract
    duration: str
    live_id: int
    history_ids: set[int] = field(default_factory=set)
    held: dict[int, LiveBar] = field(default_factory=dict)
    begun: bool = False
    refused: str = ""
    minutes: MinuteOfParts | None = None

    @property
    def ids(self) -> set[int]:
        return {self.live_id, *self.history_ids}


class LiveBars:
    """The subscriptions of one connection.

    Args:
        requests: sends requests.
        put: takes events.
    """

    def __init__(self, requests: StreamRequests, put: Callable[[BrokerEvent], None]) -> None:
        self._requests = requests
        self._put = put
        self._lock = threading.RLock()
        self._streams: dict[int, _Stream] = {}

    def subscribe(self, contract: TradedContract, sessions: int) -> None:
        """Begin the bars of a contract, in place of those that there are."""
        with self._lock:
            self.unsubscribe(contract.con_id)
            stream = _Stream(contract, f"{sessions} D", self._requests.new_id())
            self._streams[contract.con_id] = stream
            self._requests.ask_bars(stream.live_id, contract, stream.duration, live=True)

    def unsubscribe(self, con_id: int) -> None:
        """End the bars of a contract; harmless without a subscription."""
        with self._lock:
            stream = self._streams.pop(con_id, None)
            if stream is not None:
                self._cancel(stream)

    def owns(self, request_id: int) -> bool:
        """Return True for the id of a request of a subscription that has not ended."""
        return self._of(request_id) is not None

    def take_bar(self, request_id: int, bar: Any) -> None:
        """Take a bar of history: `ibapi`'s `BarData`."""
        with self._lock:
            stream = self._of(request_id)
            found = None if stream is None else _live_bar(stream.contract.con_id, bar, "history")
            if stream is None or found is None:
                return
            first = stream.minutes.first if stream.minutes is not None else None
            if first is None or found.start.timestamp() < first:
                # Whether a bar is the last one is known at the end.
                before = stream.held.get(request_id)
                stream.held[request_id] = found
                if before is not None:
                    self._put(before)

    def take_history_end(self, request_id: int) -> None:
        """Take the end of history."""
        with self._lock:
            stream = self._of(request_id)
            if stream is not None:
                last = stream.held.pop(request_id, None)
                if last is not None:
                    self._put(replace(last, ends_history=True))
                stream.history_ids.discard(request_id)
                stream.begun = stream.begun or request_id == stream.live_id

    def take_update(self, request_id: int, bar: Any) -> None:
        """Take an update of the minute in progress: `ibapi`'s `BarData`."""
        with self._lock:
            stream = self._of(request_id)
            found = None if stream is None else _live_bar(stream.contract.con_id, bar, "updates")
            if found is not None:
                self._put(found)

    def take_five_seconds(self, request_id: int, start: int, prices: Prices, volume: Any) -> None:
        """Take a bar of five seconds.

        Args:
            request_id: id of the request.
            start: seconds since 1970 UTC.
            prices: open, high, low and close.
            volume: contracts.
        """
        with self._lock:
            stream = self._of(request_id)
            if stream is None or stream.minutes is None:
                return
            if not all(map(_is_price, prices)):
                self._end(stream, f"The gateway sent a five-second bar whose prices {prices} cannot be read.")
                return
            before = stream.minutes.first
            at = datetime.fromtimestamp(start, UTC)
            part = LiveBar(stream.contract.con_id, at, *prices, volume=_volume(volume), source="five_seconds")
            minute = stream.minutes.add(part)
            if before is None and minute is not None:
                self._ask_history(stream, _TAIL)
            if minute is not None:
                self._put(minute)

    def take_error(self, request_id: int, row: Meaning, text: str) -> None:
        """Take an error about a request of a subscription.

        Args:
            request_id: id of the request.
            row: what its code means.
            text: the gateway's own words.
        """
        with self._lock:
            stream = self._of(request_id)
            if stream is None:
                return
            name = f"{stream.contract.symbol} {stream.contract.month}"
            reason = f"Live bars of {name}: {row.text} (the gateway says {row.code}: {text})."
            if row.error is None or row.provisional:
                log.info("%s", reason)
            elif request_id in stream.history_ids:
                stream.history_ids.discard(request_id)
                if row.error is not NoData:
                    self._end(stream, reason)
            elif stream.minutes is None and not stream.begun:
                self._fall_back(stream, reason)
            else:
                self._end(stream, " ".join(filter(None, (stream.refused, reason))))

    def end(self, request_id: int, reason: str) -> None:
        """End the subscription of a request whose answer cannot be read."""
        with self._lock:
            stream = self._of(request_id)
            if stream is not None:
                self._end(stream, reason)

    def end_all(self, reason: str) -> None:
        """End all subscriptions: bars may have been lost, and only a new one brings them again."""
        with self._lock:
            for stream in list(self._streams.values()):
                self._end(stream, reason)

    def _of(self, request_id: int) -> _Stream | None:
        with self._lock:
            return next((one for one in self._streams.values() if request_id in one.ids), None)

    def _fall_back(self, stream: _Stream, reason: str) -> None:
        log.warning("%s Asking for five-second bars instead.", reason)
        stream.refused = reason
        stream.live_id = self._requests.new_id()
        stream.minutes = MinuteOfParts()
        self._requests.ask_five_seconds(stream.live_id, stream.contract)
        self._ask_history(stream, stream.duration)

    def _ask_history(self, stream: _Stream, duration: str) -> None:
        request_id = self._requests.new_id()
        stream.history_ids.add(request_id)
        self._requests.ask_bars(request_id, stream.contract, duration, live=False)

    def _end(self, stream: _Stream, reason: str) -> None:
        self._streams.pop(stream.contract.con_id, None)
        self._cancel(stream)
        self._put(StreamEnded(stream.contract.con_id, reason))

    def _cancel(self, stream: _Stream) -> None:
        if stream.minutes is None:
            self._requests.cancel_bars(stream.live_id)
        else:
            self._requests.cancel_five_seconds(stream.live_id)
        for request_id in stream.history_ids:
            self._requests.cancel_bars(request_id)


def _live_bar(con_id: int, bar: Any, source: Source) -> LiveBar | None:
    """Return a bar; None, and a line in the log, if it cannot be read."""
    prices: Prices = (bar.open, bar.high, bar.low, bar.close)
    why = getattr(bar, "unreadable", "") or ("" if all(map(_is_price, prices)) else f"{bar.date} {prices}")
    try:
        start = instant(bar.date)
    except UnreadableAnswer as error:
        start, why = None, str(error)
    if why or start is None:
        log.warning("A live bar (%s) of contract %s cannot be read: %s", source, con_id, why)
        return None
    return LiveBar(con_id, start, *prices, volume=_volume(bar.volume), source=source)


def _is_price(value: float) -> bool:
    return math.isfinite(value) and abs(value) < UNSET


def _volume(value: Any) -> int:
    return round(value) if 0 <= value < UNSET else -1
