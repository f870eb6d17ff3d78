"""The calendar files: `calendars.toml`, and a file of the user in the same form that adds to it or replaces entries."""

from __future__ import annotations

from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from g4qc_core.calendars.holidays import Holiday
from g4qc_core.errors import SettingsError, unknown
from g4qc_core.toml_entries import TomlFile
from g4qc_core.toml_lines import line_of, line_of_item

_BUILT_IN = Path(__file__).with_name("calendars.toml")
_FILE = TomlFile("calendars file", "G4QC_CALENDARS")
_OUTAGE = "outage"
_BEGINNING = date(1900, 1, 1)
_Model = TypeVar("_Model", bound=BaseModel)


Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _clock(value: object) -> object:
    if isinstance(value, int):
        raise ValueError('write a time of day in quotation marks, like "12:15"')
    return value


Clock = Annotated[time, BeforeValidator(_clock)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Erratum(_Strict):
    """Days on which the library is wrong: there was no session, or it opened or closed at another time.

    `settles` says whether the exchange settled on the day, if the calendar's `no_settlement` is wrong about it.
    """

    dates: list[date] = Field(min_length=1)
    source: str = Field(min_length=1)
    closed: bool = False
    open: Clock | None = None
    close: Clock | None = None
    settles: bool | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Erratum:
        if self.closed == any(said is not None for said in (self.open, self.close, self.settles)):
            raise ValueError("say either `closed = true`, or another `open`, `close` or `settles`")
        return self


class Era(_Strict):
    """Trade dates `first` to `last`, both included, whose full sessions closed at another time or had a pause."""

    first: date = _BEGINNING
    last: date
    source: str = Field(min_length=1)
    close: Clock | None = None
    halt: tuple[Clock, Clock] | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> Era:
        if self.last < self.first:
            raise ValueError("it ends before it begins")
        if self.halt is not None and self.halt[1] <= self.halt[0]:
            raise ValueError("the halt ends before it begins")
        return self


class Outage(_Strict):
    """A time `[start, end)` in which markets did not trade although their calendars say open."""

    calendars: list[str] = Field(min_length=1)
    start: AwareDatetime
    end: AwareDatetime
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_in_order(self) -> Outage:
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        return self


class CalendarEntry(_Strict):
    """The sessions of one product group: a calendar of the library, and the differences from it.

    Attributes:
        library: name of a calendar of pandas_market_calendars.
        timezone: time zone of the exchange, in which all times of the entry are written.
        columns: the library's column names for the open and the close of a session.
        days: weekdays that are trade dates; the library's other days are dropped.
        open: time at which every session opens; None: the library's.
        close: close of a full session.
        no_settlement: holidays on which the exchange trades but does not settle: the trading counts to the next trade
            date.
        halt: a daily pause of every session that is open around it, such as the one between the night and day trading
            of grains.
    """

    library: str
    timezone: str
    columns: tuple[str, str] = ("market_open", "market_close")
    days: list[Weekday] = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    open: Clock | None = None
    close: Clock
    no_settlement: list[Holiday] = []
    halt: tuple[Clock, Clock] | None = None
    erratum: list[Erratum] = []
    era: list[Era] = []
    outages: list[Outage] = []

    @model_validator(mode="after")
    def _zone_exists(self) -> CalendarEntry:
        try:
            ZoneInfo(self.timezone)
        except (KeyError, OSError, ValueError):
            raise ValueError(f"there is no time zone '{self.timezone}'") from None
        return self


class _Addition(_Strict):
    """Errata and eras that a user adds to an existing calendar."""

    erratum: list[Erratum] = []
    era: list[Era] = []


class _Choice:
    """The user's calendar file that this process uses."""

    path: Path | None = None


_CHOICE = _Choice()


def use_calendars(user_file: Path | None) -> None:
    """Correct the calendars of this process by `user_file` too; None: by the built-in file alone.

    Raises:
        SettingsError: the file is missing or malformed; the text names file and line.
    """
    read_calendars(user_file)
    _CHOICE.path = user_file


def chosen_file() -> Path | None:
    """Return the user's file that was passed to `use_calendars`."""
    return _CHOICE.path


def calendar_entries() -> dict[str, CalendarEntry]:
    """Return every calendar by name, with the user's file applied."""
    return read_calendars(_CHOICE.path)


@cache
def read_calendars(user_file: Path | None) -> dict[str, CalendarEntry]:
    """Return the built-in calendars, extended and replaced by those of `user_file`.

    An entry of the user's file with a `library` is a whole calendar, which is added or replaces the built-in one of
    that name. Any other entry adds its errata and eras to the calendar of that name. Outages of both files apply. If
    two errata name the same date, the user's applies.

    Raises:
        SettingsError: a file is missing or malformed; the text names file and line.
    """
    entries: dict[str, CalendarEntry] = {}
    for path in [_BUILT_IN, *([user_file] if user_file else [])]:
        entries = _apply(_Page(path), entries)
    return entries


def _apply(page: _Page, entries: dict[str, CalendarEntry]) -> dict[str, CalendarEntry]:
    entries = dict(entries)
    for name, content in page.content.items():
        if name == _OUTAGE:
            continue
        if not isinstance(content, dict):
            raise page.wrong(name, (), f"'{name}' stands outside an entry: begin one with a line like [energy]")
        if "library" in content:
            entries[name] = page.read(CalendarEntry, name, content)
        elif name not in entries:
            raise page.wrong(name, (), f"{unknown('calendar', name, entries)} A new one needs a `library`")
        else:
            added = page.read(_Addition, name, content)
            old = entries[name]
            entries[name] = old.model_copy(
                update={"erratum": [*old.erratum, *added.erratum], "era": [*old.era, *added.era]}
            )
    outages = page.content.get(_OUTAGE, [])
    for at, content in enumerate(outages if isinstance(outages, list) else [outages]):
        outage = page.read(Outage, _OUTAGE, content, at)
        for name in outage.calendars:
            if name not in entries:
                raise page.wrong(_OUTAGE, (at, "calendars"), str(unknown("calendar", name, entries)).rstrip("."))
            entries[name] = entries[name].model_copy(update={"outages": [*entries[name].outages, outage]})
    return entries


class _Page:
    """One file with its lines, for errors that name the line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text, self.content = _FILE.document(path)

    def read(self, model: type[_Model], name: str, content: object, at: int | None = None) -> _Model:
        try:
            return model.model_validate(content)
        except ValidationError as error:
            problem = error.errors()[0]
            given = "" if problem["type"] in ("missing", "value_error") else f", given {problem['input']!r}"
            text = problem["msg"].removeprefix("Value error, ")
            place = problem["loc"] if at is None else (at, *problem["loc"])
            raise self.wrong(name, place, f"{text}{given}") from None

    def wrong(self, name: str, place: tuple[int | str, ...], problem: str) -> SettingsError:
        """Return the error for the field at `place`: names of fields, numbers in arrays."""
        names = [str(part) for part in place if isinstance(part, str)]
        numbers = [part for part in place if isinstance(part, int)]
        if place and isinstance(place[0], int):
            line = line_of_item(self._text, name, place[0], names[0] if names else "")
        elif len(place) > 1 and isinstance(place[1], int):
            line = line_of_item(self._text, f"{name}.{names[0]}", numbers[0], names[1] if len(names) > 1 else "")
        else:
            line = line_of(self._text, name, names[0] if names else "")
        return SettingsError(f"{self._path}, line {line}: [{'.'.join([name, *names])}] {problem}.")
