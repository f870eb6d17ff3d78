"""Whether this machine and the gateway agree about the day: months exist by the one, bars are asked by the other."""

from __future__ import annotations

from datetime import datetime, timedelta

from g4qc_core.bars.source import Origin
from g4qc_core.errors import ClockWrong

FARTHEST = timedelta(days=1)
"""How far the two may lie apart: more than a mistake of a time zone makes."""


def check_clocks(origin: Origin, gateway: datetime, here: datetime) -> None:
    """Raises ClockWrong when the gateway of an account and this machine disagree about the day.

    The clock of a simulated gateway may be set to any day on purpose.

    Args:
        gateway: what the gateway's clock says, UTC.
        here: what this machine's clock says, UTC.
    """
    apart = here - gateway
    if origin is not Origin.ACCOUNT or abs(apart) <= FARTHEST:
        return
    days, side = abs(apart) / timedelta(days=1), "after" if apart > timedelta() else "before"
    raise ClockWrong(
        f"This machine's clock says {here:%Y-%m-%d %H:%M} UTC, {days:,.1f} days {side} the "
        f"gateway's {gateway:%Y-%m-%d %H:%M} UTC: set the wrong one right (`timedatectl set-ntp true`), then "
        "try again."
    )
