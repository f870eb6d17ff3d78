"""The partitions of the graph: instruments, months of trade dates, and backtest specs.

Partitions are coarse on purpose: the ledger and the quality rows carry the detail of sessions and minutes. Every module
that needs a partition's name or key takes it from here.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from g4qc_core.errors import UsageError
from g4qc_core.instruments import Instrument, Registry
from g4qc_core.sessions import month_window, parse_date
from g4qc_core.settings import Settings

INSTRUMENTS = dg.DynamicPartitionsDefinition(name="instrument")
BACKTESTS = dg.DynamicPartitionsDefinition(name="backtest")


def instrument_months(settings: Settings) -> dg.MultiPartitionsDefinition:
    """Instrument x month; keys read `ES|2025-09-01`. The running month has a partition too."""
    months = dg.MonthlyPartitionsDefinition(f"{settings.first_month}-01", timezone="America/Chicago", end_offset=1)
    return dg.MultiPartitionsDefinition({"instrument": INSTRUMENTS, "month": months})


def key_of(symbol: str, month: date) -> str:
    """Partition key of an instrument's month."""
    return f"{symbol}|{month:%Y-%m}-01"


def parse_key(key: str, registry: Registry) -> tuple[Instrument, date, date]:
    """Instrument, first and last calendar day that a partition key stands for.

    Raises:
        UsageError: the key has another form, or names an unknown instrument.
    """
    symbol, bar, month = key.partition("|")
    if not bar:
        raise UsageError(f"'{key}' is no partition: write instrument and month, like ES|2025-09-01.")
    first, last = month_window(parse_date(month))
    return registry[symbol], first, last


def months_between(first: date, last: date) -> list[date]:
    """First days of the months that the window touches, ascending."""
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months


def last_full_months(today: date, count: int) -> list[date]:
    """First days of the `count` months before the one that contains `today`, ascending."""
    months: list[date] = []
    month = today.replace(day=1)
    while len(months) < count:
        month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        months.append(month)
    return months[::-1]
