from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from g4qc_core.calendars.calendar_file import chosen_file, read_calendars, use_calendars
from g4qc_core.calendars.session_calendar import calendar, calendar_names, calendar_of
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.settings import load_settings

CHICAGO = ZoneInfo("America/Chicago")
BUILT_IN = read_calendars(None)

ERRATUM = """
[[equity_index.erratum]]
dates = [2026-03-03]
close = "10:00"
source = "a notice"
"""
OUTAGE = """
[[outage]]
calendars = ["fx"]
start = 2026-03-03T10:00:00-06:00
end = 2026-03-03T11:00:00-06:00
source = "a notice"
"""
OWN = """
[lunch]
library = "CME Globex Equity"
timezone = "America/Chicago"
close = "16:00"

[[lunch.era]]
last = 2030-01-01
halt = ["12:00", "12:30"]
source = "the cook"
"""


@pytest.fixture(autouse=True)
def _calendars_as_before() -> Iterator[None]:
    before = chosen_file()
    yield
    use_calendars(before)


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", calendar_names())
def test_everything_that_differs_from_the_library_has_a_source(name: str) -> None:
    entry = BUILT_IN[name]
    assert all(len(said.source) > 20 for said in (*entry.erratum, *entry.era, *entry.outages))


def test_a_users_erratum_is_added_and_wins(tmp_path: Path) -> None:
    again = ERRATUM.replace("2026-03-03", "2025-01-09, 2026-03-03")
    mine = calendar_of("equity_index", written(tmp_path, again))
    for day in (date(2025, 1, 9), date(2026, 3, 3)):
        session = mine.session(day)
        assert session is not None
        assert session.close.astimezone(CHICAGO).strftime("%H:%M") == "10:00"
    assert mine.session(date(2024, 3, 29)) is None
    assert mine.session(date(2026, 3, 4)) == calendar_of("equity_index", None).session(date(2026, 3, 4))


def test_an_erratum_may_add_a_session_that_the_library_lacks(tmp_path: Path) -> None:
    session = calendar_of("equity_index", written(tmp_path, ERRATUM.replace("03-03", "12-25"))).session(
        date(2026, 12, 25)
    )
    assert session is not None
    assert session.open.astimezone(CHICAGO) == datetime(2026, 12, 24, 17, tzinfo=CHICAGO)
    assert session.close.astimezone(CHICAGO) == datetime(2026, 12, 25, 10, tzinfo=CHICAGO)


def test_a_session_may_open_late_or_be_called_off(tmp_path: Path) -> None:
    late = ERRATUM.replace("close", "open").replace("10:00", "18:30")
    session = calendar_of("equity_index", written(tmp_path, late)).session(date(2026, 3, 3))
    assert session is not None
    assert session.open.astimezone(CHICAGO) == datetime(2026, 3, 2, 18, 30, tzinfo=CHICAGO)
    off = ERRATUM.replace('close = "10:00"', "closed = true")
    path = tmp_path / "off.toml"
    path.write_text(off, "utf-8")
    assert calendar_of("equity_index", path).session(date(2026, 3, 3)) is None


def test_an_outage_takes_minutes_from_its_markets_and_not_hours_from_their_sessions(tmp_path: Path) -> None:
    path = written(tmp_path, OUTAGE)
    plain, mine = (calendar_of("fx", file).session(date(2026, 3, 3)) for file in (None, path))
    assert plain is not None
    assert mine is not None
    assert (mine.open, mine.close) == (plain.open, plain.close)
    assert mine.outages == ((datetime(2026, 3, 3, 16, tzinfo=UTC), datetime(2026, 3, 3, 17, tzinfo=UTC)),)
    assert plain.length - mine.length == 60
    equity = (calendar_of("equity_index", file).session(date(2026, 3, 3)) for file in (None, path))
    assert len(set(equity)) == 1


