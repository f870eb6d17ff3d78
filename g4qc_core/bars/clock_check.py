"""Check that this machine and the gateway agree on the day.

This machine's clock decides which contract months exist; the gateway's clock dates the requests for bars.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import ClockWrong

FARTHEST = timedelta(days=1)
"""Largest allowed difference between the two clocks; larger than any time zone error."""


def check_clocks(origin: Origin, gateway: datetime, here: datetime) -> None:
    """Raise ClockWrong if this machine and the gateway of an account disagree on the day.

    The clock of a simulated gateway may deliberately be set to any day, so it is not checked.

    Args:
        origin: kind of market that the gateway serves.
        gateway: time of the gateway's clock, UTC.
        here: time of this machine's clock, UTC.
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
