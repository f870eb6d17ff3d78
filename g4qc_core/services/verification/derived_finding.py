"""What a verification found about one instrument and month, or one roll calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DIFFERS, OUTDATED = "differs", "outdated"


@dataclass(frozen=True)
class DerivedFinding:
    """One finding.

    Attributes:
        symbol: the instrument.
        part: a month like `2026-10`, or the text of a roll rule.
        what: what is stored: `raw bars`, a timeframe, `quarantine`, `quality` or `rolls`.
        kind: `DIFFERS`: what is stored is not what comes out now; `OUTDATED`: what it was made from has changed since,
            so that the graph makes it again.
        about: in words.
    """

    symbol: str
    part: str
    what: str
    kind: str
    about: str

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON shows it."""
        return {
            "instrument": self.symbol,
            "part": self.part,
            "what": self.what,
            "kind": self.kind,
            "about": self.about,
        }