def test_a_file_may_bring_a_calendar_or_replace_one(tmp_path: Path) -> None:
    session = calendar_of("lunch", written(tmp_path, OWN)).session(date(2026, 3, 3))
    assert session is not None
    assert session.length == 1350
    path = tmp_path / "replaced.toml"
    path.write_text(OWN.replace("lunch", "equity_index"), "utf-8")
    replaced = calendar_of("equity_index", path)
    assert replaced.session(date(2024, 3, 29)) is not None
    assert calendar_of("equity_index", None).session(date(2024, 3, 29)) is None


def test_the_settings_choose_the_calendars_of_the_process(tmp_path: Path) -> None:
    load_settings(calendars=written(tmp_path, OWN + ERRATUM))
    assert "lunch" in calendar_names()
    assert calendar("equity_index").session(date(2026, 3, 3)) != calendar_of("equity_index", None).session(
        date(2026, 3, 3)
    )
    load_settings(calendars=None)
    assert "lunch" not in calendar_names()
    with pytest.raises(UsageError, match="calendar"):
        calendar("lunch")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (ERRATUM.replace('"10:00"', '"25:00"'), 4, "[equity_index.erratum.close]"),
        (ERRATUM.replace('"10:00"', "1000"), 4, "write a time of day in quotation marks"),
        (ERRATUM.replace("2026-03-03", '"soon"'), 3, "[equity_index.erratum.dates]"),
        (ERRATUM.replace('source = "a notice"', ""), 2, "[equity_index.erratum.source] Field required"),
        (ERRATUM.replace('close = "10:00"', ""), 2, "say either `closed = true`"),
        (ERRATUM + "closed = true\n", 2, "say either `closed = true`"),
        (ERRATUM + ERRATUM.replace('"10:00"', '"late"'), 9, "[equity_index.erratum.close]"),
        (ERRATUM.replace("equity_index", "equity"), 2, "did you mean 'equity_index'"),
        (OUTAGE.replace("-06:00", ""), 4, "[outage.start]"),
        (OUTAGE.replace("T11", "T09"), 2, "it ends before it begins"),
        (OUTAGE + OUTAGE.replace('"fx"', '"fxx"'), 9, "did you mean 'fx'"),
        (OWN.replace("America/Chicago", "America/Gotham"), 2, "there is no time zone 'America/Gotham'"),
        (OWN.replace('"12:30"', '"11:30"'), 7, "the halt ends before it begins"),
        (OWN + "colour = 1\n", 11, "[lunch.era.colour]"),
        ("lunch = 1\n", 1, "'lunch' stands outside an entry"),
    ],
)
def test_a_malformed_file_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = written(tmp_path, text)
    for read in (read_calendars, use_calendars):
        with pytest.raises(SettingsError) as error:
            read(path)
        assert str(error.value).startswith(f"{path}, line {line}: ")
        assert says in str(error.value)
        assert "\n" not in str(error.value)


def test_a_bad_file_leaves_the_process_with_the_calendars_it_had(tmp_path: Path) -> None:
    use_calendars(None)
    with pytest.raises(SettingsError, match="is not TOML"):
        use_calendars(written(tmp_path, "[lunch\n"))
    with pytest.raises(SettingsError, match=r"absent\.toml does not exist: check G4QC_CALENDARS"):
        use_calendars(tmp_path / "absent.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        use_calendars(tmp_path)
    assert chosen_file() is None
    assert calendar("fx").session(date(2026, 3, 3)) is not None


def test_a_calendar_that_the_library_lacks_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, OWN.replace("CME Globex Equity", "CME Globex Equities"))
    with pytest.raises(SettingsError, match="did you mean 'CME Globex Equity'"):
        calendar_of("lunch", path).session(date(2026, 3, 3))


def test_the_file_in_the_manual_can_be_read(tmp_path: Path) -> None:
    manual = Path(__file__).resolve().parents[2] / "docs" / "calendars.md"
    text = manual.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    entries = read_calendars(written(tmp_path, text))
    assert entries["crypto"].library == "CME Globex Crypto"
    session = calendar_of("equity_index", tmp_path / "mine.toml").session(date(2027, 3, 2))
    assert session is not None
    assert len(session.outages) == 1
    assert calendar_of("crypto", tmp_path / "mine.toml").sessions(date(2027, 3, 1), date(2027, 3, 5))
