"""The gateway's clock between its answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.ib.orders.gateway_time import GatewayTime

SECONDS = st.floats(0, 5, allow_nan=False)


class Hand:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@given(st.floats(1e9, 2e9), st.lists(SECONDS, min_size=1, max_size=30))
def test_the_clock_is_less_than_a_second_behind_and_comes_closer(true_start: float, pauses: list[float]) -> None:
    hand = Hand()
    clock = GatewayTime(hand)
    behind = 1.0
    for pause in pauses:
        hand.at += pause
        clock.heard(int(true_start + hand.at))
        now = true_start + hand.at - clock.now().timestamp()
        assert -1e-3 <= now <= behind + 1e-3
        behind = now


@given(st.lists(st.tuples(SECONDS, st.integers(1_000_000_000, 1_000_000_100)), min_size=1, max_size=30))
def test_the_clock_never_goes_back(steps: list[tuple[float, int]]) -> None:
    hand = Hand()
    clock = GatewayTime(hand)
    told = []
    for pause, answer in steps:
        hand.at += pause
        clock.heard(answer)
        told += [clock.now(), clock.now()]
    assert told == sorted(told)


def test_a_clock_that_is_set_forward_is_followed_at_once_and_one_that_is_set_back_waits() -> None:
    hand = Hand()
    clock = GatewayTime(hand)
    clock.heard(1000)
    clock.heard(5000)
    assert clock.now().timestamp() == 5000
    clock.heard(4990)
    hand.at = 9.0
    assert clock.now().timestamp() == 5000
    hand.at = 11.0
    assert clock.now().timestamp() == 5001


def test_an_old_answer_is_asked_for_once_an_interval() -> None:
    hand = Hand()
    clock = GatewayTime(hand)
    assert [clock.due(), clock.due()] == [True, False]
    clock.heard(1000)
    hand.at = 0.5
    assert not clock.due()
    hand.at = 1.0
    assert [clock.due(), clock.due()] == [True, False]
    hand.at = 2.5
    assert clock.due()
