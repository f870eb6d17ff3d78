"""How long Interactive Brokers serves the bars of an expired contract.

Source: IB's API documentation, which gives two years after the expiry. A gateway refuses later requests with code 166.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from g4qc_core.instruments.registry import Contract

YEARS_KEPT = 2
"""Calendar years after its last trade date for which a contract's bars are served."""

WARNING = timedelta(days=90)
"""Extraction prefers contracts that IB drops within this time."""


def dropped_on(contract: Contract) -> date:
    """Return the first day on which IB no longer serves the contract's bars.

    It is the last trade date two calendar years later, and 28 February for a contract that ended on 29 February.
    """
    day = contract.last_trade_date
    year = day.year + YEARS_KEPT
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def is_dropped(contract: Contract, now: datetime) -> bool:
    """Return True if IB no longer serves the contract's bars on the day of `now`, UTC."""
    return dropped_on(contract) <= now.date()


def drops_soon(contract: Contract, now: datetime) -> bool:
    """Return True if IB still serves the contract's bars at `now`, UTC, and drops them within `WARNING`."""
    return now.date() < dropped_on(contract) <= (now + WARNING).date()
