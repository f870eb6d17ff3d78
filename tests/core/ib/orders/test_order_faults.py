"""Every fault of orders over the wire: the broker tells exactly what arrived, once a message, in order, and ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from g4qc_core.errors import GatewayError
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.trading.broker import (
    BrokerEvent,
    Commission,
    Execution,
    Link,
    LinkChanged,
    OpenOrder,
    OrderProblem,
    OrderStatus,
    TradedContract,
)
from tests.core.ib.orders.brokers import PATIENCE, drained
from tests.core.ib.orders.order_frames import ticket
from tests.core.ib.recorded import messages_of, tapped

OPEN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
VERSIONS = [one for one in (157, 178, 200) if one <= Build.installed().newest]
REPORTS = ("open_order", "order_status", "execution", "commission")
_ERRORS_WITHOUT_VERSION = 194
_NOTICES = {1100: Link.SERVERS_LOST, 2110: Link.SERVERS_LOST, 1101: Link.SERVERS_BACK, 1102: Link.SERVERS_BACK}

Heard = tuple[str, ...]

SCRIPTS = [
    "",
    *(f'do = "lost"\non = "{place}"' for place in ("order", "cancel", *REPORTS)),
    *(f'do = "lost"\non = "{place}"\nnth = 2' for place in REPORTS),
    *(f'do = "doubled"\non = "{place}"' for place in REPORTS),
    *(f'do = "reordered"\non = "{place}"' for place in REPORTS),
    *(f'do = "late"\non = "{place}"\nseconds = 0.05' for place in ("order", "cancel", *REPORTS)),
    *(f'do = "reject"\nmoment = "{moment}"' for moment in ("before", "after")),
    'do = "id_taken"',
    'do = "stale_id"\nback = 3',
    'do = "partial_fills"',
    'do = "partial_fills"\nseconds = 5',
    'do = "filled_instead"',
    'do = "corrected"',
    *(f'do = "close"\non = "order"\nmoment = "{moment}"' for moment in ("before", "after")),
    *(f'do = "close"\non = "{place}"' for place in (*REPORTS, "cancel")),
    *(f'do = "servers_lost"\non = "{place}"\nseconds = 0.05\nback = {back}'
      for place in ("order", "execution") for back in (1101, 1102)),
]  # fmt: skip


def told_by(frames: Sequence[list[bytes]], version: int) -> list[Heard]:
    """What messages about orders say, in their order; of lists, only what is news as well."""
    told: list[Heard] = []
    lost, named = False, 1 if version < _ERRORS_WITHOUT_VERSION else 0
    for fields in frames:
        head, *rest = (field.decode() for field in fields)
        if head == "3":
            told.append(("OrderStatus", rest[0], rest[1], rest[2]))
        elif head == "5":
            told.append(("OpenOrder", rest[0]))
        elif head == "11" and rest[0] == "-1":
            told.append(("Execution", rest[13]))
        elif head == "59":
            told.append(("Commission", rest[1]))
        elif head == "4" and (number := int(rest[named])) < 1_000_000_000:
            code = int(rest[named + 1])
            link = _NOTICES.get(code) if number == -1 else None
            if link is not None and (link is not Link.SERVERS_LOST or not lost):
                told.append(("LinkChanged", link))
            lost = link is Link.SERVERS_LOST or (lost and link is None)
            if number > 0:
                told.append(("OrderProblem", str(number), str(code)))
    return [*told, ("LinkChanged", Link.ENDED)]


def brief(event: BrokerEvent) -> Heard:
    match event:
        case OrderStatus():
            return "OrderStatus", str(event.order_id), event.status, str(event.filled)
        case OpenOrder():
            return "OpenOrder", str(event.order_id)
        case Execution() | Commission():
            return type(event).__name__, event.exec_id
        case OrderProblem():
            return "OrderProblem", str(event.order_id), str(event.code)
        case LinkChanged():
            return ("LinkChanged", event.link)
    raise AssertionError(event)


def december(gateway: SimulatedGateway) -> TradedContract:
    listing = next(one for one in gateway._market.listings(OPEN) if str(one.contract) == "ES 202612")
    contract = listing.contract
    return TradedContract("ES", contract.month, contract.con_id, contract.exchange, contract.currency)


def trade(broker: IbBroker, contract: TradedContract, clock: GatewayClock) -> None:
    """Buy at the market, work and cancel an order far from it, and let time pass, whatever happens."""
    orders = {"contract": contract, "account": broker.accounts[0]}
    first = broker.next_order_id
    steps: list[Callable[[], object]] = [
        lambda: broker.place(ticket(first, quantity=3, order_type="MKT", limit_price=None, **orders)),
        lambda: broker.place(ticket(first + 1, limit_price=Decimal(5000), **orders)),
        broker.open_orders,
        lambda: broker.cancel(first + 1),
        broker.open_orders,
        broker.executions,
        broker.completed_orders,
    ]
    for step in steps:
        with contextlib.suppress(GatewayError):
            step()
        clock.advance(timedelta(seconds=6))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda text: text.replace("\n", ", ") or "none")
def test_what_arrives_is_told(make_gateway: Callable[..., SimulatedGateway], script: str, version: int) -> None:
    clock = GatewayClock(OPEN, frozen=True)
    entries = FaultScript.parse(f"[[fault]]\n{script}") if script else None
    gateway = make_gateway(clock=clock, script=entries, max_version=version)
    with (
        tapped((gateway.host, gateway.port)) as (port, heard),
        IbBroker.connect("127.0.0.1", port, 21, PATIENCE, 2.0) as broker,
    ):
        trade(broker, december(gateway), clock)
        gateway.close()
        events = [brief(one) for one in ended(broker)]
    told = told_by(list(messages_of(heard)), version)
    if "close" in script:
        # What a peer sent before it hung up may be lost on the way, and is asked for again.
        assert events[:-1] == told[: len(events) - 1]
        assert events[-1] == told[-1]
    else:
        assert events == told
        assert script or len(events) > 4


def ended(broker: IbBroker) -> list[BrokerEvent]:
    """All events, once the gateway has ended the connection."""
    found: list[BrokerEvent] = []
    while broker.connected:
        event = broker.event(0.05)
        found += [event] if event is not None else []
    return found + (drained(broker) if not found or not is_end(found[-1]) else [])


def is_end(event: BrokerEvent) -> bool:
    return isinstance(event, LinkChanged) and event.link is Link.ENDED
