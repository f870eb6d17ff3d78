"""Sessions in a row with the same verdict, summed up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import numpy as np

from g4qc_core.sentences import counted
from g4qc_core.sources.comparison.difference_words import difference_words
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict

_HOUR = 60
_NEAR = timedelta(days=4)
_CLOCKS = ("America/New_York", "Europe/London")
_CLOCK_FAULTS = (SourceVerdict.CLOCK, SourceVerdict.LABEL)


@dataclass(frozen=True)
class VerdictRun:
    """Sessions of a contract in a row that differ in the same way, or that all agree.

    Attributes:
        contract: month of the contract.
        first: trade date of its first session.
        last: of its last one.
        sessions: number of sessions.
        summed: figures of all sessions together; its trade date is the first.
        daylight_saving: True if it begins or ends when clocks change, and another run is beside it there.
    """

    contract: str
    first: date
    last: date
    sessions: int
    summed: SessionDifference
    daylight_saving: bool

    def words(self, first: str, second: str) -> str:
        """Return what the run is, in sentences with the names of the sources."""
        sessions = counted(self.sessions, "session")
        days = (
            f"From {self.first} to {self.last} ({sessions}):" if self.sessions > 1 else f"On {self.first} ({sessions}):"
        )
        return " ".join([days, *self._cause(), difference_words(self.summed, first, second)])

    def _cause(self) -> Iterator[str]:
        if self.summed.verdict is not SourceVerdict.CLOCK:
            return
        if self.daylight_saving:
            yield "Daylight saving:"
        elif self.summed.shift % _HOUR == 0:
            yield "Time zone:"


def verdict_runs(contract: str, found: Sequence[SessionDifference]) -> list[VerdictRun]:
    """Return the runs of a contract's sessions.

    Args:
        contract: month of the contract.
        found: its sessions by trade date.
    """
    groups = [list(group) for _, group in groupby(found, _likeness)]
    runs = []
    for number, group in enumerate(groups):
        edges = [group[0].trade_date] if number else []
        edges += [group[-1].trade_date] if number + 1 < len(groups) else []
        summed = _summed(group)
        saving = abs(summed.shift) == _HOUR and any(map(_near_a_change, edges))
        runs.append(VerdictRun(contract, group[0].trade_date, group[-1].trade_date, len(group), summed, saving))
    return runs


def _likeness(found: SessionDifference) -> tuple[object, ...]:
    if found.agrees:
        return (True,)
    side = Side.NEITHER if found.verdict in _CLOCK_FAULTS else found.side
    return (False, found.verdict, found.shift, found.grid, side)


def _summed(group: Sequence[SessionDifference]) -> SessionDifference:
    gravest = max(group, key=lambda one: one.verdict.gravity)
    sides = [one.side for one in group if one.verdict is gravest.verdict and one.side]
    names = ("shared", "only_first", "only_second", "differing", "beyond", "volume_first", "volume_second",
             "differing_volumes")  # fmt: skip
    sums = {name: sum(getattr(one, name) for one in group) for name in names}
    opened, high, low, close = np.sum([one.prices for one in group], axis=0).tolist()
    largest_open, largest_high, largest_low, largest_close = np.max([one.largest for one in group], axis=0).tolist()
    return replace(
        gravest,
        **sums,
        trade_date=group[0].trade_date,
        side=max(sorted(set(sides)), key=sides.count, default=Side.NEITHER),
        agrees=group[0].agrees,
        prices=(opened, high, low, close),
        largest=(largest_open, largest_high, largest_low, largest_close),
        points=float(np.median([one.points for one in group])),
        factor=float(np.median([one.factor for one in group])),
    )


def _near_a_change(day: date) -> bool:
    return any(
        abs(day - change) <= _NEAR for year in (day.year - 1, day.year, day.year + 1) for change in _changes(year)
    )


@cache
def _changes(year: int) -> tuple[date, ...]:
    """Return the days of a year on which clocks change in America or Europe."""
    return tuple(day for name in _CLOCKS for day in _changes_of(ZoneInfo(name), year))


def _changes_of(zone: ZoneInfo, year: int) -> Iterable[date]:
    noons = [datetime(year, 1, 1, 12, tzinfo=zone) + timedelta(days=number) for number in range(365)]
    return [after.date() for before, after in pairwise(noons) if before.utcoffset() != after.utcoffset()]
