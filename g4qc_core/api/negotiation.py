"""What a client would rather have: headers like `Accept` and `Accept-Language`, read (RFC 9110, 12.4).

Must not know what there is to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")


def weighted(header: str) -> Iterator[tuple[str, float]]:
    """What the header names, in lower case, each with its weight from 0 (not wanted) to 1; in the header's order."""
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        qualities = [found[1] for piece in parameters if (found := _QUALITY.fullmatch(piece))]
        yield name, float(qualities[0]) if qualities else 1.0
