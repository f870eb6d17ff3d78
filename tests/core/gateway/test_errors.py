"""Every error that the simulated gateway gives, with the code of the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from g4qc_core.gateway.faults.switches import Faults, Silence
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, contract


@pytest.fixture
def client(simulated_gateway: SimulatedGateway) -> Iterator[RawClient]:
    with RawClient(simulated_gateway, newest=178, client_id=31) as connected:
        yield connected


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ({"end": "yesterday"}, "10314", "End Date/Time"),
        ({"end": "20261320-00:00:00"}, "10314", "End Date/Time"),
        ({"end": "20261120 00:00:00 Mars/Olympus"}, "10314", "End Date/Time"),
        ({"duration": "1"}, "321", "integer{SPACE}unit"),
        ({"duration": "1 X"}, "321", "integer{SPACE}unit"),
        ({"duration": "0 D"}, "321", "duration is invalid"),
        ({"duration": "29 S"}, "321", "duration is invalid"),
        ({"duration": "86401 S"}, "321", "greater than 86400 seconds"),
        ({"duration": "366 D"}, "321", "must be made in years"),
        ({"duration": "53 W"}, "321", "must be made in years"),
        ({"duration": "13 M"}, "321", "must be made in years"),
        ({"size": "1 mins"}, "321", "Legal ones are: 1 secs"),
        ({"size": "7 mins"}, "321", "Legal ones are: 1 secs"),
        ({"size": "1 secs", "duration": "2001 S"}, "162", "invalid step"),
        ({"size": "1 secs", "duration": "1 D"}, "162", "invalid step"),
        (
            {"size": "30 secs"},
            "162",
            "not served by the simulated gateway: the shortest bars of ESZ6 are those of 1 min",
        ),
        ({"size": "30 secs", "what": "GOSSIP"}, "321", "whatToShow"),
        ({"what": "BID_ASK"}, "162", "not served by the simulated gateway: ask for one of TRADES"),
        ({"what": "SCHEDULE", "size": "1 week"}, "321", "only for the bar size 1 day"),
        ({"end": "00010101-00:00:00", "duration": "68 Y"}, "10314", "End Date/Time"),
        ({"what": "GOSSIP"}, "321", "whatToShow"),
        ({"what": "SCHEDULE", "size": "1 hour"}, "321", "only for the bar size 1 day"),
        ({"fmt": 0}, "321", "Date formatting selection of 0 rejected"),
        ({"live": 1, "end": "20261120-00:00:00"}, "321", "End date/time must be empty when bars are kept up to date"),
        ({"live": 1, "size": "1 secs", "duration": "60 S"}, "321", "below 5 secs cannot be kept up to date"),
        ({"live": 1, "kind": "CONTFUT", "month": ""}, "162", "not served by the simulated gateway"),
        ({"kind": "CONTFUT", "month": "", "end": "20261120-00:00:00"}, "10339", "continuous"),
        ({"month": "209912"}, "200", "No security definition"),
        ({"month": ""}, "200", "ambiguous"),
        ({"exchange": "GLOBEX"}, "200", "No security definition"),
        ({"end": "20261121-20:00:00", "duration": "3600 S"}, "162", "HMDS query returned no data: ESZ6@CME Trades"),
        ({"end": "20200101-00:00:00"}, "162", "HMDS query returned no data"),
        ({"duration": "2 Y"}, "162", "Time length exceed max"),
    ],
)
def test_a_request_for_bars_is_refused_with_code_and_text(
    client: RawClient, request_: dict[str, object], code: str, text: str
) -> None:
    (error,) = client.ask_bars(9, **{"month": "202612", **request_})
    place = error.index("9")
    assert error[place + 1] == code
    assert text in error[place + 2]


def test_the_end_date_is_looked_at_before_the_rest(client: RawClient) -> None:
    (error,) = client.ask_bars(end="never", size="7 mins", duration="no", month="209912")
    assert "10314" in error


@pytest.mark.parametrize("end", ["20261120-21:00:00", "20261120 15:00:00 US/Central", "20261120 16:00:00 US/Eastern"])
def test_the_end_may_be_utc_or_zoned(client: RawClient, end: str) -> None:
    (frame,) = client.ask_bars(month="202612", end=end, duration="60 S")
    assert frame[5] == "1795208340"


def test_an_end_without_a_zone_is_read_in_exchange_time_after_a_warning(client: RawClient) -> None:
    warning, frame = client.ask_bars(month="202612", end="20261120 15:00:00", duration="60 S")
    assert "2174" in warning
    assert frame[5] == "1795208340"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"month": "202612"}, ["ESZ6"]),
        ({"month": "20261218"}, ["ESZ6"]),
        ({"local_symbol": "ESZ6", "symbol": ""}, ["ESZ6"]),
        ({"con_id": 285826684, "symbol": "", "kind": ""}, ["ESZ6"]),
        ({"multiplier": "50"}, ["ESZ6", "ESH7", "ESM7", "ESU7", "ESZ7", "ESH8", "ESM8", "ESU8"]),
        ({"kind": "CONTFUT"}, ["ESZ6"]),
        ({"month": "202609", "expired": 1}, ["ESU6"]),
        ({"month": "202412", "expired": 1}, ["ESZ4"]),
    ],
)
def test_a_query_finds_its_contracts(client: RawClient, query: dict[str, object], found: list[str]) -> None:
    frames = client.ask_contracts(**query)
    assert [f[9] for f in frames if f[0] == "10"] == found


@pytest.mark.parametrize(
    "query",
    [
        {"month": "202609"},
        {"month": "202409", "expired": 1},
        {"exchange": "GLOBEX"},
        {"exchange": "SMART"},
        {"symbol": "XX"},
        {"symbol": ""},
        {"kind": "STK"},
        {"currency": "EUR"},
        {"multiplier": "5"},
        {"multiplier": "many"},
        {"trading_class": "MES"},
        {"con_id": 1},
    ],
)
def test_what_does_not_exist_is_error_200(client: RawClient, query: dict[str, object]) -> None:
    (error,) = client.ask_contracts(**query)
    assert error[0] == "4"
    assert "200" in error


def test_an_expired_contract_needs_to_be_asked_for_and_ends_in_the_past(client: RawClient) -> None:
    (hidden,) = client.ask_bars(1, month="202609", end="20260901-20:00:00")
    assert "200" in hidden
    (empty,) = client.ask_bars(2, month="202609", expired=1)
    assert "162" in empty
    (frame,) = client.ask_bars(3, month="202609", expired=1, end="20260901-20:00:00")
    assert frame[0] == "17"


def test_cancelling_a_finished_query_is_error_366(client: RawClient) -> None:
    client.ask_bars(5, month="202612")
    client.send(25, 1, 5)
    assert "366" in client.receive()


def test_cancelling_an_open_query_is_error_162(make_gateway: Callable[..., SimulatedGateway]) -> None:
    with RawClient(make_gateway(faults=Faults(silence=Silence.HISTORY))) as client:
        client.send_bars(5, month="202612")
        client.send(25, 1, 5)
        assert client.receive()[2:4] == ["5", "162"]
        client.send(25, 1, 5)
        assert client.receive()[2:4] == ["5", "366"]


def test_an_open_id_cannot_be_used_twice(make_gateway: Callable[..., SimulatedGateway]) -> None:
    with RawClient(make_gateway(faults=Faults(silence=Silence.HISTORY))) as client:
        client.send_bars(5, month="202612")
        client.send_bars(5, month="202612")
        assert client.receive()[2:4] == ["5", "386"]


def test_only_fifty_queries_may_be_open(make_gateway: Callable[..., SimulatedGateway]) -> None:
    gateway = make_gateway(faults=Faults(silence=Silence.HISTORY))
    with RawClient(gateway) as client:
        for request_id in range(51):
            client.send_bars(request_id, month="202612", duration="60 S", end="20261120-21:00:00")
        assert client.receive()[2:4] == ["50", "322"]
        gateway.release()
        assert sorted(int(client.receive()[1]) for _ in range(50)) == list(range(50))


def test_a_head_timestamp_stays_open_until_it_is_cancelled(client: RawClient) -> None:
    client.send(87, 7, *contract(month="202612"), 0, "TRADES", 2)
    assert client.receive()[0] == "88"
    (error,) = client.ask_bars(7, month="202612")
    assert "386" in error
    client.send(90, 7)
    assert client.ask_bars(7, month="202612")[0][0] == "17"


def test_a_client_id_serves_one_client_at_a_time(simulated_gateway: SimulatedGateway) -> None:
    with RawClient(simulated_gateway, client_id=77):
        second = RawClient(simulated_gateway, start=False)
        second.shake_hands(157)
        second.send(71, 2, 77, "")
        assert second.receive()[2:4] == ["-1", "326"]
        with pytest.raises(EOFError):
            second.receive()


def test_a_client_id_is_free_again_once_its_client_left(make_gateway: Callable[..., SimulatedGateway]) -> None:
    gateway = make_gateway()
    for _ in range(3):
        client = RawClient(gateway, client_id=5)
        client.socket.shutdown(1)
        with pytest.raises(EOFError):
            client.receive()
        client.close()


def test_fifty_one_messages_in_a_second_end_the_connection_when_rates_are_enforced(
    make_gateway: Callable[..., SimulatedGateway],
) -> None:
    with RawClient(make_gateway(faults=Faults(enforce_rates=True))) as client:
        for _ in range(60):
            client.send(15, 1, 0)
        assert client.receive()[2:4] == ["-1", "100"]
        with pytest.raises((EOFError, ConnectionResetError)):
            client.receive()
