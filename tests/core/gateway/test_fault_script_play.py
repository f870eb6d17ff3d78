"""Messages that a client receives while a fault script plays, field by field."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, rows
from tests.fixtures.gateway import NOW

Play = Callable[..., SimulatedGateway]
HOUR = {"month": "202612", "end": "20261120-15:00:00", "duration": "3600 S"}
CLOSED = (EOFError, ConnectionResetError)
WATCHDOG = 20.0


@pytest.fixture
def play(make_gateway: Callable[..., SimulatedGateway]) -> Play:
    """Starts a gateway that plays a script of one fault, given by its fields."""

    def start(*fields: str, **options: object) -> SimulatedGateway:
        return make_gateway(script=FaultScript.parse("\n".join(["[[fault]]", *fields])), **options)

    return start


@pytest.fixture(scope="module")
def hour(simulated_gateway: SimulatedGateway) -> list[list[str]]:
    """The bars of `HOUR` where nothing is wrong."""
    with RawClient(simulated_gateway, client_id=51) as client:
        return rows(client.ask_bars(**HOUR))


def silent(client: RawClient) -> bool:
    client.socket.settimeout(0.2)
    try:
        client.receive()
    except TimeoutError:
        return True
    finally:
        client.socket.settimeout(WATCHDOG)
    return False


def codes(client: RawClient, count: int) -> list[str]:
    """The codes of the next errors and news."""
    return [client.receive()[3] for _ in range(count)]


def test_the_nth_request_is_hit_and_no_other(play: Play) -> None:
    with RawClient(play('do = "pacing"', "nth = 2")) as client:
        answers = [client.ask_bars(number, **HOUR)[0] for number in (1, 2, 3)]
    assert [answer[0] for answer in answers] == ["17", "4", "17"]
    assert answers[1][2:] == ["2", "162", "Historical Market Data Service error message:" + answers[1][4][45:]]
    assert "pacing violation" in answers[1][4]


def test_an_error_of_choice_has_its_code_and_text(play: Play) -> None:
    with RawClient(play('do = "error"', 'on = "contracts"', "code = 4711", 'text = "Nobody knows"')) as client:
        assert client.ask_contracts(7, month="202612") == [["4", "2", "7", "4711", "Nobody knows"]]


def test_errors_speak_spanish_where_they_shall(play: Play) -> None:
    with RawClient(play('do = "spanish"', "nth = 1")) as client:
        weekend = {"month": "202612", "end": "20261114-20:00:00", "duration": "3600 S"}
        assert "no ha devuelto datos" in client.ask_bars(1, **weekend)[0][4]
        assert "returned no data" in client.ask_bars(2, **weekend)[0][4]


def test_two_faults_on_one_request_add_up(make_gateway: Play) -> None:
    text = '[[fault]]\ndo = "pacing"\n[[fault]]\ndo = "spanish"\n[[fault]]\ndo = "close"\nmoment = "after"\n'
    with RawClient(make_gateway(script=FaultScript.parse(text))) as client:
        assert "ritmo" in client.ask_bars(1, **HOUR)[0][4]
        with pytest.raises(CLOSED):
            client.receive()


def test_doubled_bars_come_twice_at_either_edge(play: Play, hour: list[list[str]]) -> None:
    with RawClient(play('do = "doubled_bars"', "bars = 2")) as client:
        found = rows(client.ask_bars(**HOUR))
    assert found == [hour[0], hour[0], hour[1], hour[1], *hour[2:-2], hour[-2], hour[-2], hour[-1], hour[-1]]


def test_overlapping_bars_lie_on_either_side_of_the_window(play: Play, hour: list[list[str]]) -> None:
    with RawClient(play('do = "overlapping_bars"', "bars = 5")) as client:
        found = rows(client.ask_bars(**HOUR))
    assert found[5:-5] == hour
    assert int(found[0][0]) == int(hour[0][0]) - 300
    assert int(found[-1][0]) == int(hour[-1][0]) + 300


def test_flat_bars_have_the_close_before_them_and_no_trade(play: Play, hour: list[list[str]]) -> None:
    with RawClient(play('do = "flat_bars"', "bars = 4")) as client:
        found = rows(client.ask_bars(**HOUR))
    assert found[:-4] == hour[:-4]
    close = hour[-5][4]
    assert [bar[1:] for bar in found[-4:]] == [[close] * 4 + ["0", close, "0"]] * 4


def test_a_late_answer_holds_up_no_other(play: Play) -> None:
    with RawClient(play('do = "late"', 'on = "contracts"', "seconds = 0.2")) as client:
        client.send(9, 8, 1, *[0, "ES", "FUT", "202612", "0.0", "", "", "CME", "", "USD", "", "", 0], "", "")
        client.send(49, 1)
        assert [client.receive()[0], client.receive()[0]] == ["49", "10"]


def test_a_mute_connection_stays_and_others_are_served(play: Play) -> None:
    gateway = play('do = "mute"', "after_bytes = 100", "nth = 1")
    with RawClient(gateway, client_id=1) as mute, RawClient(gateway, client_id=2) as other:
        mute.send_bars(1, **HOUR)
        assert len(mute.exactly(100)) == 100
        assert silent(mute)
        mute.send(49, 1)
        assert silent(mute)
        assert other.ask_bars(1, **HOUR)[0][0] == "17"


def test_a_half_open_connection_hears_no_goodbye_and_frees_its_id(play: Play) -> None:
    gateway = play('do = "half_open"', "nth = 1")
    dead = RawClient(gateway)
    dead.send_bars(1, **HOUR)
    assert silent(dead)
    with RawClient(gateway) as again:
        assert again.ask_bars(1, **HOUR)[0][0] == "17"
    dead.close()


def test_too_many_messages_end_the_connection_behind_the_word(play: Play) -> None:
    with RawClient(play('do = "too_fast"')) as client:
        assert client.ask_bars(1, **HOUR)[0][2:4] == ["-1", "100"]
        with pytest.raises(CLOSED):
            client.receive()


def test_news_come_before_the_answer_or_behind_it(play: Play) -> None:
    with RawClient(play('do = "announce"', "code = 2103", 'moment = "after"', "nth = 1")) as client:
        assert client.ask_bars(1, **HOUR)[0][0] == "17"
        assert codes(client, 1) == ["2103"]
    with RawClient(play('do = "announce"', "code = 2110", "nth = 1")) as client:
        assert client.ask_bars(1, **HOUR)[0][2:4] == ["-1", "2110"]


@pytest.mark.parametrize(("back", "answered"), [(1102, True), (1101, False)])
@pytest.mark.slow
def test_without_its_servers_the_gateway_tells_the_time_and_nothing_else(play: Play, back: int, answered: bool) -> None:
    with RawClient(play('do = "servers_lost"', "nth = 1", "seconds = 0.3", f"back = {back}")) as client:
        client.send_bars(1, **HOUR)
        client.send(49, 1)
        assert sorted([client.receive()[0], client.receive()[0]]) == ["4", "49"]
        assert codes(client, 1) == [str(back)]
        assert silent(client) is not answered
        assert client.ask_bars(2, **HOUR)[0][0] == "17"


@pytest.mark.parametrize(("answers", "first"), [("never", "2106"), ("late", "2106"), ("error", "162")])
@pytest.mark.slow
def test_a_farm_that_is_down_answers_as_told(play: Play, answers: str, first: str) -> None:
    gateway = play('do = "farm_down"', "nth = 1", "seconds = 0.3", f'answers = "{answers}"')
    with RawClient(gateway) as client:
        client.send_bars(1, **HOUR)
        assert sorted([*codes(client, 2)]) == sorted(["2105", first])
        if answers == "error":
            assert codes(client, 1) == ["2106"]
        if answers == "late":
            assert client.receive()[:2] == ["17", "1"]
        assert silent(client)
        assert client.ask_bars(2, **HOUR)[0][0] == "17"


def test_after_a_restart_the_first_client_finds_its_id_in_use(play: Play) -> None:
    gateway = play('do = "restart"', "nth = 1", "seconds = 0.2")
    port = gateway.port
    with RawClient(gateway) as client:
        client.send_bars(1, **HOUR)
        with pytest.raises(CLOSED):
            client.receive()
    give_up = time.monotonic() + WATCHDOG
    refused = False
    while True:
        try:
            client = RawClient(gateway, start=False)
            break
        except ConnectionRefusedError:
            refused = True
            assert time.monotonic() < give_up
    with client:
        client.shake_hands(157)
        client.send(71, 2, 1, "")
        assert client.receive()[3] == "326"
    assert refused
    assert gateway.port == port
    with RawClient(gateway) as client:
        assert client.ask_bars(1, **HOUR)[0][0] == "17"


def test_a_gateway_stops_in_the_middle_of_its_restart(play: Play) -> None:
    gateway = play('do = "restart"', "nth = 1", "seconds = 3600")
    with RawClient(gateway) as client:
        client.send_bars(1, **HOUR)
        with pytest.raises(CLOSED):
            client.receive()
    gateway.close()
    gateway.start()
    with RawClient(gateway) as client, pytest.raises(CLOSED):
        client.ask_bars(1, **HOUR)


@pytest.mark.slow
def test_an_instant_of_the_gateways_clock_is_kept(play: Play) -> None:
    soon = NOW + timedelta(seconds=1)
    gateway = play('do = "disconnect"', f"at = {soon:%Y-%m-%dT%H:%M:%SZ}", clock=GatewayClock(NOW))
    with RawClient(gateway) as client, pytest.raises(CLOSED):
        client.receive()
    assert gateway.clock.now() >= soon
    with RawClient(gateway) as client:
        assert client.ask_bars(1, **HOUR)[0][0] == "17"


@pytest.mark.slow
def test_a_time_of_day_is_one_of_each_day_in_utc(play: Play) -> None:
    before = NOW.replace(hour=4, minute=44, second=59)
    gateway = play('do = "disconnect"', "at = 04:45:00", clock=GatewayClock(before))
    with RawClient(gateway) as client, pytest.raises(CLOSED):
        client.receive()


def test_an_instant_that_never_comes_does_nothing(play: Play) -> None:
    with RawClient(play('do = "disconnect"', "at = 2026-11-20T22:30:01Z")) as client:
        assert client.ask_bars(1, **HOUR)[0][0] == "17"


def test_a_script_plays_from_the_beginning_when_the_gateway_starts_again(play: Play) -> None:
    gateway = play('do = "pacing"', "nth = 1")
    for _ in range(2):
        with RawClient(gateway) as client:
            assert [client.ask_bars(number, **HOUR)[0][0] for number in (1, 2)] == ["4", "17"]
        gateway.close()
        gateway.start()
