"""Dynamic partition keys of the graph: specs of backtests, searches and studies, and instruments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KeyKind(StrEnum):
    """The kind of a key; the values are the names of Dagster's partitions."""

    BACKTEST = "backtest"
    INSTRUMENT = "instrument"
    SEARCH = "search"
    WALK_FORWARD = "walk_forward"
    MONTE_CARLO = "monte_carlo"
    PORTFOLIO = "portfolio"


@dataclass(frozen=True)
class GraphKey:
    """One key.

    Attributes:
        holds: what is stored under the key, like `2 results`; empty if nothing is.
        at_work: True if an unfinished run uses it.
        kept_by: a sentence that says why it cannot be removed and what to do first; empty if it can be removed.
    """

    kind: KeyKind
    key: str
    holds: str
    at_work: bool
    kept_by: str

    @property
    def unused(self) -> bool:
        """True if the key can be removed now and nothing is stored under it."""
        return not (self.holds or self.at_work or self.kept_by)


class GraphKeys(Protocol):
    """The keys of one graph."""

    def known(self, kind: KeyKind) -> list[str]:
        """Return all keys of that kind; none if the graph has no asset of it."""

    def at_work(self) -> set[str]:
        """Return the keys of all kinds that unfinished runs use: specs, and the symbols of months."""

    def remove(self, kind: KeyKind, keys: Sequence[str]) -> None:
        """Remove keys; ignore those that do not exist."""
