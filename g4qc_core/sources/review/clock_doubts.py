"""Doubts about the clock of a file: another time zone, or a label at the other end of the bar.

Both are measured by the session calendar. With the wrong zone, bars fall into the daily break; with the wrong label,
every session has a bar at its close and none at its open, or one before its open and none in its last minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from g4qc_core.calendars.session import instant_of
from g4qc_core.calendars.session_calendar import SessionCalendar
from g4qc_core.sentences import counted
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.file_zone import FileZone
from g4qc_core.sources.reading.bar_times import MINUTE, to_utc
from g4qc_core.sources.review.grave_doubt import GraveDoubt

WEEKS = 40
"""Weeks whose bars are looked at, spread over the whole file."""

ZONES = (
    *("UTC", "America/New_York", "America/Chicago", "Europe/London", "Europe/Berlin", "America/New_York+7"),
    *("UTC-05", "UTC-06", "UTC+01", "UTC+02", "UTC+03", "Asia/Tokyo", "Asia/Singapore"),
)
"""Zones that are tried beside the profile's and the exchange's own."""

_DOUBTFUL = 0.003  # share of bars outside every session: a tenth of the least shift, of five minutes in a day
_BETTER = 0.34
_AS_WELL = 0.0005
_EDGES = 0.5
_FEWEST = 3
_MOST_NAMED = 4


@dataclass(frozen=True)
class ZoneFit:
    """How well bars fit the sessions if their times are read in a zone: the share of bars outside every session."""

    zone: str
    outside: float


@dataclass(frozen=True)
class LabelFit:
    """Bars at the edges of trading.

    Attributes:
        edges: trading intervals with bars on both of their ends, within two minutes.
        at_open: of these, with a bar in the first minute.
        before_open: with a bar one minute before it.
        last_minute: with a bar in the last minute.
        at_close: with a bar one minute after it.
    """

    edges: int
    at_open: int
    before_open: int
    last_minute: int
    at_close: int

    def doubt(self, label: str) -> str:
        """Return a sentence if the bars seem to have the other label; else an empty text."""
        if self.edges < _FEWEST:
            return ""
        most, edges = self.edges * _EDGES, counted(self.edges, "session")
        if self.at_close > most and self.at_open < self.edges - most:
            what = (
                f"in {self.at_close:,} of {edges} a bar begins at the close, and only in "
                f"{self.at_open:,} one at the open"
            )
        elif self.before_open > most and self.last_minute < self.edges - most:
            what = (
                f"in {self.before_open:,} of {edges} a bar begins one minute before the open, and only "
                f"in {self.last_minute:,} one in the last minute"
            )
        else:
            return ""
        other = "end" if label == "start" else "start"
        return f"The label may be the {other} of the bar, not the {label}: {what}."


def clock_doubts(minutes: np.ndarray, profile: FileProfile, hours: SessionCalendar, zone_is_said: bool) -> list[str]:
    """Return the doubts about zone and label, as sentences with their figures.

    Args:
        minutes: minutes since 1970 in which bars begin as the profile reads them, UTC, ascending.
        profile: how the file is read.
        hours: of the instrument.
        zone_is_said: True if times of the file name their offset, so that there is no zone to doubt.
    """
    if not len(minutes):
        return []
    local = _local(minutes, profile.file_zone)
    own, *others = zone_fits(minutes, profile, hours)
    others.sort(key=lambda fit: fit.outside)
    best = others[0] if others else own
    doubts: list[str] = []
    if own.outside > _DOUBTFUL and best.outside < own.outside * _BETTER:
        doubts.append(
            GraveDoubt(
                f"The zone may be {best.zone}, not {own.zone}: {own.outside:.2%} of the bars lie outside every "
                f"session, and {best.outside:.2%} would if it were {best.zone}."
            )
        )
        minutes = np.sort(_read_in(local, best.zone))
    elif not zone_is_said and own.outside <= _DOUBTFUL:
        doubts += _undecided(own, others)
    label = label_fit(minutes, hours).doubt(profile.label)
    return [*doubts, *([GraveDoubt(label)] if label else [])]


def _undecided(own: ZoneFit, others: Sequence[ZoneFit]) -> list[str]:
    equal = [fit.zone for fit in others if fit.outside <= max(own.outside * 1.5, _AS_WELL)]
    if not equal:
        return []
    named = ", ".join(equal[:_MOST_NAMED]) + (" and others" if len(equal) > _MOST_NAMED else "")
    return [
        f"The bars cannot tell whether the zone is {own.zone}: {own.outside:.2%} of them lie outside every session, "
        f"and no more would if it were {named}."
    ]


def zone_fits(minutes: np.ndarray, profile: FileProfile, hours: SessionCalendar) -> list[ZoneFit]:
    """Return the fits: first that of the profile's zone, then those of zones that would give other instants."""
    own = profile.file_zone
    local = _local(minutes, own)
    intervals = _intervals(hours, minutes)
    fits = [ZoneFit(str(own), _outside(minutes, intervals))]
    for name in dict.fromkeys((hours.timezone.key, *ZONES)):
        read = _read_in(local, name)
        if not np.array_equal(read, minutes):
            fits.append(ZoneFit(name, _outside(read, intervals)))
    return fits


