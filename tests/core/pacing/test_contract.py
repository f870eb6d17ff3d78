"""Promises of every `Pacer`: the one in memory and the one that processes share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from g4qc_core.errors import GatewayTimeout, PacingViolation, RequestCancelled
from g4qc_core.pacing.memory import MemoryPacer, VirtualTime
from g4qc_core.pacing.port import Pacer, Slot, paced, reserve
from g4qc_core.pacing.rules import Ending, PacedKind, PacedRequest
from g4qc_core.pacing.schedule import BACK_OFF, OPEN, Turn
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.server.database import Database
from tests.core.pacing.traffic import SMALL_RULES, START, Act, acts, broken, run

Make = Callable[[VirtualTime, int], list[Pacer]]

ES = PacedRequest("A", PacedKind.LARGE, "ES", "1")
NQ = PacedRequest("A", PacedKind.LARGE, "NQ", "1")
SMALL = PacedRequest("A", PacedKind.SMALL, "ES", "1")


@pytest.fixture(params=["memory", pytest.param("database", marks=pytest.mark.slow)])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes the pacers of so many processes; those in memory share one, because they are one process."""
    if request.param == "memory":
        yield lambda time, count: [MemoryPacer(SMALL_RULES, time, time.sleep)] * count
        return
    database: Database = request.getfixturevalue("embedded_database")
    with ExitStack() as stack:

        def stores(time: VirtualTime, count: int) -> list[Pacer]:
            made = [PacingStore(database, SMALL_RULES, clock=time, sleep=time.sleep) for _ in range(count)]
            return [stack.enter_context(store) for store in made]

        yield stores


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime(START)


def after(time: VirtualTime, seconds: float) -> bool:
    return time.now == START + timedelta(seconds=seconds)


def taken(pacer: Pacer, *requests: PacedRequest) -> list[Slot]:
    slots = [pacer.attempt(request) for request in requests]
    assert all(isinstance(slot, Slot) for slot in slots)
    return [slot for slot in slots if isinstance(slot, Slot)]


@pytest.mark.slow
def test_the_first_request_goes_at_once_and_the_same_again_not_for_a_while(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    pacer.release(reserve(pacer, ES), Ending.ANSWERED)
    assert after(time, 0)
    reserve(pacer, ES)
    assert after(time, 15)


def test_what_one_process_sends_counts_for_the_other(make: Make, time: VirtualTime) -> None:
    one, other = make(time, 2)
    one.release(reserve(one, ES), Ending.ANSWERED)
    assert other.attempt(ES) == Turn(START + timedelta(seconds=15), "identical")


def test_accounts_know_nothing_of_one_another(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    taken(pacer, ES, replace(ES, account="B"))
    assert [sent.request.account for sent in pacer.history("B")] == ["B"]


def test_a_request_is_open_until_it_is_released(make: Make, time: VirtualTime) -> None:
    one, other = make(time, 2)
    first, _ = taken(one, ES, NQ)
    third = replace(ES, contract="YM")
    assert other.attempt(third) == Turn(None, OPEN)
    one.release(first, Ending.ANSWERED)
    one.release(first, Ending.VIOLATION)
    taken(other, third)
    assert [sent.ending for sent in other.history("A")] == [Ending.ANSWERED, None, None]


def test_a_heavy_request_counts_twice(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    for fingerprint in "123":
        heavy = replace(SMALL, fingerprint=fingerprint, weight=2)
        pacer.release(reserve(pacer, heavy), Ending.ANSWERED)
        time.sleep(2)
    turn = pacer.attempt(replace(SMALL, fingerprint="4"))
    assert turn == Turn(START + timedelta(seconds=60), "small bars")


def test_messages_are_counted_and_never_open(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    message = PacedRequest("A", PacedKind.MESSAGE)
    for slot in taken(pacer, *[message] * 5):
        pacer.release(slot, Ending.VIOLATION)
    assert pacer.attempt(message) == Turn(START + timedelta(seconds=1), "messages")
    assert {sent.ending for sent in pacer.history("A")} == {Ending.ANSWERED}


def test_a_violation_stops_all_history_and_the_next_one_for_longer(make: Make, time: VirtualTime) -> None:
    one, other = make(time, 2)
    for pause in (60, 600, 600):
        with pytest.raises(PacingViolation), paced(one, ES):
            raise PacingViolation("too much", 162)
        begins = time.now
        assert other.attempt(NQ) == Turn(begins + timedelta(seconds=pause), BACK_OFF)
        taken(other, PacedRequest("A", PacedKind.MESSAGE))
        other.release(reserve(other, NQ), Ending.ANSWERED)
        assert time.now == begins + timedelta(seconds=pause)


def test_after_a_violation_everything_is_slower_until_it_is_forgotten(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    pacer.release(reserve(pacer, NQ), Ending.VIOLATION)
    pacer.release(reserve(pacer, ES), Ending.ANSWERED)
    assert pacer.attempt(ES) == Turn(START + timedelta(seconds=60 + 30), "identical")
    time.sleep(SMALL_RULES.calm)
    pacer.release(reserve(pacer, ES), Ending.ANSWERED)
    assert pacer.attempt(ES) == Turn(time.now + timedelta(seconds=15), "identical")


def test_two_time_outs_in_a_row_are_trouble_and_one_is_not(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)

    def ask(contract: str, error: Exception) -> None:
        with pytest.raises(type(error)), paced(pacer, replace(ES, contract=contract)):
            raise error

    ask("1", GatewayTimeout("mute"))
    ask("2", RequestCancelled("another error"))
    ask("3", GatewayTimeout("mute"))
    assert after(time, 0)
    ask("4", GatewayTimeout("mute"))
    reserve(pacer, ES)
    assert after(time, 60)


def test_who_waits_is_told_why_and_for_how_long(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    heard: list[tuple[str, float]] = []
    for _ in range(2):
        pacer.release(reserve(pacer, ES, lambda turn, wait: heard.append((turn.because, wait))), Ending.ANSWERED)
    assert heard == [("identical", 15.0)]


def test_a_sleep_that_ends_early_is_slept_again(make: Make, time: VirtualTime) -> None:
    (pacer,) = make(time, 1)
    pacer.release(reserve(pacer, ES), Ending.ANSWERED)
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        time.sleep(seconds / 2 if len(naps) == 1 else seconds)

    pacer.sleep = nap  # type: ignore[method-assign]
    reserve(pacer, ES)
    assert naps == [15.0, 7.5]


@pytest.fixture
def fleet(make: Make, time: VirtualTime) -> list[Pacer]:
    """The pacers of four processes."""
    return make(time, 4)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts(list(Ending)))
@pytest.mark.slow
def test_no_traffic_breaks_a_rule(fleet: list[Pacer], time: VirtualTime, processes: Sequence[Sequence[Act]]) -> None:
    account = uuid4().hex
    processes = [[replace(a, request=replace(a.request, account=account)) for a in acts] for acts in processes]
    rides = run(fleet, time, processes)
    assert broken([ride.sent for ride in rides], SMALL_RULES) == []
