"""Ids of orders and executions: what each client has used, and what the broker gives out."""

from __future__ import annotations

from datetime import datetime

_PER_START = 1_000
_STARTS = 1_000_000


class OrderIds:
    """The ids of one broker.

    Args:
        started: instant of the broker's start; its own ids begin with it, so that those of another start differ.
    """

    def __init__(self, started: datetime) -> None:
        self._epoch = int(started.timestamp())
        self._highest: dict[int, int] = {}
        self._orders = 0
        self._executions = 0

    def next_of(self, client_id: int) -> int:
        """Return the lowest order id above all that a client has used."""
        return self._highest.get(client_id, 0) + 1

    def use(self, client_id: int, order_id: int) -> None:
        """Note that a client has used an id, even for an order that was not taken."""
        self._highest[client_id] = max(self._highest.get(client_id, 0), order_id)

    def order(self) -> int:
        """Return the broker's own id for one more order."""
        self._orders += 1
        return self._epoch % _STARTS * _PER_START + self._orders

    def execution(self) -> str:
        """Return the id of one more execution, in its first revision."""
        self._executions += 1
        return f"{self._epoch:08x}.{self._executions:08x}.01.01"


def next_revision(exec_id: str) -> str:
    """Return the id of the correction of an execution.

    >>> next_revision("6b006070.0000000a.01.01")
    '6b006070.0000000a.01.02'
    """
    stem, _, number = exec_id.rpartition(".")
    return f"{stem}.{int(number) + 1:02d}"
