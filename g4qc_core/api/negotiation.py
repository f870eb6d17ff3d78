"""Content negotiation: parsing of `Accept` and `Accept-Language` (RFC 9110, 12.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")


def weighted(header: str) -> Iterator[tuple[str, float]]:
    """Yield each name of the header in lower case, with its weight from 0 (not acceptable) to 1, in order."""
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        qualities = [found[1] for piece in parameters if (found := _QUALITY.fullmatch(piece))]
        yield name, float(qualities[0]) if qualities else 1.0
