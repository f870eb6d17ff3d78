"""Every frame, field by field, at every version at which a layout changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.core.gateway.raw_client import RawClient, contract, rows

VERSIONS = (157, 163, 164, 165, 166, 174, 176, 178, 182, 186, 194, 196, 200)

_HOURS = (
    "20261119:1700-20261120:1600;20261121:CLOSED;20261122:1700-20261123:1600;"
    "20261123:1700-20261124:1600;20261124:1700-20261125:1600"
)
_LIQUID = (
    "20261120:0830-20261120:1600;20261121:CLOSED;20261123:0830-20261123:1600;"
    "20261124:0830-20261124:1600;20261125:0830-20261125:1600"
)
_TYPES = "ACTIVETIM,ALERT,DAY,GTC,LMT,MKT,STP,STPLMT"
_HEAD = "ES|FUT|20261218 08:30 US/Central"
_NAMES = "0||CME|USD|ESZ6|ES|ES|285826684|0.25"
_REST = (
    f"50|{_TYPES}|CME|1|285826001|E-mini S&P 500||202612||||US/Central|{_HOURS}|{_LIQUID}"
    "|||0|2147483647|ES|IND|252|20261218|"
)

CONTRACT_FRAMES = {
    157: f"10|8|1|{_HEAD}|{_NAMES}|1|{_REST}",
    163: f"10|8|1|{_HEAD}|{_NAMES}|1|{_REST}|1",
    164: f"10|1|{_HEAD}|{_NAMES}|{_REST}|1|1|1",
    181: f"10|1|{_HEAD}|{_NAMES}|{_REST}|1|1|1",
    182: f"10|1|{_HEAD}|20261218|{_NAMES}|{_REST}|1|1|1",
    186: f"10|1|{_HEAD}|20261218|{_NAMES}|{_REST}|1|1|1|0",
    200: f"10|1|{_HEAD}|20261218|{_NAMES}|{_REST}|1|1|1|0",
}
_NOT_FOUND = (
    "No security definition has been found for the request: this is the simulated gateway, and it lists ES as FUT on "
    "CME in USD, class ES, months 202612 to 202809, with includeExpired from 202412; see docs/gateway.md"
)
ERROR_FRAMES = {
    157: f"4|2|1|200|{_NOT_FOUND}",
    165: f"4|2|1|200|{_NOT_FOUND}",
    166: f"4|2|1|200|{_NOT_FOUND}|",
    193: f"4|2|1|200|{_NOT_FOUND}|",
    194: f"4|1|200|{_NOT_FOUND}||1795213800000",
    200: f"4|1|200|{_NOT_FOUND}||1795213800000",
}


@pytest.fixture
def connect(make_gateway: Callable[..., SimulatedGateway]) -> Callable[[int], RawClient]:
    """Connects at a version to a gateway that speaks all of them."""
    gateway = make_gateway(max_version=200)
    return lambda version: RawClient(gateway, newest=version)


@pytest.mark.parametrize(("version", "frame"), CONTRACT_FRAMES.items())
def test_a_contract_has_the_fields_of_its_version(
    connect: Callable[[int], RawClient], version: int, frame: str
) -> None:
    with connect(version) as client:
        details, end = client.ask_contracts(month="202612")
    assert "|".join(details) == frame
    assert end == ["52", "1", "1"]


@pytest.mark.parametrize(("version", "frame"), ERROR_FRAMES.items())
def test_an_error_has_the_fields_of_its_version(connect: Callable[[int], RawClient], version: int, frame: str) -> None:
    with connect(version) as client:
        (error,) = client.ask_contracts(month="209901")
    assert "|".join(error) == frame


@pytest.mark.parametrize("version", VERSIONS)
def test_bars_have_the_fields_of_their_version(connect: Callable[[int], RawClient], version: int) -> None:
    with connect(version) as client:
        frames = client.ask_bars(month="202612", end="20261120-21:00:00", duration="1800 S", size="15 mins")
    edges = {
        157: ["20261120  14:30:00", "20261120  15:00:00"],
        174: ["20261120 14:30:00 US/Central", "20261120 15:00:00 US/Central"],
    }[174 if version >= 174 else 157]
    if version < 196:
        assert [f[:5] for f in frames] == [["17", "1", *edges, "2"]]
    else:
        assert [f[:3] for f in frames] == [["17", "1", "2"], ["108", "1", edges[0]]]
        assert frames[1] == ["108", "1", *edges]
    assert [row[0] for row in rows(frames)] == ["1795206600", "1795207500"]
    assert all(len(row) == 8 for row in rows(frames))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_greeting_is_accounts_then_next_id_then_farms(connect: Callable[[int], RawClient], version: int) -> None:
    with connect(version) as client:
        assert client.version == version
        assert client.greeting[:2] == [["15", "1", "SIM000001"], ["9", "1", "1"]]
        codes = [f[2 if version >= 194 else 3] for f in client.greeting[2:]]
        assert codes == ["2104", "2106", "2158"]


def test_the_version_is_the_lower_one_of_both_sides(make_gateway: Callable[..., SimulatedGateway]) -> None:
    with RawClient(make_gateway(max_version=178), newest=225) as client:
        assert client.version == 178
    with RawClient(make_gateway(), newest=225) as client:
        assert client.version == 157


@pytest.mark.parametrize(("oldest", "newest"), [(90, 99), (100, 156), (201, 226)])
def test_a_client_without_a_version_in_common_is_dropped(
    simulated_gateway: SimulatedGateway, oldest: int, newest: int
) -> None:
    with RawClient(simulated_gateway, start=False) as client, pytest.raises(EOFError):
        client.shake_hands(newest, oldest)


def test_time_and_an_empty_account_are_answered(connect: Callable[[int], RawClient]) -> None:
    asked = {
        (49, 1): [["49", "1", "1795213800"]],
        (8, 1, 1): [["9", "1", "1"]],
        (17, 1): [["15", "1", "SIM000001"]],
        (61, 1): [["62", "1"]],
        (5, 1): [["53", "1"]],
        (16, 1): [["53", "1"]],
        (99, 0): [["102"]],
        (7, 3, 44, 0, "", "", "", "", "", ""): [["55", "1", "44"]],
        (62, 1, 45, "All", "NetLiquidation"): [
            ["63", "1", "45", "SIM000001", "NetLiquidation", "1000000.00", "USD"],
            ["64", "1", "45"],
        ],
        (104, 47): [["107", "47", ""]],
        (105,): [["109", "1795213800000"]],
    }
    with connect(200) as client:
        for request, answers in asked.items():
            client.send(*request)
            assert [client.receive() for _ in answers] == answers, request


def test_head_timestamps_are_epochs_or_dashed_utc(connect: Callable[[int], RawClient]) -> None:
    with connect(157) as client:
        client.send(87, 7, *contract(month="202612"), 0, "TRADES", 2)
        client.send(87, 8, *contract(month="202612"), 0, "TRADES", 1)
        epoch, dashed = client.receive(), client.receive()
    assert epoch[:2] == ["88", "7"]
    assert dashed[:2] == ["88", "8"]
    assert epoch[2].isdecimal()
    assert dashed[2].startswith("20241216-")


def test_a_schedule_names_the_sessions_of_the_window(connect: Callable[[int], RawClient]) -> None:
    with connect(165) as client:
        (frame,) = client.ask_bars(
            month="202612", what="SCHEDULE", size="1 day", duration="2 D", end="20261120-22:30:00"
        )
        (hours,) = client.ask_bars(
            2, month="202612", what="SCHEDULE", size="1 day", duration="1 D", end="20261120-22:30:00", rth=1
        )
    expected = (
        "106|1|20261118-17:00:00|20261120-16:30:00|US/Central|2"
        "|20261118-17:00:00|20261119-16:00:00|20261119|20261119-17:00:00|20261120-16:00:00|20261120"
    )
    assert "|".join(frame) == expected
    assert hours[-3:] == ["20261120-08:30:00", "20261120-16:00:00", "20261120"]
