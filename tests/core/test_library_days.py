"""The stored days of the library equal those of the library itself."""

from __future__ import annotations

import json
from datetime import date

import pytest

from g4qc_core.calendars.calendar_file import CalendarEntry, read_calendars
from g4qc_core.calendars.library_days import FILE, FIRST_YEAR, LAST_YEAR, asked, library_days

CALENDARS = {" ".join([one.library, *one.columns]): one for one in read_calendars(None).values()}
ALL = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)


def test_the_file_holds_the_built_in_calendars() -> None:
    assert set(json.loads(FILE.read_text("utf-8"))) == set(CALENDARS)


@pytest.mark.parametrize("entry", CALENDARS.values(), ids=CALENDARS)
def test_a_kept_day_is_the_librarys(entry: CalendarEntry) -> None:
    # If this fails, the library's days have changed: `python -m g4qc_core.calendars.library_days` writes the file.
    kept = library_days(entry.library, entry.columns, *ALL)
    assert kept == asked(entry.library, entry.columns, *ALL)
    assert list(kept) == sorted(kept)


def test_other_years_and_calendars_are_asked_for_at_the_library() -> None:
    before = library_days("NYSE", ("market_open", "market_close"), date(1989, 12, 27), date(1990, 1, 2))
    assert list(before) == [date(1989, 12, 27), date(1989, 12, 28), date(1989, 12, 29), date(1990, 1, 2)]
    tokyo = library_days("JPX", ("market_open", "market_close"), date(2026, 1, 1), date(2026, 1, 5))
    assert [f"{opened:%H:%M}-{closed:%H:%M}" for opened, closed in tokyo.values()] == ["00:00-06:30"]
