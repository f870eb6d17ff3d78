"""References of orders: derived from spec, bar and sequence, so that a restart recognises its own orders.

A reference is `g4-` + twelve hex digits of account and spec + `-` + the bar's start in minutes since 1970 + `-` + a
letter for the cause + the sequence number, like `g4-1f2e3d4c5b6a-29371200-b1`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Cause = Literal["bar", "roll", "flatten"]
"""Why a decision was made: a bar closed, the front contract changed, or a person wants no position."""

_LETTERS: dict[Cause, str] = {"bar": "b", "roll": "r", "flatten": "f"}
_OURS = re.compile(r"^g4-([0-9a-f]{12})-(\d+)-([brf])(\d+)$")


@dataclass(frozen=True)
class DecisionKey:
    """What a decision is about; there is at most one for each.

    Attributes:
        account: that trades.
        spec: name of the traded spec.
        cause: why it was decided.
        bar: start of the deciding bar, or the instant of the roll or of the command, in whole minutes, UTC.
    """

    account: str
    spec: str
    cause: Cause
    bar: datetime

    def ref(self, sequence: int) -> str:
        """Return the reference of the decision's nth order, from 1."""
        digest = hashlib.sha256(f"{self.account}\n{self.spec}".encode()).hexdigest()[:12]
        minutes = int(self.bar.astimezone(UTC).timestamp()) // 60
        return f"g4-{digest}-{minutes}-{_LETTERS[self.cause]}{sequence}"


def is_ours(ref: str) -> bool:
    """Return whether a reference has the form of those that G4QC gives."""
    return _OURS.match(ref) is not None
