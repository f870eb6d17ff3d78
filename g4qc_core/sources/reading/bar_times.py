"""Times of a file as instants: starts of bars in UTC, by the formats, the zone and the label of a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from g4qc_core.errors import UsageError
from g4qc_core.sources.profiles.file_profile import DAY_MILLISECONDS, EPOCHS, ISO, FileProfile
from g4qc_core.sources.profiles.file_zone import FileZone

MINUTE = 60_000_000
"""Microseconds of a minute."""

DAY = 86_400_000_000
"""Microseconds of a day."""

_CHANGES = -(2**62)
_OFFSET = r"(Z|[+-]\d{2}:?\d{2})\s*$"
_US = pa.timestamp("us")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_UTC = pa.timestamp("us", "UTC")


@dataclass(frozen=True)
class BarTimes:
    """Starts of bars.

    Attributes:
        starts: microseconds since 1970, UTC (int64); meaningless where `readable` is False.
        readable: False for times that are written in another way.
        skipped: False, or True for times that do not exist in the zone.
        doubled: True for times that occur twice in the zone; the first is taken.
        said: True if the file itself says the offset of its times from UTC.
    """

    starts: np.ndarray
    readable: np.ndarray
    skipped: np.ndarray
    doubled: np.ndarray
    said: bool


def bar_times(columns: Mapping[str, pa.Array], profile: FileProfile, day: date | None) -> BarTimes:
    """Return the starts of the bars of a block.

    Args:
        columns: the block's columns, `timestamp` or `date` and `time` among them.
        profile: how times are written.
        day: the date in the file's name.

    Raises:
        UsageError: times count from a date that the file's name does not have.
    """
    local, known = _written(columns, profile, day)
    if known:
        starts, readable, skipped, doubled = *_numbers(local), None, None
    else:
        starts, readable, skipped, doubled = to_utc(local, profile.file_zone)
    if profile.label == "end":
        starts = starts - MINUTE
    nothing = np.zeros(len(starts), bool)
    return BarTimes(
        starts, readable, nothing if skipped is None else skipped, nothing if doubled is None else doubled, known
    )


def to_utc(local: pa.Array, zone: FileZone) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Return local times (timestamp[us], nulls for unreadable ones) as microseconds, UTC.

    Returns:
        The instants, and masks: readable, not in the zone (None: none), twice in the zone (None: none).
    """
    if zone.shift:
        local = pc.subtract(local, pa.scalar(zone.shift, pa.duration("us")))
    if zone.fixed:
        return *_numbers(local), None, None
    numbers, readable = _numbers(local)
    days, places = _runs(numbers // DAY)
    offsets = _offsets(days, zone)
    clear = (offsets != _CHANGES)[places]
    if clear.all():
        return numbers - offsets[places], readable, None, None
    instants, skipped, doubled = numbers - offsets[places], np.zeros(len(numbers), bool), np.zeros(len(numbers), bool)
    others = np.flatnonzero(~clear)
    found = _of_changing_days(local.take(pa.array(others)), zone)
    instants[others], skipped[others], doubled[others] = found
    return instants, readable, skipped & readable, doubled & readable


def _runs(days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first of each run of equal numbers, and for every number the place of its run."""
    new = np.diff(days, prepend=days[:1] - 1) != 0
    return days[new], np.cumsum(new) - 1


def _offsets(days: np.ndarray, zone: FileZone) -> np.ndarray:
    """Return how far the zone's clock is ahead of UTC on each day (microseconds), `_CHANGES` if it changes on it.

    No zone has changed its clock twice on one day, so that a day whose first and last moment have the same offset has
    no other.
    """
    edges = np.concatenate([days, days + 1]) * DAY
    local = pa.array(edges).cast(_US)
    first, last = (
        edges - _numbers(pc.assume_timezone(local, zone.name, ambiguous=which, nonexistent="earliest"))[0]
        for which in ("earliest", "latest")
    )
    begin, end = first[: len(days)], first[len(days) :]
    same = (begin == end) & (begin == last[: len(days)]) & (end == last[len(days) :])
    return np.where(same, begin, _CHANGES)


def _of_changing_days(local: pa.Array, zone: FileZone) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the instants, a mask of the times that the zone skips, and a mask of those that it has twice."""
    first = pc.assume_timezone(local, zone.name, ambiguous="earliest", nonexistent="earliest")
    instants, _ = _numbers(first)
    numbers, _ = _numbers(local)
    back, _ = _numbers(pc.local_timestamp(first))
    later, _ = _numbers(pc.assume_timezone(local, zone.name, ambiguous="latest", nonexistent="earliest"))
    return instants, back != numbers, later != instants


def _written(columns: Mapping[str, pa.Array], profile: FileProfile, day: date | None) -> tuple[pa.Array, bool]:
    """Return the times as they are written, as timestamps, and whether they are instants already."""
    if profile.form == "scid":
        return columns["timestamp"].cast(_US), True
    if "date" in columns:
        return _dated(columns["date"], columns["time"], profile), False
    column = columns["timestamp"]
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz), safe=False), column.type.tz is not None
    if profile.time == DAY_MILLISECONDS:
        if day is None:
            raise UsageError("Times count from midnight, and the file's name has no date: give the file its own name.")
        begun = int(np.datetime64(day, "us").astype(np.int64))
        return pc.add(pc.multiply(_integers(column), 1000), begun).cast(_US), False
    if profile.time in EPOCHS:
        unit, numbers = EPOCHS[profile.time], _integers(column)
        return (pc.multiply(numbers, unit) if unit > 0 else pc.divide(numbers, -unit)).cast(_US), True
    return _parsed(column, profile.time)


