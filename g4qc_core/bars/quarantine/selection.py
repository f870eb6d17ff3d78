"""Which quarantined bars a command is about: by key, or by instrument, contract, reason, session and time.

The key of a bar is its instrument, contract month and start in UTC, like `ES/202612/2026-10-05T13:30Z`. The key of a
run of bars has the first and the last start: `ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z`. A time without a zone
is UTC, too.
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
from g4qc_core.instruments.registry import Registry, contract_month
from g4qc_core.sentences import counted

if TYPE_CHECKING:
    import pandas as pd

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Selection:
    """Criteria; a selected bar meets all of them, and an empty selection selects every bar.

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
        """Return the command that lists exactly these bars, or decides about them with another verb."""
        return f"g4qc quarantine {verb} {self.options}".strip()

    @property
    def window(self) -> tuple[datetime | None, datetime | None]:
        """Instants between which all selected bars start, and perhaps others; None for an open end."""
        days = [*self.sessions, *filter(None, (self.first, self.last))]
        bounded_below, bounded_above = self.sessions or self.first, self.sessions or self.last
        earliest = _noon(min(days)) - LONGEST_CLOSURE if bounded_below else None
        latest = _noon(max(days)) + LONGEST_CLOSURE if bounded_above else None
        begin, final = (_within_time(instant) for instant in (self.start, self.end))
        start = max(filter(None, (earliest, begin)), default=None)
        end = min(filter(None, (latest, final and final + timedelta.resolution)), default=None)
        return start, end

    def matches(self, bars: pd.DataFrame) -> pd.Series:
        """Return a mask (bool, with the index of `bars`) of the bars that meet the criteria.

        Args:
            bars: of one of the instruments, with at least contract, timestamp, reason and trade_date (date).
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
    """Return part of a sentence: the number of bars that wait for a decision, and the command that lists them."""
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
    """Return the trade date of each bar; a bar outside every session gets that of the last session before it."""
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


_EXAMPLE = "ES/202612/2026-10-05T13:30Z"


@dataclass(frozen=True)
class BarKey:
    """Bars of a contract that start from `first` to `last`, both included, UTC; equal for one bar."""

    symbol: str
    contract: str
    first: datetime
    last: datetime

    def __str__(self) -> str:
        text = f"{self.symbol}/{self.contract}/{_written(self.first)}"
        return text if self.first == self.last else f"{text}..{_written(self.last)}"


def parse_bar_key(text: str, registry: Registry) -> BarKey:
    """Parse the key of a bar or of a run of bars.

    Raises:
        UsageError: the text has another form, names an unknown instrument, or ends before it begins.
    """
    parts = text.split("/")
    if len(parts) != 3:
        raise UsageError(f"'{text}' names no bar: write instrument, contract month and start in UTC, like {_EXAMPLE}.")
    symbol, month, times = parts
    first, dots, last = times.partition("..")
    start = _instant(first)
    end = _instant(last) if dots else start
    if end < start:
        raise UsageError(f"The run of bars '{text}' is reversed: it ends before it begins.")
    return BarKey(registry[symbol].symbol, contract_month(month), start, end)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no instant: write a bar like {_EXAMPLE}.") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _written(instant: datetime) -> str:
    precise = instant.second or instant.microsecond
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="auto" if precise else "minutes") + "Z"
