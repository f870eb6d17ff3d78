"""Requests of `IbSource`, and the parts of the answers that it keeps; over a socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from g4qc_core.bars.bar_source import BarRequest, Origin
from g4qc_core.errors import NoData, UsageError
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import load_registry
from g4qc_core.timeframes import ONE_MINUTE, SESSION, Timeframe
from tests.core.ib.contracts import ESZ5
from tests.core.ib.scripted import Peer, bar, contract_data, error, frame, history, scripted

START = datetime(2025, 10, 1, 14, 0, tzinfo=UTC)
FIRST = int(START.timestamp())
LATER = FIRST + 86400 * 3


def window(count: int, bars: Timeframe = ONE_MINUTE) -> BarRequest:
    return BarRequest(ESZ5, bars, START, START + timedelta(minutes=count))


class Exchange:
    """A script that answers every request and keeps it."""

    def __init__(self, *bars: tuple[object, ...], account: str = "SIM000001", now: int = LATER) -> None:
        self.bars = bars
        self.account = account
        self.now = now
        self.heard: list[list[str]] = []

    def __call__(self, peer: Peer) -> None:
        peer.start(self.account)
        while True:
            fields = peer.read()
            self.heard.append(fields)
            self._answer(peer, fields)

    def _answer(self, peer: Peer, fields: list[str]) -> None:
        if fields[0] == "49":
            peer.send(frame(49, 1, self.now))
        if fields[0] == "20":
            peer.send(history(fields[1], *self.bars))
        if fields[0] == "87":
            peer.send(frame(88, fields[1], FIRST))
        if fields[0] == "9":
            peer.send(contract_data(fields[2]), frame(52, 1, fields[2]))

    def of(self, message_id: int) -> list[list[str]]:
        return [fields for fields in self.heard if fields[0] == str(message_id)]


def test_bars_are_asked_by_contract_id_in_utc_for_all_hours() -> None:
    exchange = Exchange(bar(FIRST))
    with scripted(exchange) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        ib.bars(window(1))
    (asked,) = exchange.of(20)
    contract = ["495512563", "", "FUT", "", asked[6], "", "", "CME", "", "", "", "", "1"]
    query = ["20251001-14:01:00", "1 min", "60 S", "0", "TRADES", "2", "0", ""]
    assert asked[2:] == contract + query


def test_a_chain_is_asked_with_its_expired_contracts() -> None:
    exchange = Exchange()
    with scripted(exchange) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        assert ib.chain(load_registry()["ES"]) == [ESZ5]
    (asked,) = exchange.of(9)
    assert asked[3:] == ["0", "ES", "FUT", "", asked[7], "", "", "CME", "", "USD", "", "ES", "1", "", ""]


def test_a_head_timestamp_is_cancelled_because_it_counts_as_open() -> None:
    exchange = Exchange()
    with scripted(exchange) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        assert ib.head_timestamp(ESZ5) == START
        assert ib.server_time() == datetime.fromtimestamp(LATER, UTC)
    assert [fields[0] for fields in exchange.heard] == ["87", "90", "49"]


@pytest.mark.parametrize(
    ("account", "origin"),
    [
        ("SIM000001", Origin.SIMULATED),
        ("REPLAY001", Origin.REPLAY),
        ("DU1234567,U7654321", Origin.ACCOUNT),
    ],
)
def test_the_first_account_tells_what_kind_of_market_it_is(account: str, origin: Origin) -> None:
    with scripted(Exchange(account=account)) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        assert ib.origin is origin


def test_bars_outside_the_window_twice_sent_or_out_of_order_are_put_right() -> None:
    sent = [bar(FIRST + 60 * i, 100.0 + i) for i in (-1, 0, 2, 1, 2, 3)]
    with scripted(Exchange(*sent)) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        frame = ib.bars(window(3))
    assert frame["open"].tolist() == [100.0, 101.0, 102.0]
    assert frame["timestamp"].tolist() == [START + timedelta(minutes=i) for i in range(3)]


@pytest.mark.parametrize(("seconds", "finished"), [(180, 2), (184, 2), (185, 3), (10_000, 3)])
def test_a_bar_is_finished_five_seconds_after_its_end(seconds: int, finished: int) -> None:
    exchange = Exchange(*(bar(FIRST + 60 * i) for i in range(3)), now=FIRST + seconds)
    with scripted(exchange) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        assert len(ib.bars(window(3))) == finished


def test_a_window_with_nothing_finished_is_no_data() -> None:
    exchange = Exchange(bar(FIRST), now=FIRST + 30)
    with (
        scripted(exchange) as port,
        IbSource("127.0.0.1", port, 11, 5, 5) as ib,
        pytest.raises(NoData, match=r"sent 1 bar, 1 of them in the window, and none of these finished"),
    ):
        ib.bars(window(1))


def test_the_clock_is_asked_only_for_windows_that_it_is_not_known_to_have_passed() -> None:
    exchange = Exchange(*(bar(FIRST + 60 * i) for i in range(3)))
    with scripted(exchange) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        for count in (1, 2, 3):
            ib.bars(window(count))
    assert len(exchange.of(49)) == 1


def test_bars_of_sessions_are_labelled_by_trade_date() -> None:
    exchange = Exchange(*(bar(day) for day in (20251001, 20251002, 20251003)), now=LATER)  # the 4th, 14:00
    days = BarRequest(ESZ5, SESSION, datetime(2025, 10, 2, tzinfo=UTC), datetime(2025, 10, 4, tzinfo=UTC))
    with scripted(exchange) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        assert ib.bars(days)["timestamp"].dt.day.tolist() == [2, 3]


def test_a_reversed_window_is_refused_before_anything_is_sent() -> None:
    with IbSource("127.0.0.1", 1, 11) as ib, pytest.raises(UsageError):
        ib.bars(window(-1))


def test_an_error_of_one_request_leaves_the_connection_to_the_next() -> None:
    class Stubborn(Exchange):
        def _answer(self, peer: Peer, fields: list[str]) -> None:
            if fields[0] == "20" and len(self.of(20)) == 1:
                peer.send(error(fields[1], 162, "HMDS query returned no data: ESZ5@CME Trades"))
            else:
                super()._answer(peer, fields)

    with scripted(Stubborn(bar(FIRST))) as port, IbSource("127.0.0.1", port, 11, 5, 5) as ib:
        with pytest.raises(NoData) as caught:
            ib.bars(window(1))
        assert caught.value.code == 162
        assert len(ib.bars(window(1))) == 1
