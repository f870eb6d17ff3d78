"""The kinds of answers that requests await, and the gateway's messages that bring them.

Must not know requests or their ids.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A kind of answer, in words."""

    READY = "accounts and a valid id"
    TIME = "the time"
    CONTRACTS = "contracts"
    BARS = "bars"
    HEAD = "the time of a first bar"
    SCHEDULE = "a schedule"


AWAITED: dict[bytes, Kind | None] = {
    b"4": None,
    b"9": Kind.READY,
    b"15": Kind.READY,
    b"10": Kind.CONTRACTS,
    b"52": Kind.CONTRACTS,
    b"17": Kind.BARS,
    b"108": Kind.BARS,
    b"49": Kind.TIME,
    b"88": Kind.HEAD,
    b"106": Kind.SCHEDULE,
}
"""Kinds by message id; an error (4) belongs to requests of every kind."""
