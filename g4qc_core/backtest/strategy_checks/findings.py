"""What a check of a strategy found: a state and one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

FindingState = Literal["passed", "doubtful", "failed", "not run"]
"""`doubtful`: nothing is wrong for certain, but the sentence should be read before the result is believed."""

CHECKS = ("look_ahead", "warm_up", "determinism", "delay", "costs")
"""The checks, in the order in which they run."""


@dataclass(frozen=True)
class RuleFinding:
    """The answer of one check.

    Attributes:
        check: of `CHECKS`.
        state: what the check came to.
        text: one sentence; for a check that did not run, why.
        figures: JSON-safe numbers behind the sentence, by name.
    """

    check: str
    state: FindingState
    text: str
    figures: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the finding, JSON-safe."""
        return {"check": self.check, "state": self.state, "text": self.text, "figures": self.figures}
