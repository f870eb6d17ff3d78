"""An instant is the same in every form and zone of the gateway, and in every zone of this host."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import UnreadableAnswer
from g4qc_core.ib.times import day, instant
from g4qc_core.ib.zones import zone_of

CHICAGO = ZoneInfo("America/Chicago")
MORNING = datetime(2025, 12, 19, 14, 30, tzinfo=UTC)

NAMES = {
    "US/Central": "America/Chicago",
    "CST": "America/Chicago",
    "CST (Central Standard Time)": "America/Chicago",
    "Central Standard Time": "America/Chicago",
    "Central Daylight Time": "America/Chicago",
    "Central Standard Time (Mexico)": "America/Mexico_City",
    "EST": "America/New_York",
    "Eastern Standard Time": "America/New_York",
    "US/Pacific": "America/Los_Angeles",
    "Pacific Standard Time": "America/Los_Angeles",
    "MET": "Europe/Berlin",
    "Central European Time": "Europe/Berlin",
    "Central European Summer Time": "Europe/Berlin",
    "W. Europe Standard Time": "Europe/Berlin",
    "GMT Standard Time": "Europe/London",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Japan Standard Time": "Asia/Tokyo",
    "Asia/Kolkata": "Asia/Kolkata",
    "Australia/Lord_Howe": "Australia/Lord_Howe",
    "europe/london": "Europe/London",
    "UTC": "UTC",
    "GMT": "UTC",
}

instants = st.integers(10**9, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
names = st.sampled_from(list(NAMES))


@pytest.fixture(autouse=True, params=["UTC", "Pacific/Apia"])
def host(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def ambiguous(moment: datetime, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@pytest.mark.parametrize(("name", "place"), NAMES.items())
def test_a_name_stands_for_a_place_in_winter_and_in_summer(name: str, place: str) -> None:
    zone, expected = zone_of(name), ZoneInfo(place)
    assert zone is not None
    for month in (1, 7):
        at = datetime(2025, month, 15, 12, tzinfo=UTC)
        assert at.astimezone(zone).utcoffset() == at.astimezone(expected).utcoffset()


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "Hora central", "IST", "../etc/passwd", "GMT+99"])
def test_a_name_that_is_not_known_is_no_zone(name: str) -> None:
    assert zone_of(name) is None


@given(instants)
def test_forms_in_utc(moment: datetime) -> None:
    assert instant(str(int(moment.timestamp()))) == moment
    assert instant(f"{moment:%Y%m%d-%H:%M:%S}") == moment
    # A zone given elsewhere has no effect on a text with its own zone.
    assert instant(f"{moment:%Y%m%d-%H:%M:%S}", CHICAGO) == moment
    assert instant(f"{moment:%Y%m%d %H:%M:%S} UTC", CHICAGO) == moment


@given(instants, names, st.sampled_from([" ", "  "]))
def test_a_zone_in_the_text_counts_before_any_other(moment: datetime, name: str, gap: str) -> None:
    zone = ZoneInfo(NAMES[name])
    text = f"{moment.astimezone(zone):%Y%m%d}{gap}{moment.astimezone(zone):%H:%M:%S} {name}"
    local = moment.astimezone(zone)
    other = local.replace(fold=1 - local.fold)
    if local.tzname() == name or local.utcoffset() == other.utcoffset():
        assert instant(text) == instant(text, CHICAGO) == moment
    elif other.tzname() == name:
        # `CST` selects one of the two hours.
        assert instant(text) == other.astimezone(UTC)
    else:
        with pytest.raises(UnreadableAnswer, match="happens twice"):
            instant(text)


@given(instants, st.sampled_from(sorted(set(NAMES.values()))))
def test_a_text_without_a_zone_is_in_the_one_that_is_told_elsewhere(moment: datetime, place: str) -> None:
    zone = ZoneInfo(place)
    local = moment.astimezone(zone)
    if ambiguous(moment, zone):
        return
    assert instant(f"{local:%Y%m%d  %H:%M:%S}", zone) == moment
    assert instant(f"{local:%Y%m%d %H:%M}", zone) == moment.replace(second=0)
    assert instant(f"{local:%Y%m%d-%H:%M:%S}", dashed=zone) == moment
    with pytest.raises(UnreadableAnswer, match="names no time zone"):
        instant(f"{local:%Y%m%d %H:%M:%S}")


@given(instants, st.integers(-14, 14))
def test_an_offset_is_a_zone(moment: datetime, hours: int) -> None:
    local = moment + timedelta(hours=hours)
    assert instant(f"{local:%Y%m%d %H:%M:%S} GMT{hours:+03d}:00") == moment
    assert instant(f"{local:%Y%m%d-%H:%M:%S}{hours:+03d}00") == moment


@pytest.mark.parametrize(
    "text",
    [
        "20251219 08:30 US/Central",
        "20251219 08:30:00 CST",
        "20251219 06:30:00 US/Pacific",
        "20251219-14:30:00",
        "20251219 8:30",
        " 20251219  08:30:00 ",
        "1766154600",
    ],
)
def test_every_form_of_one_morning(text: str) -> None:
    assert instant(text, CHICAGO) == MORNING


def test_an_hour_that_is_there_twice_is_told_apart_by_its_season_or_by_whoever_asks() -> None:
    first, second = (datetime(2025, 11, 2, hour, 30, tzinfo=UTC) for hour in (6, 7))
    assert [instant(f"20251102 01:30:00 {name}") for name in ("CDT", "CST")] == [first, second]
    assert [instant("20251102 01:30:00", CHICAGO, fold=fold) for fold in (0, 1)] == [first, second]
    with pytest.raises(UnreadableAnswer, match="'20251102 01:30:00 US/Central', a time that happens twice"):
        instant("20251102 01:30:00 US/Central")


def test_an_hour_that_clocks_leave_out_is_refused() -> None:
    with pytest.raises(UnreadableAnswer, match="does not exist in America/Chicago"):
        instant("20260308 02:30:00 US/Central")
    assert instant("20260308 03:30:00 US/Central") == datetime(2026, 3, 8, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "soon", "20251319", "20251219 25:00:00", "20251219 08:61", "2025-12-19", "9" * 30, "1766154600000"],
)
def test_what_is_no_time_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        instant(text, CHICAGO)
    assert f"'{text}'" in str(caught.value)


@given(st.text())
def test_any_text_is_an_instant_or_a_typed_error(text: str) -> None:
    with contextlib.suppress(UnreadableAnswer):
        assert instant(text, CHICAGO).tzinfo is UTC


def test_a_date_stands_at_the_beginning_of_a_text() -> None:
    assert [day(text) for text in ("20251219", "20251219 08:30 CST", "20251219-14:30:00")] == [date(2025, 12, 19)] * 3
    with pytest.raises(UnreadableAnswer, match="'202512', which is no date"):
        day("202512")
