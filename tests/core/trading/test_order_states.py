"""The states of an order: the table is whole, and neither repetition nor order of messages changes where it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import IllegalMove
from g4qc_core.trading.order_states import (
    FINAL,
    TABLE,
    Cause,
    OrderState,
    cause_of_error,
    cause_of_status,
    moved,
)

BROKER = [Cause.HELD, Cause.WORKS, Cause.PENDING_CANCEL, Cause.CANCELLED, Cause.FILLED, Cause.REJECTED, Cause.PART]
STATUSES = ["ApiPending", "PendingSubmit", "PreSubmitted", "Submitted", "PendingCancel", "Cancelled", "ApiCancelled",
            "Filled", "Inactive"]  # fmt: skip


def after(state: OrderState, causes: list[Cause]) -> OrderState:
    for cause in causes:
        state = moved(state, cause)
    return state


def test_every_state_has_a_row_and_every_target_is_a_state() -> None:
    assert set(TABLE) == set(OrderState)
    assert {target for row in TABLE.values() for target in row.values()} <= set(OrderState)


def test_whatever_the_broker_says_is_legal_once_an_order_was_sent() -> None:
    for state in OrderState:
        if state not in (OrderState.PLANNED, OrderState.DROPPED):
            assert set(BROKER) <= set(TABLE[state])


@given(st.lists(st.sampled_from(BROKER), max_size=20))
def test_a_filled_order_stays_filled(causes: list[Cause]) -> None:
    assert after(OrderState.FILLED, causes) is OrderState.FILLED


@given(st.lists(st.sampled_from(BROKER), max_size=12), st.randoms())
def test_an_order_that_was_filled_ends_filled_in_every_order_of_messages(causes: list[Cause], chance: object) -> None:
    told = [*causes, Cause.FILLED]
    chance.shuffle(told)  # type: ignore[attr-defined]
    assert after(OrderState.SENT, told) is OrderState.FILLED


@given(st.lists(st.sampled_from(BROKER), max_size=12))
def test_saying_everything_twice_changes_nothing(causes: list[Cause]) -> None:
    once = after(OrderState.SENT, causes)
    twice = after(OrderState.SENT, [one for cause in causes for one in (cause, cause)])
    assert once is twice


@given(st.lists(st.sampled_from([one for one in BROKER if one is not Cause.FILLED]), max_size=12))
def test_a_cancelled_order_only_ever_fills(causes: list[Cause]) -> None:
    assert after(OrderState.CANCELLED, causes) is OrderState.CANCELLED


@pytest.mark.parametrize("cause", [*BROKER, Cause.ABSENT])
def test_an_order_that_was_never_sent_hears_nothing(cause: Cause) -> None:
    with pytest.raises(IllegalMove, match="planned cannot become"):
        moved(OrderState.PLANNED, cause)


@pytest.mark.parametrize("state", [one for one in OrderState if one is not OrderState.PLANNED])
def test_no_order_can_be_sent_again(state: OrderState) -> None:
    if state is OrderState.SENT:
        assert moved(state, Cause.SEND) is OrderState.SENT
        return
    with pytest.raises(IllegalMove):
        moved(state, Cause.SEND)


def test_every_status_of_the_broker_has_a_cause_and_unknown_words_change_nothing() -> None:
    assert all(cause_of_status(status) in BROKER for status in STATUSES)
    assert cause_of_status("Dreaming") is None


@pytest.mark.parametrize(
    ("code", "cause"),
    [(201, Cause.REJECTED), (110, Cause.REJECTED), (103, Cause.REJECTED), (202, Cause.CANCELLED), (399, None),
     (10147, Cause.ABSENT), (10148, None), (2109, None)],
)  # fmt: skip
def test_codes_have_their_causes(code: int, cause: Cause | None) -> None:
    assert cause_of_error(code) is cause


def test_nothing_leaves_a_final_state_but_by_a_later_fill_or_a_refusal_taken_back() -> None:
    for state in FINAL:
        others = {target for target in TABLE[state].values() if target is not state}
        allowed = {OrderState.FILLED} if state is OrderState.CANCELLED else set()
        if state is OrderState.REJECTED:
            allowed = {OrderState.WORKING, OrderState.FILLED}
        assert others <= allowed