def _integers(column: pa.Array) -> pa.Array:
    if pa.types.is_integer(column.type):
        return column.cast(pa.int64())
    good = pc.match_substring_regex(column, r"^\s*\d+\s*$")
    return pc.if_else(good, pc.utf8_trim_whitespace(column), None).cast(pa.int64())


def _parsed(texts: pa.Array, form: str) -> tuple[pa.Array, bool]:
    """Return texts as timestamps, null where they are written in another way, and whether they name their offset."""
    if form != ISO:
        return pc.strptime(texts, format=form, unit="us", error_is_null=True), False
    zoned = len(texts) > 0 and bool(pc.match_substring_regex(texts.slice(0, 1), _OFFSET)[0].as_py())
    wanted = pa.timestamp("ns", "UTC") if zoned else pa.timestamp("ns")
    try:
        found = texts.cast(wanted)
    except pa.ArrowInvalid:
        found = pa.array([_one(text.as_py(), zoned) for text in texts], wanted)
    return found.cast(_UTC if zoned else _US, safe=False), zoned


def _one(text: str, zoned: bool) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if (found.tzinfo is not None) == zoned else None


def _dated(dates: pa.Array, times: pa.Array, profile: FileProfile) -> pa.Array:
    """Return date and time of day in columns of their own as timestamps; both repeat, so each is read once."""
    days = _distinct(dates, lambda text: datetime.strptime(text, profile.date) - _EPOCH)  # noqa: DTZ007
    clock = _distinct(times, lambda text: _clock(text, profile.time))
    return pc.add(days, clock).cast(_US)


def _distinct(texts: pa.Array, read: Callable[[str], timedelta]) -> pa.Array:
    found = texts.dictionary_encode()
    values: list[int | None] = []
    for text in found.dictionary:
        try:
            values.append(read(text.as_py().strip()) // timedelta(microseconds=1))
        except ValueError:
            values.append(None)
    return pa.array(values, pa.int64()).take(found.indices)


def _clock(text: str, form: str) -> timedelta:
    # Parts of a second do not matter for bars of a minute, and not every file has them.
    moment = datetime.strptime(text.partition(".")[0], form)  # noqa: DTZ007
    return moment - moment.replace(hour=0, minute=0, second=0)


def _numbers(times: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    readable = times.is_valid().to_numpy(zero_copy_only=False)
    plain = times.cast(pa.timestamp("us", times.type.tz)).cast(pa.int64())
    return pc.fill_null(plain, 0).to_numpy(zero_copy_only=False), readable
