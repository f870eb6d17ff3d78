"""Bars that are kept up to date: the bar in progress as the clock goes on, and each finished bar as history has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.faults.switches import Faults
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars
from g4qc_core.gateway.markets.simulated_products import products
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import load_registry
from tests.core.gateway.raw_client import RawClient, rows

NOON = datetime(2026, 11, 18, 18, 0, 2, tzinfo=UTC)
"""Two seconds into a minute of a busy hour."""

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
Make = Callable[..., SimulatedGateway]


def second(number: int) -> datetime:
    """An instant after the beginning of the minute of `NOON`."""
    return NOON.replace(second=0) + timedelta(seconds=number)


def row(update: list[str]) -> list[str]:
    """An update in the order of the fields of a historical bar."""
    count, date, opened, closed, high, low, wap, volume = update[2:]
    return [date, opened, high, low, closed, volume, wap, count]


def follow(client: RawClient, request_id: int = 1, **request: object) -> list[list[str]]:
    """Ask for bars that are kept up to date; the bars so far."""
    asked = {"month": "202612", "duration": "1800 S", "live": 1, **request}
    frames = client.ask_bars(request_id, **asked)
    assert frames[-1][0] != "4", frames
    return rows(frames)


def updates(client: RawClient, count: int) -> list[list[str]]:
    frames = [client.receive() for _ in range(count)]
    assert all(frame[0] == "90" for frame in frames), frames
    return frames


def history(client: RawClient, end: datetime, **request: object) -> list[list[str]]:
    asked = {"month": "202612", "duration": "1800 S", "end": f"{end:%Y%m%d-%H:%M:%S}", **request}
    return rows(client.ask_bars(999, **asked))


@pytest.fixture
def clock() -> GatewayClock:
    return GatewayClock(NOON, frozen=True)


@pytest.fixture(params=[157, 163, 178, 200])
def client(request: pytest.FixtureRequest, make_gateway: Make, clock: GatewayClock) -> Iterator[RawClient]:
    with RawClient(make_gateway(clock=clock, max_version=request.param), newest=request.param) as connected:
        yield connected


def test_the_answer_has_the_bar_in_progress_and_updates_follow_it(client: RawClient, clock: GatewayClock) -> None:
    so_far = follow(client)
    assert int(so_far[-1][0]) == second(0).timestamp()
    states = [so_far[-1]]
    for at in range(5, 61, 5):
        clock.set(second(at))
        states += [row(update) for update in updates(client, 1)]
    assert {state[0] for state in states} == {so_far[-1][0]}
    assert {state[1] for state in states} == {so_far[-1][1]}
    for column, sign in ((2, 1), (3, -1), (5, 1), (7, 1)):
        values = [sign * float(state[column]) for state in states]
        assert values == sorted(values)
    assert states[-1] == history(client, second(60))[-1]
    clock.set(second(61))
    (first,) = updates(client, 1)
    assert int(first[3]) == second(60).timestamp()
    assert first[4] == first[5] or int(first[2]) > 0


def test_a_clock_that_leaps_gives_the_end_of_every_bar_and_the_bar_in_progress(
    client: RawClient, clock: GatewayClock
) -> None:
    follow(client)
    clock.set(second(5 * 60 + 30))
    seen = [row(update) for update in updates(client, 6)]
    assert seen[:5] == history(client, second(300))[-5:]
    assert int(seen[5][0]) == second(300).timestamp()


@pytest.mark.parametrize("size", ["2 mins", "5 mins", "1 hour", "1 day", "1 week"])
def test_larger_bars_are_updated_as_they_stand(make_gateway: Make, size: str) -> None:
    clock = GatewayClock(NOON, frozen=True)
    asked = {"size": size, "duration": "1 M"}
    with RawClient(make_gateway(clock=clock)) as client:
        follow(client, **asked)
        for at in (20, 40, 60, 100, 120):
            clock.set(second(at))
            seen = updates(client, 1)
            if at != 60 and at != 120:
                assert row(seen[-1]) == history(client, second(at), **asked)[-1]


@pytest.mark.parametrize("what", ["MIDPOINT", "BID", "ASK"])
def test_quotes_are_kept_up_to_date_too(client: RawClient, clock: GatewayClock, what: str) -> None:
    follow(client, what=what)
    clock.set(second(60))
    (update,) = updates(client, 1)
    assert row(update) == history(client, second(60), what=what)[-1]
    assert update[2] == update[8] == update[9] == "-1"


def test_a_date_is_written_as_in_the_answer(client: RawClient, clock: GatewayClock) -> None:
    so_far = follow(client, fmt=1)
    clock.set(second(10))
    (update,) = updates(client, 1)
    assert update[3] == so_far[-1][0]


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    start=st.integers(0, 70 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds)),
    steps=st.lists(st.integers(1, 90), min_size=3, max_size=12),
    month=st.sampled_from(["202612", "202703", "202706"]),
)
def test_every_finished_bar_is_the_bar_of_history_whatever_the_clock_does(
    make_gateway: Make, start: datetime, steps: list[int], month: str
) -> None:
    clock = GatewayClock(start, frozen=True)
    gateway = make_gateway(clock=clock)
    with RawClient(gateway) as client, RawClient(gateway, client_id=2) as other:
        so_far = follow(client, month=month, duration="2 D")
        last: dict[str, list[str]] = {so_far[-1][0]: so_far[-1]}
        for step in steps:
            clock.advance(timedelta(seconds=step))
        end = clock.advance(timedelta(days=5)) if start.weekday() > 3 else clock.advance(timedelta(hours=30))
        expected = history(other, end, month=month, duration="1 W")
        expected = [bar for bar in expected if bar[0] >= so_far[-1][0]]
        while not last.keys() >= {bar[0] for bar in expected} or last[expected[-1][0]] != expected[-1]:
            (update,) = updates(client, 1)
            last[update[3]] = row(update)
    assert [last[bar[0]] for bar in expected] == expected
    assert last.keys() == {bar[0] for bar in expected}
    gateway.close()


def test_a_cancel_ends_the_stream_once_and_a_number_can_be_used_again(client: RawClient, clock: GatewayClock) -> None:
    follow(client)
    client.send_bars(1, month="202612", duration="60 S", live=1)
    assert "386" in client.receive()
    client.send(25, 1, 1)
    assert "162" in client.receive()
    clock.set(second(30))
    client.send(25, 1, 1)
    assert "366" in client.receive()
    follow(client)
    clock.set(second(35))
    assert updates(client, 1)[0][1] == "1"


def test_streams_count_among_the_open_requests(client: RawClient) -> None:
    for request_id in range(1, 51):
        follow(client, request_id)
    (error,) = client.ask_bars(51, month="202612")
    assert "322" in error
    client.send(25, 1, 50)
    assert "162" in client.receive()
    assert rows(client.ask_bars(51, month="202612"))


def test_a_connection_that_ends_takes_its_streams_along(make_gateway: Make, clock: GatewayClock) -> None:
    gateway = make_gateway(clock=clock)
    with RawClient(gateway) as client:
        follow(client)
    with RawClient(gateway, client_id=2) as again:
        clock.set(second(60))
        again.send(25, 1, 1)
        assert again.receive()[3] == "366"


FAULTS: dict[str, list[int]] = {
    'do = "unanswered"\nnth = 2': [5, 15, 20],
    'do = "doubled_update"\nnth = 2': [5, 10, 10, 15, 20],
    'do = "stopped_stream"\nnth = 3': [5, 10],
}
"""Seconds after which updates of a minute come, up to the twentieth, when a fault happens."""


@pytest.mark.parametrize("entry", FAULTS)
def test_updates_are_lost_doubled_or_stop(make_gateway: Make, clock: GatewayClock, entry: str) -> None:
    script = FaultScript.parse(f'[[fault]]\non = "bar_update"\n{entry}\n')
    gateway = make_gateway(clock=clock, script=script)
    with RawClient(gateway) as client, RawClient(gateway, client_id=2) as calm:
        follow(client)
        seen: list[list[str]] = []
        for at in (5, 10, 15, 20):
            clock.set(second(at))
            expected = FAULTS[entry].count(at)
            seen += updates(client, expected)
            # Answers to questions of another client come after what the clock has set off.
            state = history(calm, second(at))[-1]
            assert [row(update) for update in seen[len(seen) - expected :]] == [state] * expected


def test_a_late_update_comes_beside_those_that_followed_it(make_gateway: Make, clock: GatewayClock) -> None:
    script = FaultScript.parse('[[fault]]\ndo = "late"\non = "bar_update"\nnth = 1\nseconds = 0.3\n')
    gateway = make_gateway(clock=clock, script=script)
    with RawClient(gateway) as client, RawClient(gateway, client_id=2) as calm:
        follow(client)
        states = []
        for at in (5, 10):
            clock.set(second(at))
            states.append(history(calm, second(at))[-1])
        assert sorted(row(update) for update in updates(client, 2)) == sorted(states)


def test_a_wrong_last_bar_is_off_by_ticks_and_the_next_one_is_right(make_gateway: Make, clock: GatewayClock) -> None:
    script = FaultScript.parse('[[fault]]\ndo = "wrong_bar"\nnth = 1\nticks = -3\n')
    with RawClient(make_gateway(clock=clock, script=script)) as client:
        follow(client)
        clock.set(second(120))
        wrong, right = (row(update) for update in updates(client, 2))
        expected = history(client, second(120))[-2:]
    assert right == expected[1]
    assert float(wrong[4]) == float(expected[0][4]) - 0.75
    assert float(wrong[3]) <= float(wrong[4])
    assert (wrong[1], wrong[5]) == (expected[0][1], expected[0][5])


def test_a_connection_breaks_in_the_middle_of_a_stream(make_gateway: Make, clock: GatewayClock) -> None:
    script = FaultScript.parse('[[fault]]\ndo = "close"\non = "bar_end"\nnth = 1\n')
    with RawClient(make_gateway(clock=clock, script=script)) as client:
        follow(client)
        clock.set(second(5))
        updates(client, 1)
        clock.set(second(60))
        with pytest.raises((EOFError, ConnectionError)):
            client.receive()


@pytest.mark.parametrize("code", [162, 321])
def test_updates_can_be_refused_while_bars_are_served(make_gateway: Make, clock: GatewayClock, code: int) -> None:
    script = FaultScript.parse(f'[[fault]]\ndo = "no_updates"\ncode = {code}\n')
    with RawClient(make_gateway(clock=clock, script=script)) as client:
        (error,) = client.ask_bars(1, month="202612", live=1)
        assert error[2:4] == ["1", str(code)]
        assert history(client, second(0))
    switched = make_gateway(clock=clock, faults=Faults(updates_error=(code, "no")))
    with RawClient(switched) as client:
        assert client.ask_bars(1, month="202612", live=1)[0][3:5] == [str(code), "no"]


@pytest.mark.parametrize(
    ("fault", "notices", "survives"),
    [
        ('do = "servers_lost"\nback = 1102', ["1100", "1102"], True),
        ('do = "servers_lost"\nback = 1101', ["1100", "1101"], False),
        ('do = "market_farm_down"', ["2103", "2104"], False),
        ('do = "market_farm_down"\nstreams = "back"', ["2103", "2104"], True),
    ],
)
def test_an_outage_silences_streams_and_some_outages_end_them(
    make_gateway: Make, clock: GatewayClock, fault: str, notices: list[str], survives: bool
) -> None:
    script = FaultScript.parse(f'[[fault]]\n{fault}\non = "time"\nnth = 1\nseconds = 0.1\n')
    with RawClient(make_gateway(clock=clock, script=script)) as client:
        follow(client)
        client.send(49, 1)
        frames = [client.receive() for _ in range(3)]
        assert [frame[3] for frame in frames if frame[0] == "4"] == notices
        clock.set(second(30))
        if survives:
            assert int(updates(client, 1)[0][3]) == second(0).timestamp()
        follow(client, 2)
        clock.set(second(60))
        assert {update[1] for update in updates(client, 1 + survives)} == ({"1", "2"} if survives else {"2"})


class CountingClock(GatewayClock):
    """Counts those that wait for an instant."""

    waiting = 0

    async def reached(self, instant: datetime) -> None:
        self.waiting += 1
        try:
            await super().reached(instant)
        finally:
            self.waiting -= 1


def test_a_cancelled_stream_and_those_of_a_closed_connection_wait_for_nothing(make_gateway: Make) -> None:
    clock = CountingClock(NOON, frozen=True)
    gateway = make_gateway(clock=clock)
    with RawClient(gateway, client_id=2) as other:
        before = clock.waiting
        with RawClient(gateway) as client:
            for request_id in range(1, 6):
                follow(client, request_id)
            client.send(25, 1, 5)
            client.receive()
            history(other, second(0))
            assert clock.waiting == before + 4
        while clock.waiting != before:
            history(other, second(0))


@pytest.mark.parametrize("speed", [60.0, 3000.0])
def test_an_accelerated_clock_leaves_no_bar_unfinished(make_gateway: Make, speed: float) -> None:
    gateway = make_gateway(clock=GatewayClock(NOON, speed=speed))
    with RawClient(gateway) as client, RawClient(gateway, client_id=2) as other:
        begun = follow(client)[-1][0]
        last: dict[str, list[str]] = {}
        while len(last) < 4:
            (update,) = updates(client, 1)
            last[update[3]] = row(update)
        finished = sorted(last)[:3]
        assert int(finished[0]) - int(begun) in (0, 60)
        end = datetime.fromtimestamp(int(finished[-1]), UTC) + timedelta(minutes=1)
        assert [last[date] for date in finished] == history(other, end)[-3:]


class BrokenMarket(SyntheticMarket):
    """Has no bars of the minute that follows."""

    def minutes(self, listing: Listing, start: datetime, end: datetime) -> MarketBars:
        if end > second(60):
            raise RuntimeError("no such minute")
        return super().minutes(listing, start, end)


def test_a_stream_that_fails_says_so(make_gateway: Make, clock: GatewayClock) -> None:
    market = BrokenMarket(products(load_registry()))
    with RawClient(make_gateway(clock=clock, market=market)) as client:
        follow(client)
        clock.set(second(61))
        error = client.receive()
        assert error[2:4] == ["1", "162"]
        assert "the simulated gateway failed: RuntimeError('no such minute')" in error[4]
        client.send(25, 1, 1)
        assert client.receive()[3] == "366"


def test_a_pause_inside_an_update_does_not_cut_it(make_gateway: Make, clock: GatewayClock) -> None:
    script = FaultScript.parse('[[fault]]\ndo = "stall"\non = "bar_update"\nafter_bytes = 20\nseconds = 0.2\n')
    with RawClient(make_gateway(clock=clock, script=script)) as client:
        follow(client)
        clock.set(second(5))
        assert client.exactly(4)
        client.send(25, 1, 1)
        rest = client.exactly(16)
        assert rest.startswith(b"90\x001\x00")
        while b"cancelled" not in rest:
            rest += client.exactly(1)
        assert rest.count(b"90\x001\x00") == 1
