"""Parts of English sentences: counts with their nouns (`1 bar`, `2 bars`), shortened lists, and durations."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, one: str, several: str = "") -> str:
    """Return the count with its noun, and a verb where the words have one.

    >>> counted(1, "bar waits", "bars wait"), counted(2000, "bar")
    ('1 bar waits', '2,000 bars')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def listing(items: Sequence[str], limit: int = 8) -> str:
    """Join the items with commas; after `limit` of them the rest is counted: `a, b and 3 more`."""
    if len(items) <= limit:
        return ", ".join(items)
    return f"{', '.join(items[:limit])} and {len(items) - limit} more"


def duration(seconds: float) -> str:
    """Return a time in whole seconds, with minutes from 100 seconds on.

    >>> duration(99.2), duration(125)
    ('99 s', '2 min 05 s')
    """
    whole = round(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60:02d} s"
