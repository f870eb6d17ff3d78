"""The gateway's own clock, so that a market of the past can be replayed as if it were today.

No other module of the gateway reads the host's clock.
"""

from __future__ import annotations

from datetime import UTC, datetime

from g4qc_core.errors import UsageError


class GatewayClock:
    """A clock that runs from an instant at real speed, or stays frozen there.

    Args:
        now: instant at which the clock starts, with a time zone; None: real time.
        frozen: keep the clock at `now`.

    Raises:
        UsageError: `now` has no time zone, or is missing for a frozen clock.
    """

    def __init__(self, now: datetime | None = None, *, frozen: bool = False) -> None:
        if now is not None and now.tzinfo is None:
            raise UsageError(f"The gateway's clock needs a time zone: write {now.isoformat()}Z for UTC.")
        if now is None and frozen:
            raise UsageError("A clock that stands still needs the instant at which it stands.")
        self._frozen = now.astimezone(UTC) if now is not None and frozen else None
        self._offset = now - datetime.now(UTC) if now is not None else None

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        if self._frozen is not None:
            return self._frozen
        real = datetime.now(UTC)
        return real if self._offset is None else real + self._offset
