"""The kinds of answers that requests await, and the gateway's messages that carry them."""

from __future__ import annotations

from enum import StrEnum


class AnswerKind(StrEnum):
    """A kind of answer, in words."""

    READY = "accounts and a valid id"
    TIME = "the time"
    CONTRACTS = "contracts"
    BARS = "bars"
    HEAD = "the time of a first bar"
    SCHEDULE = "a schedule"
    OPEN_ORDERS = "open orders"
    COMPLETED_ORDERS = "completed orders"
    EXECUTIONS = "executions"
    POSITIONS = "positions"
    ACCOUNT_VALUES = "values of the account"
    NEXT_ID = "a valid id"
    WHAT_IF = "the effect of an order"


AWAITED: dict[bytes, AnswerKind | None] = {
    b"4": None,
    b"9": AnswerKind.READY,
    b"15": AnswerKind.READY,
    b"10": AnswerKind.CONTRACTS,
    b"52": AnswerKind.CONTRACTS,
    b"17": AnswerKind.BARS,
    b"108": AnswerKind.BARS,
    b"49": AnswerKind.TIME,
    b"88": AnswerKind.HEAD,
    b"106": AnswerKind.SCHEDULE,
}
"""Kinds by message id; an error (4) belongs to requests of every kind."""
