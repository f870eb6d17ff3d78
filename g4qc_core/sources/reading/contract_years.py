"""Years of contracts that are written with one or two digits: `ESZ5` is December 2015 or December 2025.

A contract trades before its month ends, so a name means the first such month that is not over when the bar begins.
"""

from __future__ import annotations

from datetime import date, timedelta

OVER_AFTER = timedelta(days=7)
"""Days after a contract's month in which its last bars may still begin."""


def contract_name(month: int, year: str, day: date) -> str:
    """Return the name of a contract (`202512`).

    Args:
        month: number of its month.
        year: its year as written, one, two or four digits.
        day: a date on which the contract trades, UTC.

    >>> contract_name(12, "5", date(2024, 3, 1)), contract_name(12, "5", date(2026, 3, 1))
    ('202512', '203512')
    >>> contract_name(3, "98", date(1997, 12, 31)), contract_name(12, "2025", date(2000, 1, 1))
    ('199803', '202512')
    """
    if len(year) == 4:
        return f"{year}{month:02d}"
    cycle = 10 ** len(year)
    first = day - OVER_AFTER
    found = first.year + (int(year) - first.year) % cycle
    if (found, month) < (first.year, first.month):
        found += cycle
    return f"{found}{month:02d}"
