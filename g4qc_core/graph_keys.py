"""Partition keys of the graph that come and go: specs of backtests and instruments.

Knows what is said of a key. Must not know who keeps the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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


class GraphKeys(Protocol):
    """The keys of one graph."""

    def known(self, kind: KeyKind) -> list[str]:
        """All keys of that kind."""

    def at_work(self) -> set[str]:
        """Keys of both kinds that unfinished runs work on: specs, and the symbols of months."""

    def remove(self, kind: KeyKind, keys: Sequence[str]) -> None:
        """Remove keys; harmless for one that is not there."""
