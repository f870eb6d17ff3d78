"""What every event of a run of research says, so that commands and logs show all of them in one way."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Progressing(Protocol):
    """How far research is."""

    @property
    def stage(self) -> str:
        """What is being done."""

    @property
    def done(self) -> int:
        """Steps so far."""

    @property
    def planned(self) -> int | None:
        """Of how many steps; None: not known."""

    @property
    def unit(self) -> str:
        """What a step is, in one word of several."""

    @property
    def seconds_left(self) -> float | None:
        """Time that it will take still; None: not known."""


Event = TypeVar("Event", bound=Progressing)
"""An event of a run."""
