"""Parts of English sentences: counts with their nouns (`1 bar`, `2 bars`), and shortened lists."""

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
