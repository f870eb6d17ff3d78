"""Which source's raw bars are validated where several have bars of the same session: one of them, never a mixture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

GATEWAY = "ib"
"""The source of bars that a gateway served: Interactive Brokers, the simulated one, or a replay."""

PRECEDENCE = (GATEWAY,)
"""The sources that come first where the user says nothing, the first one above all."""


@dataclass(frozen=True)
class SourceRule:
    """The user's order of sources in a window of trade dates.

    Attributes:
        sources: by rank; any other comes after them.
        first: first trade date; None: from the beginning.
        last: last trade date, included; None: without end.
    """

    sources: tuple[str, ...]
    first: date | None = None
    last: date | None = None

    def covers(self, day: date | None) -> bool:
        """Return True if the window has the trade date; for None, which is outside every session, if it has no ends."""
        if day is None:
            return self.first is None and self.last is None
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Precedence:
    """The order of an instrument's sources by trade date.

    Attributes:
        rules: in the order in which the user made them; a later one wins.
    """

    rules: tuple[SourceRule, ...] = ()

    def on(self, day: date | None) -> tuple[str, ...]:
        """Return the sources by rank on a trade date; None: outside every session."""
        return next((rule.sources for rule in reversed(self.rules) if rule.covers(day)), PRECEDENCE)


def chosen_source(sources: Collection[str], precedence: Sequence[str] = PRECEDENCE) -> str:
    """Return the source whose bars count for a session.

    Args:
        sources: those with bars of the session; at least one.
        precedence: sources by rank; any other comes after them, by name.
    """
    return min(sources, key=lambda source: (_rank(source, precedence), source))


def _rank(source: str, precedence: Sequence[str]) -> int:
    return precedence.index(source) if source in precedence else len(precedence)
