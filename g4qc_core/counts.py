"""Counts in sentences: `1 bar`, `2 bars`. Knows no language but English, and nothing of what is counted."""

from __future__ import annotations


def counted(count: int, one: str, several: str = "") -> str:
    """Return the count with its noun, and a verb where the words have one.

    >>> counted(1, "bar waits", "bars wait"), counted(2000, "bar")
    ('1 bar waits', '2,000 bars')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
