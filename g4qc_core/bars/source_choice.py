"""Which source's raw bars are validated where several have bars of the same session: one of them, never a mixture."""

from __future__ import annotations

from collections.abc import Collection, Sequence

GATEWAY = "ib"
"""The source of bars that a gateway served: Interactive Brokers, the simulated one, or a replay."""

PRECEDENCE = (GATEWAY,)
"""The sources that come first, the first one above all."""


def chosen_source(sources: Collection[str], precedence: Sequence[str] = PRECEDENCE) -> str:
    """Return the source whose bars count for a session.

    Args:
        sources: those with bars of the session; at least one.
        precedence: sources by rank; any other comes after them, by name.
    """
    return min(sources, key=lambda source: (_rank(source, precedence), source))


def _rank(source: str, precedence: Sequence[str]) -> int:
    return precedence.index(source) if source in precedence else len(precedence)
