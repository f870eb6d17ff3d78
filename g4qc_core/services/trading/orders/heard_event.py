"""What an event of the broker changed in the order book, for those who tell, compare and lock."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from g4qc_core.trading.intents import Order
from g4qc_core.trading.ledger import Fill
from g4qc_core.trading.reconciliation import BrokerDifference


@dataclass
class Heard:
    """What an event changed.

    Attributes:
        orders: the orders whose state changed.
        fills: new executions, corrections included.
        doubts: sentences about what only a reconciliation can tell.
        problems: differences that lock an instrument at once.
        found: orders that were taken for lost, and are not.
    """

    orders: list[Order] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    problems: list[BrokerDifference] = field(default_factory=list)
    found: list[Order] = field(default_factory=list)


def plain(event: Any) -> dict[str, Any]:
    """Return what an event says, JSON-safe, without what it leaves open."""
    return {
        name: str(value) if isinstance(value, (Decimal, datetime)) else value
        for name, value in asdict(event).items()
        if value not in (None, "")
    }
