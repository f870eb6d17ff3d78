"""The states of an order, and the one table of its legal moves.

The words of the broker (statuses, codes of errors) become `Cause`s; `moved` says which state follows. Interactive
Brokers repeats, delays, reorders and loses statuses, so a cause that tells of an earlier stage leaves the state as it
is. What no broker can say of an order in that state is an error.
"""

from __future__ import annotations

from enum import StrEnum

from g4qc_core.errors import IllegalMove


class OrderState(StrEnum):
    """Where an order is."""

    PLANNED = "planned"
    """Decided and stored. Nothing was sent."""
    DROPPED = "dropped"
    """Never sent, and it never will be."""
    SENT = "sent"
    """About to be sent, or sent: the broker has not said anything about it yet."""
    LOST = "lost"
    """Was sent, and the broker shows no trace of it. A later trace still counts."""
    WAITING = "waiting"
    """At the broker, held until the market opens or the stop is reached."""
    WORKING = "working"
    """In the market."""
    CANCELLING = "cancelling"
    """A cancel was asked for; it can still fill."""
    FILLED = "filled"
    """Filled completely."""
    CANCELLED = "cancelled"
    """Ended by a cancel, the session's close or the broker; what was filled before stays filled."""
    REJECTED = "rejected"
    """Refused by the broker; nothing was filled."""


class Cause(StrEnum):
    """What moves an order."""

    SEND = "send"
    DROP = "drop"
    ABSENT = "absent"
    """The broker's lists of open orders, completed orders and executions do not have it."""
    HELD = "held"
    WORKS = "works"
    PENDING_CANCEL = "pending cancel"
    CANCELLED = "cancelled"
    FILLED = "filled"
    REJECTED = "rejected"
    PART = "part"
    """An execution that does not complete it."""


_S, _C = OrderState, Cause

FINAL = frozenset({_S.DROPPED, _S.FILLED, _S.CANCELLED, _S.REJECTED})
"""States in which nothing more is expected."""

AT_BROKER = frozenset({_S.SENT, _S.WAITING, _S.WORKING, _S.CANCELLING})
"""States in which an order may fill."""

_FROM_BROKER = {
    _C.HELD: _S.WAITING,
    _C.WORKS: _S.WORKING,
    _C.PENDING_CANCEL: _S.CANCELLING,
    _C.CANCELLED: _S.CANCELLED,
    _C.FILLED: _S.FILLED,
    _C.REJECTED: _S.REJECTED,
    _C.PART: _S.WORKING,
}

TABLE: dict[OrderState, dict[Cause, OrderState]] = {
    _S.PLANNED: {_C.SEND: _S.SENT, _C.DROP: _S.DROPPED},
    _S.DROPPED: {_C.DROP: _S.DROPPED},
    _S.SENT: {**_FROM_BROKER, _C.SEND: _S.SENT, _C.ABSENT: _S.LOST},
    _S.LOST: {**_FROM_BROKER, _C.ABSENT: _S.LOST},
    _S.WAITING: {**_FROM_BROKER, _C.ABSENT: _S.CANCELLED},
    _S.WORKING: {**_FROM_BROKER, _C.HELD: _S.WORKING, _C.ABSENT: _S.CANCELLED},
    # A status that left before the cancel arrived does not take the cancel back.
    _S.CANCELLING: {
        **_FROM_BROKER,
        _C.HELD: _S.CANCELLING,
        _C.WORKS: _S.CANCELLING,
        _C.PART: _S.CANCELLING,
        _C.ABSENT: _S.CANCELLED,
    },
    # Final, except that an execution that comes late completes a cancelled order.
    _S.CANCELLED: {
        **dict.fromkeys(_FROM_BROKER, _S.CANCELLED),
        _C.FILLED: _S.FILLED,
        _C.ABSENT: _S.CANCELLED,
    },
    _S.FILLED: {**dict.fromkeys(_FROM_BROKER, _S.FILLED), _C.ABSENT: _S.FILLED},
    # Some refusals are taken back: an order that works or fills after all was not refused.
    _S.REJECTED: {
        **_FROM_BROKER,
        _C.HELD: _S.REJECTED,
        _C.PENDING_CANCEL: _S.REJECTED,
        _C.CANCELLED: _S.REJECTED,
        _C.ABSENT: _S.REJECTED,
    },
}
"""The state that follows each state and cause; a cause that is missing is illegal there."""

_STATUSES = {
    "ApiPending": _C.HELD,
    "PendingSubmit": _C.HELD,
    "PreSubmitted": _C.HELD,
    "Submitted": _C.WORKS,
    "PendingCancel": _C.PENDING_CANCEL,
    "Cancelled": _C.CANCELLED,
    "ApiCancelled": _C.CANCELLED,
    "Filled": _C.FILLED,
    # Held, or rejected by the error beside it, which moves the order on.
    "Inactive": _C.HELD,
}

_REJECTIONS = frozenset({103, 110, 201, 203, 320, 321, 322, 382, 383, 387, 388, 434, 435, 436, 460, 10043})
_CANCELLATIONS = frozenset({202})
_UNKNOWN_TO_BROKER = frozenset({10147, 135})


def moved(state: OrderState, cause: Cause) -> OrderState:
    """Return the state after a cause.

    Raises:
        IllegalMove: the cause cannot happen to an order in this state.
    """
    after = TABLE[state].get(cause)
    if after is None:
        raise IllegalMove(f"An order that is {state} cannot become '{cause}'.")
    return after


def cause_of_status(status: str) -> Cause | None:
    """Return the cause that a broker's status is; None for an unknown word, which changes nothing."""
    return _STATUSES.get(status)


def cause_of_error(code: int) -> Cause | None:
    """Return the cause that an error about an order is; None for a warning or an error that does not end it."""
    if code in _REJECTIONS:
        return _C.REJECTED
    if code in _CANCELLATIONS:
        return _C.CANCELLED
    return _C.ABSENT if code in _UNKNOWN_TO_BROKER else None
