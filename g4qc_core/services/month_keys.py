"""The instruments of the graph, and the partition keys of their months, like `ES|2025-09-01`."""

from __future__ import annotations

from datetime import date

from g4qc_core.calendars.session_calendar import month_window, parse_date
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.instruments.registry import Instrument, Registry, load_registry, read_instruments
from g4qc_core.settings import Settings

_DEFAULT_SYMBOLS = ("ES", "NQ", "EC")


def chosen_instruments(settings: Settings) -> list[str]:
    """Return the symbols of the instruments that belong to the graph from the start and that schedules update.

    These are the ones in G4QC_SYMBOLS; without it ES, NQ and EC, and all of the user's own file.

    Raises:
        SettingsError: the setting names an instrument that is not known, or the instruments file is malformed.
    """
    registry = load_registry(settings.own_instruments)
    if not settings.symbols.strip():
        own = read_instruments(settings.own_instruments) if settings.own_instruments else {}
        return list(dict.fromkeys([*_DEFAULT_SYMBOLS, *own]))
    try:
        names = (name.strip() for name in settings.symbols.split(","))
        return list(dict.fromkeys(registry[name].symbol for name in names if name))
    except UsageError as error:
        raise SettingsError(f"The setting G4QC_SYMBOLS is wrong: {error}") from None


def key_of(symbol: str, month: date) -> str:
    """Return the partition key of an instrument's month."""
    return f"{symbol}|{month:%Y-%m}-01"


def parse_key(key: str, registry: Registry) -> tuple[Instrument, date, date]:
    """Return the instrument and the first and last day of the month of a partition key.

    Raises:
        UsageError: the key has another form, or names an unknown instrument.
    """
    symbol, bar, month = key.partition("|")
    if not bar:
        raise UsageError(f"'{key}' is no partition: write instrument and month, like ES|2025-09-01.")
    first, last = month_window(parse_date(month))
    return registry[symbol], first, last


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months that the window overlaps, ascending."""
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months


def last_full_months(today: date, count: int) -> list[date]:
    """Return the first days of the `count` months before the one that contains `today`, ascending."""
    months: list[date] = []
    month = today.replace(day=1)
    while len(months) < count:
        month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        months.append(month)
    return months[::-1]
