"""The days of pandas_market_calendars, uncorrected: open and close of each session of a library calendar.

The library takes a second to import and to query. `library_days.json` therefore keeps the days of the years 1990 to
2049 for each calendar that `calendars.toml` builds on; a test compares it with the library. Other years and calendars
are read from the library. `python -m g4qc_core.calendars.library_days` writes the file after an update of the library,
or when the built-in calendars name another library calendar.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from g4qc_core.errors import SettingsError, unknown

FILE = Path(__file__).with_name("library_days.json")
FIRST_YEAR, LAST_YEAR = 1990, 2049

_DAY = timedelta(days=1)

Days = dict[date, tuple[datetime, datetime]]
"""`[open, close)` by day, UTC."""


def library_days(library: str, columns: Sequence[str], first: date, last: date) -> Days:
    """Return open and close of every day of a calendar from `first` to `last`, both included, ascending.

    Args:
        library: name of the calendar.
        columns: the library's column names for open and close.
        first: first day, included.
        last: last day, included.

    Raises:
        SettingsError: the library has no such calendar.
    """
    kept = _kept().get(_key(library, columns))
    if kept is None or first.year < FIRST_YEAR or last.year > LAST_YEAR:
        return asked(library, columns, first, last)
    return dict(_read(kept, first, last))


def asked(library: str, columns: Sequence[str], first: date, last: date) -> Days:
    """Return the same as `library_days`, always read from the library itself."""
    rows = _library(library).schedule(first.isoformat(), last.isoformat(), tz="UTC", market_times=list(columns))
    opens, closes = rows[columns[0]], rows[columns[1]]
    return {
        day.date(): (opened.to_pydatetime(), closed.to_pydatetime())
        for day, opened, closed in zip(rows.index, opens, closes, strict=True)
    }


def record(library: str, columns: Sequence[str], timezone: str) -> dict[str, Any]:
    """Return the library's data for a calendar's years in the form of the file.

    The result has the usual hours in the time zone, the weekdays with trading, and by year the weekdays without trading
    (`closed`) and the days with other hours.
    """
    zone = ZoneInfo(timezone)
    days = asked(library, columns, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    hours = {day: "-".join(f"{at.astimezone(zone):%H:%M}" for at in span) for day, span in days.items()}
    usual = Counter(hours.values()).most_common(1)[0][0]
    weekdays = sorted({day.weekday() for day in days})
    years: dict[str, dict[str, list[str]]] = {}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        found: dict[str, list[str]] = defaultdict(list)
        for day in _range(date(year, 1, 1), date(year, 12, 31)):
            said = hours.get(day, "closed")
            if said != usual and day.weekday() in weekdays:
                found[said].append(f"{day:%m-%d}")
        years[str(year)] = dict(found)
    return {"timezone": timezone, "usual": usual, "weekdays": weekdays, "years": years}


def write() -> None:
    """Write the file for the calendars of `calendars.toml`."""
    from g4qc_core.calendars.calendar_file import read_calendars

    entries = read_calendars(None).values()
    found = {_key(one.library, one.columns): record(one.library, one.columns, one.timezone) for one in entries}
    text = json.dumps(found)
    # One line for each year, so that a diff is readable.
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        text = text.replace(f'"{year}": {{', f'\n"{year}": {{')
    FILE.write_text(text.replace('}}}, "', '}}},\n"') + "\n", "utf-8")


def _read(kept: dict[str, Any], first: date, last: date) -> Iterator[tuple[date, tuple[datetime, datetime]]]:
    zone, weekdays = ZoneInfo(kept["timezone"]), frozenset(kept["weekdays"])
    other = {
        date.fromisoformat(f"{year}-{day}"): hours
        for year in range(first.year, last.year + 1)
        for hours, days in kept["years"][str(year)].items()
        for day in days
    }
    for day in _range(first, last):
        hours = other.get(day, kept["usual"])
        if day.weekday() in weekdays and hours != "closed":
            yield day, _span(day, hours, zone)


def _span(day: date, hours: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    opens, closes = map(time.fromisoformat, hours.split("-"))
    # A session whose open time is not before its close time opens on the evening before.
    began = day if opens < closes else day - _DAY
    return datetime.combine(began, opens, zone).astimezone(UTC), datetime.combine(day, closes, zone).astimezone(UTC)


def _range(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=at) for at in range((last - first).days + 1))


def _key(library: str, columns: Sequence[str]) -> str:
    return " ".join([library, *columns])


@cache
def _kept() -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return kept


@cache
def _library(name: str) -> Any:
    import pandas_market_calendars

    try:
        return pandas_market_calendars.get_calendar(name)
    except RuntimeError:
        known = pandas_market_calendars.get_calendar_names()
        raise SettingsError(f"The field `library` of the calendars file: {unknown('calendar', name, known)}") from None


if __name__ == "__main__":
    write()
