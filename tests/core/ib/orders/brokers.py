"""A broker connected to a scripted peer, and its events."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.trading.broker import BrokerEvent, Link, LinkChanged
from tests.core.ib.orders.order_frames import ACCOUNT, CLIENT
from tests.core.ib.scripted import Peer, frame, scripted

NOW = 1764345600  # 2025-11-28 16:00 UTC
PATIENCE = 20.0


class Desk:
    """The peer's side of a connection that trades: it answers requests for the time, and hands over the others."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def expect(self, head: int) -> list[str]:
        """The next message of that id; requests for the time before it are answered."""
        while (fields := self.peer.read())[0] != str(head):
            if fields[0] == "49":
                self.peer.send(frame(49, 1, NOW))
        return fields

    def idle(self) -> None:
        """Answer requests for the time until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while True:
                self.expect(-1)


Act = Callable[[Desk], None]


@contextlib.contextmanager
def connected(act: Act, *, version: int = 157, timeout: float = PATIENCE) -> Iterator[IbBroker]:
    """A broker whose peer plays `act` once it has answered the time."""

    def play(peer: Peer) -> None:
        peer.start(ACCOUNT, version)
        peer.serve_time(NOW)
        act(Desk(peer))

    with scripted(play) as port, IbBroker.connect("127.0.0.1", port, CLIENT, timeout, timeout, version) as broker:
        yield broker


def events(broker: IbBroker, count: int) -> list[BrokerEvent]:
    """The next events."""
    found: list[BrokerEvent] = []
    for _ in range(count):
        event = broker.event(PATIENCE)
        assert event is not None, f"only {found}"
        found.append(event)
    return found


def all_events(broker: IbBroker) -> list[BrokerEvent]:
    """All events up to the end of the connection."""
    found: list[BrokerEvent] = []
    while not (found and found[-1] == LinkChanged(Link.ENDED, getattr(found[-1], "text", ""))):
        found += events(broker, 1)
    return found


def drained(broker: IbBroker) -> list[BrokerEvent]:
    """All events that are left, after closing the connection here."""
    broker.close()
    return all_events(broker)
