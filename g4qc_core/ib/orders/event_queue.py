"""The queue between the reader of a connection and the trader: order of arrival, and one last event."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from g4qc_core.trading.broker import BrokerEvent, LinkChanged


class EventQueue:
    """Events of one connection, for any number of threads."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[BrokerEvent] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False

    def put(self, event: BrokerEvent) -> None:
        """Append an event; one after the last is dropped."""
        with self._lock:
            if not self._closed:
                self._waiting.put(event)

    def close(self, last: LinkChanged) -> None:
        """Append the last event; harmless the second time."""
        with self._lock:
            if not self._closed:
                self._waiting.put(last)
                self._closed = True

    def get(self, timeout: float) -> BrokerEvent | None:
        """Remove and return the first event; None if there is none within `timeout` seconds."""
        try:
            return self._waiting.get(timeout=max(0.0, timeout))
        except Empty:
            return None
