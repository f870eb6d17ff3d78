"""Parts of the sentences that people read of runs and commands."""

from __future__ import annotations

from collections.abc import Sequence


def listing(items: Sequence[str], limit: int = 8) -> str:
    """The first items as a sentence's part: `a, b and 3 more`."""
    if len(items) <= limit:
        return ", ".join(items)
    return f"{', '.join(items[:limit])} and {len(items) - limit} more"
