"""Partition keys of the graph that come and go: specs of backtests and instruments.

Knows what is said of a key. Must not know who keeps the keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeyKind(StrEnum):
    """What a key stands for; the values are the names of Dagster's partitions."""

    BACKTEST = "backtest"
    INSTRUMENT = "instrument"


@dataclass(frozen=True)
class GraphKey:
    """One key.

    Attributes:
        holds: what is stored under it, like `2 results`; empty where nothing is.
        at_work: True where an unfinished run works on it.
        kept_by: a sentence that says why it cannot be removed and what to do first; empty where it can be.
    """

    kind: KeyKind
    key: str
    holds: str
    at_work: bool
    kept_by: str

    @property
    def unused(self) -> bool:
        """True where it can be removed now, and nothing is stored under it."""
        return not (self.holds or self.at_work or self.kept_by)
