"""Every fault of the simulated gateway against every stage of a request, over the real wire.

The law: what a caller gets is right data or a typed error, within the deadline, and nothing is left behind. A kind of
fault that is added to the script's vocabulary is in the matrix without being named here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import psutil
import pytest

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import G4qcError
from g4qc_core.gateway.faults.fault import ORDER_STAGES, REPORT_STAGES, STREAM_STAGES
from g4qc_core.gateway.faults.fault_script import KINDS, FaultScript
from g4qc_core.gateway.faults.outages import OUTAGES
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import Contract, load_registry
from g4qc_core.timeframes import ONE_MINUTE
from tests.fixtures.gateway import NOW

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]
OPEN = calendar(ES.calendar).sessions_between(NOW - timedelta(days=3), NOW - timedelta(days=1))[0].open
LENGTH = timedelta(hours=2)

DEADLINE = 0.3
"""Of a connection and of a request, seconds."""

WATCHDOG = 30.0
"""By then even a slow machine has ended whatever ends at all, seconds."""

NEEDS = {
    "late": [f"seconds = {DEADLINE / 4}", f"seconds = {DEADLINE * 2}"],
    "stall": [f"seconds = {DEADLINE / 4}", f"seconds = {DEADLINE * 2}"],
    "error": ['code = 162\ntext = "No market data permissions for CME FUT"', 'code = 4711\ntext = "Nobody knows"'],
    "announce": [f"code = {code}" for code in (1100, 1101, 1102, 2103, 2105, 2110)],
    "restart": ["seconds = 0.1"],
    "head_text": ['text = ""', 'text = "20240315  22:00:00"'],
    "expiry_zone": ['zone = "US/Pacific"', 'zone = "UTC"', 'zone = "Asia/Tokyo"'],
    "servers_lost": ["seconds = 0.1", f"seconds = {DEADLINE * 2}\ncode = 2110\nback = 1101"],
    "market_farm_down": ["seconds = 0.1"],
    "farm_down": [f'seconds = 0.1\nanswers = "{how}"' for how in ("never", "late", "error")],
}
"""Fields that a kind is tried with, where it needs some or has several faces."""

MIDDLE = {"handshake": 7, "start": 30, "contracts": 4096, "head": 9, "history": 4096, "time": 6}
"""A place inside the answer of each stage, bytes."""


STREAMS = {str(stage) for stage in (*STREAM_STAGES, *ORDER_STAGES, *REPORT_STAGES)}
"""Stages of requests that extraction does not make."""


def scripts() -> Iterator[Any]:
    for kind, fault in KINDS.items():
        stages = [place for place in fault.places() if place != "request" and place not in STREAMS]
        for stage in stages:
            for moment in moments(kind, stage):
                for number, fields in enumerate(NEEDS.get(kind, [""])):
                    text = f'[[fault]]\ndo = "{kind}"\non = "{stage}"\ntimes = 1\n{moment}\n{fields}\n'
                    name = "-".join(filter(None, [kind, stage, moment.replace('"', "").partition(" = ")[2]]))
                    yield pytest.param(text, id=f"{name}-{number}" if kind in NEEDS else name)


def moments(kind: str, stage: str) -> list[str]:
    """Return the moments that the kind allows: before the first byte of the answer, in the middle, after it."""
    fields = KINDS[kind].model_fields
    if stage == "connect":
        return [""]
    if kind == "stall":
        return [f"after_bytes = {MIDDLE[stage]}"]
    middle = [f"after_bytes = {MIDDLE[stage]}"] if "after_bytes" in fields else []
    # A fault of all clients is the same after any answer: no client is in the middle of one.
    behind = ['moment = "after"'] if "moment" in fields and (kind not in OUTAGES or stage == "history") else []
    return ["", *middle, *behind]


def source(gateway: SimulatedGateway) -> IbSource:
    return IbSource("127.0.0.1", gateway.port, 11, DEADLINE, DEADLINE, client_id_pauses=())


def window(contract: Contract, start: datetime) -> BarRequest:
    return BarRequest(contract, ONE_MINUTE, start, start + LENGTH)


Walk = list[tuple[str, Callable[[], Any]]]


def walk(ib: IbSource, front: Contract) -> Walk:
    """Every kind of request, and one for bars behind another."""
    return [
        ("chain", lambda: ib.chain(ES)),
        ("head", lambda: ib.head_timestamp(front)),
        ("first bars", lambda: ib.bars(window(front, OPEN))),
        ("next bars", lambda: ib.bars(window(front, OPEN + LENGTH))),
        ("time", ib.server_time),
    ]


@pytest.fixture(scope="module")
def calm(simulated_gateway: SimulatedGateway) -> tuple[Contract, dict[str, Any]]:
    """The front contract, and what each step of the walk gives where nothing is wrong."""
    with IbSource("127.0.0.1", simulated_gateway.port, 12) as ib:
        front = next(c for c in ib.chain(ES) if c.last_trade_at > NOW)
        return front, {name: ask() for name, ask in walk(ib, front)}


def ends(ask: Callable[[], Any]) -> Any:
    """Return the result or the typed error of a call; fail if it has neither within a reasonable time."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(ask())
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            outcome.append(error)

    thread = threading.Thread(target=run, name="a call", daemon=True)
    thread.start()
    thread.join(WATCHDOG)
    assert outcome, "the call does not end"
    if isinstance(outcome[0], BaseException) and not isinstance(outcome[0], G4qcError):
        raise outcome[0]
    return outcome[0]


def same(found: Any, expected: Any) -> bool:
    return found.equals(expected) if isinstance(expected, pd.DataFrame) else bool(found == expected)


def head(found: Any, cut: int) -> Any:
    return found.iloc[: len(found) - cut] if cut else found


def left_behind(port: int) -> list[str]:
    """Threads of clients and gateways, and sockets on the port, that this process still has."""
    threads = [t.name for t in threading.enumerate() if t.name.startswith(("ib-", "a call"))]
    sockets = [c for c in psutil.Process().net_connections("tcp") if port in (c.laddr.port, c.raddr and c.raddr.port)]
    return [*threads, *map(str, sockets)]


@pytest.mark.parametrize("script", list(scripts()))
def test_a_fault_ends_in_right_data_or_a_typed_error_and_then_in_right_data(
    script: str,
    calm: tuple[Contract, dict[str, Any]],
    make_gateway: Callable[..., SimulatedGateway],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "g4qc_core.gateway.faults.director")
    front, expected = calm
    gateway = make_gateway(script=FaultScript.parse(script))
    give_up = time.monotonic() + WATCHDOG
    flat = 3 if "flat_bars" in script else 0
    with source(gateway) as ib:
        while True:
            outcomes = {name: ends(ask) for name, ask in walk(ib, front)}
            answers = {name: found for name, found in outcomes.items() if not isinstance(found, G4qcError)}
            for name, found in answers.items():
                # Bars are kept as received: validation decides that flat ones are suspect.
                cut = flat if name == "first bars" else 0
                assert same(head(found, cut), head(expected[name], cut)), name
            if len(answers) == len(expected):
                break
            assert time.monotonic() < give_up, outcomes
            time.sleep(0.02)
    gateway.close()
    assert any(record.name.endswith("director") for record in caplog.records), "the fault did not happen"
    assert left_behind(gateway.port) == []
