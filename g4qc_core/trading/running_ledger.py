"""A ledger that grows by a fill at a time, and says what `ledger.holdings` says of the same fills.

A new fill is usually the newest. One that comes late, or a correction, is put where it belongs, and what followed it
is added up again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime

from g4qc_core.trading.ledger import Fill, Holding, root_of

_BETWEEN_MARKS = 50


class ContractLine:
    """The fills of one contract that are in force, in the order of time, and the position after them."""

    def __init__(self) -> None:
        self._keys: list[tuple[datetime, str]] = []
        self._fills: list[Fill] = []
        # Positions after every so many fills.
        self._marks: list[Holding] = []
        self._newest: Holding | None = None

    def __len__(self) -> int:
        return len(self._fills)

    def put(self, fill: Fill) -> None:
        """Add a fill."""
        key = _key(fill)
        at = bisect_left(self._keys, key)
        self._keys.insert(at, key)
        self._fills.insert(at, fill)
        self._forget(at)

    def take(self, fill: Fill) -> None:
        """Remove a fill that is there."""
        at = bisect_left(self._keys, _key(fill))
        del self._keys[at], self._fills[at]
        self._forget(at)

    def since(self, instant: datetime) -> list[Fill]:
        """Return the fills at or after an instant, ascending."""
        return self._fills[bisect_left(self._keys, (instant, "")) :]

    def holding(self) -> Holding:
        """Return the position after all fills, of which there must be one."""
        if self._newest is None:
            first, done = self._fills[0], len(self._marks) * _BETWEEN_MARKS
            held = self._marks[-1] if self._marks else Holding(first.symbol, first.con_id, first.month)
            for number, fill in enumerate(self._fills[done:], done + 1):
                held = held.after(fill)
                if number % _BETWEEN_MARKS == 0:
                    self._marks.append(held)
            self._newest = held
        return self._newest

    def _forget(self, at: int) -> None:
        self._newest = None
        del self._marks[at // _BETWEEN_MARKS :]


class RunningLedger:
    """The executions of one account, all versions of which may be added in any order.

    Args:
        fills: that are known.
    """

    def __init__(self, fills: Iterable[Fill] = ()) -> None:
        self._known: dict[str, Fill] = {}
        self._lines: dict[str | None, dict[int, ContractLine]] = {}
        self._filled: dict[str, int] = {}
        for fill in fills:
            self.add(fill)

    def add(self, fill: Fill) -> None:
        """Take a version of an execution; one that is older than the known one changes nothing."""
        root, version = root_of(fill.exec_id)
        known = self._known.get(root)
        if known is not None:
            before = root_of(known.exec_id)[1]
            if version < before or (version == before and fill.commission is None):
                return
            self._count(known, -1)
            for lines in self._of(known):
                lines[known.con_id].take(known)
        self._known[root] = fill
        self._count(fill, 1)
        for lines in self._of(fill):
            lines.setdefault(fill.con_id, ContractLine()).put(fill)

    def holdings(self, spec: str | None = None) -> dict[int, Holding]:
        """Return the positions by con_id of the account, or of what one spec traded; see `ledger.holdings`."""
        return {con_id: line.holding() for con_id, line in self._lines.get(spec, {}).items() if len(line)}

    def since(self, con_id: int, instant: datetime) -> list[Fill]:
        """Return the fills of a contract at or after an instant that are in force, ascending."""
        line = self._lines.get(None, {}).get(con_id)
        return [] if line is None else line.since(instant)

    def filled(self, ref: str) -> int:
        """Return the contracts that an order has filled, without sign; see `ledger.filled_of`."""
        return self._filled.get(ref, 0)

    def _count(self, fill: Fill, times: int) -> None:
        self._filled[fill.ref] = self._filled.get(fill.ref, 0) + times * abs(fill.quantity)

    def _of(self, fill: Fill) -> list[dict[int, ContractLine]]:
        return [self._lines.setdefault(spec, {}) for spec in (None, fill.spec)]


def _key(fill: Fill) -> tuple[datetime, str]:
    return fill.at, root_of(fill.exec_id)[0]
