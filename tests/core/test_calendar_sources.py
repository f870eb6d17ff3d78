"""Our calendars, day by day from 2010 to 2027, against every other source; each difference is listed with its reason.

The sources are the library that the calendars correct; QuantConnect/Lean's market hours, partly stored next to the
project; the closes that pysystemtrade collected; and the first and last minutes of real bars.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pandas_market_calendars
import pytest

from g4qc_core.calendars.calendar_file import read_calendars
from g4qc_core.calendars.holidays import holidays_of
from g4qc_core.calendars.session_calendar import Session, calendar
from tests.market_data import MARKET_DATA, needs_market_data, replay_bars

FIRST, LAST = date(2010, 1, 1), date(2027, 12, 31)
FUTURES = ("equity_index", "fx", "energy", "metals", "rates")

LACKS = "Lean lacks the day: CME Group's schedule, or notice, has it"
ACCEPTED: dict[tuple[str, str], str] = {
    **{("ES", day): LACKS for day in ("2023-07-03", "2024-07-03", "2024-11-29", "2018-12-05", "2025-01-09")},
    **{("ES", day): LACKS for day in ("2012-10-29", "2012-10-30")},
    ("ES", "2025-12-25"): "Lean closes Christmas at the usual time: nothing trades before 17:00",
    ("6E", "2024-11-29"): LACKS,
    **{
        ("6E", day): "half days of FX since 2025 are not established: the library's are kept"
        for day in ("2025-11-28", "2025-12-24", "2026-11-27", "2026-12-24")
    },
    ("GC", "2024-11-29"): LACKS,
}

# Lean knows only the last years of gold, and hardly any day of 2027.
KNOWN = {"ES": (2010, 2026), "6E": (2010, 2026), "GC": (2024, 2026)}


def days_of(name: str) -> dict[date, Session]:
    """Every day on which trading ends, as the exchange counts them."""
    hours = calendar(name)
    return {day.trade_date: day for session in hours.sessions(FIRST, LAST) for day in hours.by_day(session)}


@pytest.mark.parametrize("name", FUTURES)
@pytest.mark.slow
def test_every_day_is_the_librarys_or_has_a_source(name: str) -> None:
    entry = read_calendars(None)[name]
    library = pandas_market_calendars.get_calendar(entry.library)
    schedule = library.schedule(FIRST.isoformat(), LAST.isoformat(), tz="UTC")
    theirs = {day.date(): (a.to_pydatetime(), b.to_pydatetime()) for day, a, b in schedule.itertuples()}
    ours = {day: (one.open, one.close) for day, one in days_of(name).items()}
    corrected = {day for erratum in entry.erratum for day in erratum.dates}
    other = {day for day in theirs.keys() | ours.keys() if theirs.get(day) != ours.get(day)}
    other -= {day for day in other for era in entry.era if era.close is not None and era.first <= day <= era.last}
    assert other <= corrected
    # Nothing is corrected that the library has right by now.
    assert {day for day in corrected if FIRST <= day <= LAST} <= {
        day for day in theirs.keys() | ours.keys() if theirs.get(day) != ours.get(day)
    }


@needs_market_data
@pytest.mark.parametrize(("symbol", "name"), [("ES", "equity_index"), ("6E", "fx"), ("GC", "metals")])
def test_every_half_day_is_leans_or_accepted(symbol: str, name: str) -> None:
    entries = json.loads((MARKET_DATA / "lean" / "market-hours-subset.json").read_text("utf-8"))["entries"]
    entry = next(entry for key, entry in entries.items() if key.endswith(f"-{symbol}"))
    theirs = {_day(text): clock for text, clock in entry["earlyCloses"].items()}
    zone = ZoneInfo(entry["exchangeTimeZone"])
    first, last = KNOWN[symbol]
    ours = {day: one.close.astimezone(zone) for day, one in days_of(name).items()}
    usual = {time(16, 0), time(16, 15)}
    early = {day for day, at in ours.items() if at.astimezone(ZoneInfo("America/Chicago")).time() not in usual}
    found = {
        (symbol, str(day))
        for day in early | theirs.keys()
        if first <= day.year <= last and theirs.get(day) != (f"{ours[day]:%H:%M:%S}" if day in ours else None)
    }
    assert found == {key for key in ACCEPTED if key[0] == symbol}
    assert not {_day(text) for text in entry["holidays"]} & ours.keys()


@needs_market_data
@pytest.mark.slow
def test_the_trade_dates_are_the_days_that_settle() -> None:
    """Daily closes of the S&P 500 future: from November 2013 to 2018 no holiday has one, and every trade date has."""
    path = MARKET_DATA / "pysystemtrade" / "SP500_multiple_prices.csv.gz"
    stamps = pd.to_datetime(pd.read_csv(path, usecols=["DATETIME"])["DATETIME"])
    settled = {at.date() for at in stamps if at.hour == 23 and date(2014, 1, 1) <= at.date() <= date(2018, 12, 31)}
    ours = {session.trade_date for session in calendar("equity_index").sessions(min(settled), max(settled))}
    assert settled - ours == set()
    # A Good Friday with the employment report, and a day of mourning, end before the stock market opens.
    assert ours - settled <= {date(2015, 4, 3), date(2018, 12, 5)} | _left_out(stamps)


@needs_market_data
@pytest.mark.parametrize(
    ("local", "name"), [("ESZ3", "equity_index"), ("ESH0", "equity_index"), ("ESM0", "equity_index"), ("6EH4", "fx")]
)
def test_real_bars_lie_between_open_and_close(local: str, name: str) -> None:
    hours = calendar(name)
    stamps = replay_bars(local)["timestamp"]
    assert hours.assign(stamps)["trade_date"].notna().all()
    for day, minutes in stamps.groupby(hours.assign(stamps)["trade_date"].to_numpy()):
        session = hours.session(day.date())
        assert session is not None
        assert session.open <= minutes.min()
        assert minutes.max() < session.close


@needs_market_data
def test_on_martin_luther_king_day_2024_fx_trades_until_four_for_the_trade_date_after() -> None:
    hours = calendar("fx")
    stamps = replay_bars("6EH4")["timestamp"]
    own = stamps[hours.assign(stamps)["trade_date"].to_numpy() == pd.Timestamp(2024, 1, 16)]
    monday = own[own < datetime(2024, 1, 15, 22, tzinfo=ZoneInfo("UTC"))]
    tuesday = own[own >= datetime(2024, 1, 15, 22, tzinfo=ZoneInfo("UTC"))]
    assert (monday.min(), monday.max()) == (pd.Timestamp("2024-01-14T23:00Z"), pd.Timestamp("2024-01-15T21:59Z"))
    assert tuesday.min() == pd.Timestamp("2024-01-15T23:00Z")


@pytest.mark.parametrize(
    ("name", "year"),
    [(name, year) for name in FUTURES for year in range(2010, 2028)]
    + [(name, year) for name in ("grains", "livestock") for year in range(2014, 2028)],
)
def test_a_year_has_the_business_days_that_the_exchange_has(name: str, year: int) -> None:
    weekdays = pd.bdate_range(f"{year}-01-01", f"{year}-12-31").date
    holidays = set(holidays_of(year)) | _closed(year, name)
    assert [s.trade_date for s in calendar(name).sessions(date(year, 1, 1), date(year, 12, 31))] == [
        day for day in weekdays if day not in holidays
    ]


def _closed(year: int, name: str) -> set[date]:
    """Christmas, New Year and Good Friday, as they are observed; the days of the employment report are not closed."""
    easter = _easter(year)
    good_friday = easter - timedelta(days=2)
    report = year in (2010, 2012, 2015, 2021, 2023, 2026) and name in ("equity_index", "fx", "rates")
    days = {_observed(date(year, 12, 25)), _observed(date(year, 1, 1))} | ({good_friday} if not report else set())
    # Of a Saturday, Christmas is observed on the Friday before; New Year is not, because it would close a year.
    days.discard(date(year, 12, 31))
    return days | ({date(2018, 12, 5)} if name == "rates" else set())


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _easter(year: int) -> date:
    golden, century = year % 19, year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = epact - (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    sunday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    shift = moon - sunday
    month = 3 + (shift + 40) // 44
    return date(year, month, shift + 28 - 31 * (month // 4))


def _left_out(stamps: Any) -> set[date]:
    """Return the weeks without any close in the file: a missing day in them proves nothing."""
    held = {at.date() for at in stamps if at.hour == 23}
    days = pd.bdate_range("2014-01-01", "2018-12-31").date
    return {day for day in days if not {day + timedelta(days=n) for n in (-3, -2, -1, 1, 2, 3)} & held}


def _day(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)
