"""Which bars in quarantine are meant: by instrument, contract, reason, session and time, all at once.

Knows criteria and how a command writes them. Must not know where bars are stored, nor what is done about them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from g4qc_core.bars.quarantine.reasons import Reason
from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, SessionCalendar, check_window
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.contracts import contract_month
from g4qc_core.sentences import counted

if TYPE_CHECKING:
    import pandas as pd

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Selection:
    """Criteria that a bar meets all of; an empty one is met by every bar.

    Attributes:
        instruments: symbols.
        contracts: contract months (YYYYMM).
        sessions: trade dates.
        first, last: first and last trade date, both included.
        start, end: starts of the first and the last bar, both included, UTC.
    """

    instruments: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    sessions: tuple[date, ...] = ()
    first: date | None = None
    last: date | None = None
    start: datetime | None = None
    end: datetime | None = None

    def __bool__(self) -> bool:
        return self != Selection()

    def check(self) -> None:
        """Raise UsageError for a malformed contract month or a reversed window."""
        for month in self.contracts:
            contract_month(month)
        if self.first is not None and self.last is not None:
            check_window(self.first, self.last)
        if self.start is not None and self.end is not None and self.end < self.start:
            raise UsageError(f"The window is reversed: it ends at {self.end}, before it begins at {self.start}.")

    @property
    def options(self) -> str:
        """The criteria as options of `g4qc quarantine`."""
        one_day = self.first is not None and self.first == self.last
        days = (*self.sessions, self.first) if one_day else self.sessions
        given: list[tuple[str, Iterable[object]]] = [
            ("instrument", self.instruments),
            ("contract", self.contracts),
            ("reason", self.reasons),
            ("session", days),
            ("from", () if one_day else (self.first,)),
            ("to", () if one_day else (self.last,)),
            ("start", [self.start and f"{self.start:%Y-%m-%dT%H:%MZ}"]),
            ("end", [self.end and f"{self.end:%Y-%m-%dT%H:%MZ}"]),
        ]
        return " ".join(f"--{name} {shlex.quote(str(one))}" for name, values in given for one in values if one)

    def command(self, verb: str = "list") -> str:
        """The command that lists exactly these bars, or decides about them with another verb."""
        return f"g4qc quarantine {verb} {self.options}".strip()

    @property
    def window(self) -> tuple[datetime | None, datetime | None]:
        """Instants between which all of these bars start, and perhaps others; None where nothing bounds them."""
        days = [*self.sessions, *filter(None, (self.first, self.last))]
        bounded_below, bounded_above = self.sessions or self.first, self.sessions or self.last
        earliest = _noon(min(days)) - LONGEST_CLOSURE if bounded_below else None
        latest = _noon(max(days)) + LONGEST_CLOSURE if bounded_above else None
        begin, final = (_within_time(instant) for instant in (self.start, self.end))
        start = max(filter(None, (earliest, begin)), default=None)
        end = min(filter(None, (latest, final and final + timedelta.resolution)), default=None)
        return start, end

    def among(self, bars: pd.DataFrame) -> pd.Series:
        """Return which of the bars of one of the instruments meet the criteria; bool, with their index.

        Args:
            bars: with at least contract, timestamp, reason and trade_date (date).
        """
        import pandas as pd

        meets = pd.Series(True, index=bars.index)
        for column, wanted in (("contract", self.contracts), ("reason", self.reasons), ("trade_date", self.sessions)):
            if wanted:
                meets &= bars[column].isin([str(one) for one in wanted] if column != "trade_date" else wanted)
        start, end = (_within_time(instant) for instant in (self.start, self.end))
        for column, first, last in (("trade_date", self.first, self.last), ("timestamp", start, end)):
            if first is not None:
                meets &= bars[column] >= first
            if last is not None:
                meets &= bars[column] <= last
        return meets.astype(bool)


def in_quarantine(count: int, bars: Selection) -> str:
    """Return that so many bars wait for a decision, with the command that lists them, as part of a sentence."""
    return f"{counted(count, 'bar waits', 'bars wait')} in quarantine: `{bars.command()}`"


def parse_reasons(names: Iterable[str]) -> tuple[Reason, ...]:
    """Return the reasons of these names, the gravest first.

    Raises:
        UsageError: one is no reason.
    """
    known = [str(reason) for reason in Reason]
    for name in names:
        if name not in known:
            raise unknown("reason", name, known)
    return tuple(reason for reason in Reason if reason in set(names))


def trade_dates(timestamps: pd.Series, sessions: SessionCalendar) -> list[date]:
    """Return the trade date that each bar counts to: outside every session, that of the last session before it."""
    if timestamps.empty:
        return []
    import numpy as np

    minute = timedelta(minutes=1)
    first, last = timestamps.min().to_pydatetime(), timestamps.max().to_pydatetime()
    known = sessions.sessions_between(first - LONGEST_CLOSURE, last + minute)
    opens = np.array([session.open.timestamp() for session in known])
    instants = np.array([instant.timestamp() for instant in timestamps]) + minute.total_seconds()
    at = np.searchsorted(opens, instants, side="left") - 1
    return [known[n].trade_date if n >= 0 else day.date() for n, day in zip(at, timestamps, strict=True)]


def by_gravity(bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars with the gravest reason first, those of one reason by contract and time."""
    ranks = bars["reason"].map({str(reason): reason.rank for reason in Reason})
    order = ["rank", "contract", "timestamp"]
    return bars.assign(rank=ranks).sort_values(order, kind="stable").drop(columns="rank").reset_index(drop=True)


def _noon(day: date) -> datetime:
    return datetime.combine(min(max(day, _EARLIEST.date()), _LATEST.date()), time(12), UTC)


def _within_time(instant: datetime | None) -> datetime | None:
    """Return the instant, or the nearest one at which there can be bars."""
    return instant and min(max(instant, _EARLIEST), _LATEST)
