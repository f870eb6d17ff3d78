"""Waits of requests for their turn, and the effect of a complaint; over a socket, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.errors import GatewayDisconnected, GatewayTimeout, PacingViolation
from g4qc_core.ib.ib_source import IbSource, Pacing
from g4qc_core.ib.pacing_limits import IB_RULES, paced_bars, paced_head
from g4qc_core.pacing.memory import MemoryPacer, VirtualTime
from g4qc_core.pacing.rules import Ending, PacedKind
from g4qc_core.timeframes import Timeframe, timeframe
from tests.core.ib.contracts import ESZ5
from tests.core.ib.scripted import Peer, bar, error, scripted
from tests.core.ib.test_source import FIRST, START, Exchange, window

ACCOUNT = "DU1"
HOUR = timeframe("1h")


class Naps:
    """A virtual clock that remembers how long it was slept on."""

    def __init__(self) -> None:
        self.time = VirtualTime(START)
        self.taken: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.taken.append(round(seconds, 6))
        self.time.sleep(seconds)


class Complaining(Exchange):
    """A gateway that gives the first requests of bars the given answers, and later ones normal answers."""

    def __init__(self, *complaints: tuple[int, str] | None, account: str = ACCOUNT) -> None:
        super().__init__(*(bar(FIRST + 60 * i) for i in range(60)), account=account)
        self.complaints = list(complaints)

    def _answer(self, peer: Peer, fields: list[str]) -> None:
        if fields[0] != "20" or not self.complaints:
            super()._answer(peer, fields)
        elif complaint := self.complaints.pop(0):
            code, text = complaint
            peer.send(error("-1" if code == 100 else fields[1], code, text))


def asked(
    exchange: Exchange, ask: Callable[[IbSource], object], pacing: Pacing = "auto", timeout: float = 5
) -> tuple[list[float], MemoryPacer, list[str]]:
    """Return the naps, the pacer and the messages about pauses, after requests to the exchange."""
    naps, told = Naps(), list[str]()
    pacer = MemoryPacer(IB_RULES, naps.time, naps.sleep)
    with (
        scripted(exchange) as port,
        IbSource("127.0.0.1", port, 11, 5, timeout, pacing=pacing, pacer=pacer, tell=told.append) as ib,
    ):
        ask(ib)
    return naps.taken, pacer, [text for text in told if "rules of pacing" in text]


def naps(ask: Callable[[IbSource], object], account: str = ACCOUNT, pacing: Pacing = "auto") -> list[float]:
    return asked(Complaining(account=account), ask, pacing)[0]


def test_an_account_is_asked_of_one_contract_with_a_pause_between() -> None:
    assert naps(lambda ib: [ib.bars(window(n)) for n in (1, 2, 3)]) == [0.3, 0.3]


def test_an_account_is_never_asked_the_same_within_fifteen_seconds() -> None:
    taken, _, told = asked(Complaining(), lambda ib: [ib.bars(window(n)) for n in (1, 2, 1)])
    assert taken == [0.3, 15.2]
    assert told == ["Interactive Brokers' rules of pacing (the same request again): waiting 15 s."]


def test_a_window_of_another_timeframe_is_not_the_same_request() -> None:
    assert naps(lambda ib: [ib.bars(window(60)), ib.bars(window(60, HOUR))]) == [0.3]


@pytest.mark.parametrize(
    ("account", "pacing", "paced"),
    [
        ("SIM000001", "auto", False),
        ("REPLAY001", "auto", False),
        ("SIM000001", "on", True),
        (ACCOUNT, "auto", True),
        (ACCOUNT, "off", False),
    ],
)
def test_only_an_account_waits_unless_it_is_set_otherwise(account: str, pacing: Pacing, paced: bool) -> None:
    taken = naps(lambda ib: [ib.bars(window(1)) for _ in range(3)], account, pacing)
    assert taken == ([15.5, 15.5] if paced else [])


def test_everything_that_is_sent_is_counted() -> None:
    def ask(ib: IbSource) -> None:
        ib.bars(window(1))
        ib.head_timestamp(ESZ5)
        ib.server_time()

    _, pacer, _ = asked(Complaining(), ask)
    kinds = [sent.request.kind for sent in pacer.sent]
    assert kinds == [PacedKind.MESSAGE, PacedKind.LARGE, PacedKind.LARGE, PacedKind.MESSAGE]
    assert {sent.ending for sent in pacer.sent} == {Ending.ANSWERED}


@pytest.mark.parametrize(
    "complaint",
    [
        (162, "Historical Market Data Service error message:Historical data request pacing violation"),
        (420, "Invalid Real-time Query:Historical data request pacing violation"),
        (322, "Only 50 simultaneous API historical data requests"),
        (100, "Max rate of messages per second has been exceeded"),
    ],
)
def test_after_a_complaint_a_minute_passes_and_after_another_ten(complaint: tuple[int, str]) -> None:
    def ask(ib: IbSource) -> None:
        for _ in range(2):
            with pytest.raises(PacingViolation):
                ib.bars(window(1))
        ib.bars(window(2))

    taken, _, told = asked(Complaining(complaint, complaint), ask)
    assert taken == [60.0, 600.0]
    assert told[1] == "Interactive Brokers' rules of pacing (the pause after a pacing violation): waiting 600 s."


def test_a_gateway_that_closes_the_door_after_a_complaint_is_asked_again_after_the_pause() -> None:
    class Closing(Complaining):
        def _answer(self, peer: Peer, fields: list[str]) -> None:
            slammed = fields[0] == "20" and bool(self.complaints)
            super()._answer(peer, fields)
            if slammed:
                raise ConnectionError

    def ask(ib: IbSource) -> None:
        with pytest.raises((PacingViolation, GatewayDisconnected)):
            ib.bars(window(1))
        ib.bars(window(2))

    taken, _, _ = asked(Closing((100, "Max rate of messages per second has been exceeded")), ask)
    assert taken == [60.0]


@pytest.mark.slow
def test_two_time_outs_in_a_row_hold_back_the_third_request() -> None:
    def ask(ib: IbSource) -> None:
        for n in (1, 2):
            with pytest.raises(GatewayTimeout):
                ib.bars(window(n))
        ib.bars(window(3))

    # A third of it is the heartbeat, which a busy machine has to keep.
    taken, _, _ = asked(Complaining(None, None), ask, timeout=4.5)
    assert taken == [0.3, 60.0]


def small(what: str = "TRADES") -> PacedKind:
    seconds = Timeframe("30s", 1, "30 secs", None)
    return paced_bars("A", BarRequest(ESZ5, seconds, START, START + timedelta(hours=1)), what).kind


def test_bars_of_thirty_seconds_are_small_and_longer_ones_are_not() -> None:
    assert small() is PacedKind.SMALL
    assert paced_bars("A", window(1)).kind is paced_bars("A", window(60, HOUR)).kind is PacedKind.LARGE
    assert paced_head("A", ESZ5).kind is PacedKind.LARGE


def test_bid_and_ask_count_twice() -> None:
    assert paced_bars("A", window(1), "BID_ASK").weight == 2
    assert paced_bars("A", window(1)).weight == 1
