"""The gateway's own clock, so that a market of years ago can be replayed as if it were today.

The only place of the gateway that asks the host for the time.
"""

from __future__ import annotations

from datetime import UTC, datetime

from g4qc_core.errors import UsageError


class GatewayClock:
    """A clock that runs from an instant at real speed, or stands still there.

    Args:
        now: the instant at which the clock starts, with a time zone; None is real time.
        frozen: stand still at `now`.

    Raises:
        UsageError: `now` has no time zone, or a clock without `now` shall stand still.
    """

    def __init__(self, now: datetime | None = None, *, frozen: bool = False) -> None:
        if now is not None and now.tzinfo is None:
            raise UsageError(f"The gateway's clock needs a time zone: write {now.isoformat()}Z for UTC.")
        if now is None and frozen:
            raise UsageError("A clock that stands still needs the instant at which it stands.")
        self._frozen = now.astimezone(UTC) if now is not None and frozen else None
        self._offset = now - datetime.now(UTC) if now is not None else None

    def now(self) -> datetime:
        """The present instant, UTC."""
        if self._frozen is not None:
            return self._frozen
        real = datetime.now(UTC)
        return real if self._offset is None else real + self._offset
