"""Requests that failed, were answered in part, or were not made, and their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.errors import G4qcError, TransientError


@dataclass(frozen=True)
class Missed:
    """A request without a complete answer.

    Attributes:
        error: of the request; None if it was not made because too many before it had failed.
    """

    request: BarRequest
    error: G4qcError | None

    @property
    def passes(self) -> bool:
        """True if the same request may succeed a little later."""
        return isinstance(self.error, TransientError)

    @property
    def window(self) -> str:
        """The window, like `2026-10-05 22:00 to 2026-10-09 21:00 UTC`."""
        return f"{self.request.start:%Y-%m-%d %H:%M} to {self.request.end:%Y-%m-%d %H:%M} UTC"


def sentences(missed: Sequence[Missed]) -> list[str]:
    """Return a sentence for each contract and reason, with its windows."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in missed:
        reason = "not asked for, because too many requests before it had failed in a row"
        if one.error is not None:
            # Errors of the wire begin with the request that they concern.
            reason = str(one.error).split(f"{one.window}: ", 1)[-1].rstrip(".")
        found.setdefault((str(one.request.contract), reason), []).append(one.window)
    return [f"{contract}, {', '.join(windows)}: {reason}" for (contract, reason), windows in found.items()]