def label_fit(minutes: np.ndarray, hours: SessionCalendar) -> LabelFit:
    """Count the bars at the edges of trading intervals."""
    opens, closes = _intervals(hours, minutes)

    def there(moments: np.ndarray) -> np.ndarray:
        at = np.searchsorted(minutes, moments)
        found = at < len(minutes)
        found[found] = minutes[at[found]] == moments[found]
        return found

    before, first, second = (there(opens + shift) for shift in (-1, 0, 1))
    next_to_last, last, after = (there(closes + shift) for shift in (-2, -1, 0))
    edges = (before | first | second) & (next_to_last | last | after)
    counts = [int((mask & edges).sum()) for mask in (first, before, last, after)]
    return LabelFit(int(edges.sum()), *counts)


def _local(minutes: np.ndarray, zone: FileZone) -> pa.Array:
    """Return what the file's clock showed at these instants."""
    instants = pa.array(minutes * MINUTE).cast(pa.timestamp("us", "UTC"))
    shown = pc.local_timestamp(instants.cast(pa.timestamp("us", zone.name)))
    return pc.add(shown, pa.scalar(zone.shift, pa.duration("us"))) if zone.shift else shown


def _read_in(local: pa.Array, zone: str) -> np.ndarray:
    """Return the minutes since 1970, UTC, if the clock is that of a zone."""
    instants, _, _, _ = to_utc(local, FileZone.parse(zone))
    return instants // MINUTE


def _intervals(hours: SessionCalendar, minutes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return opens and closes of the trading intervals around the minutes, as minutes since 1970.

    The margin is more than two zones can be apart.
    """
    first, last = (datetime.fromtimestamp(int(edge) * 60, UTC) for edge in (minutes.min(), minutes.max()))
    margin = timedelta(days=2)
    sessions = hours.sessions_between(first - margin, last + margin)
    spans = [span for session in sessions for span in session.intervals]
    return _minutes([span[0] for span in spans]), _minutes([span[1] for span in spans])


def _minutes(moments: Sequence[datetime]) -> np.ndarray:
    edges = np.array([instant_of(moment) for moment in moments], "datetime64[us]")
    return edges.astype("datetime64[m]").astype(np.int64)


def _outside(minutes: np.ndarray, intervals: tuple[np.ndarray, np.ndarray]) -> float:
    opens, closes = intervals
    if not len(opens):
        return 1.0
    at = np.searchsorted(opens, minutes, side="right") - 1
    inside = (at >= 0) & (minutes < closes[at])
    return float((~inside).mean())
