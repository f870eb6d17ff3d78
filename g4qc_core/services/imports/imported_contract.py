"""The contracts of files: how many minutes each has, in which months and sessions, added up some weeks at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.estimated_contract import estimated_contract
from g4qc_core.instruments.registry import SPOT, Contract, Instrument
from g4qc_core.sources.reading.bar_times import MINUTE
from g4qc_core.sources.review.continuous_cut import ContinuousCut
from g4qc_core.sources.review.contract_facts import ContractFacts
from g4qc_core.sources.review.file_review import FileReview
from g4qc_core.sources.review.session_days import OUTSIDE, or_utc_days, session_days, trade_days

_AT_ONCE = 26  # weeks


@dataclass(frozen=True)
class SessionRun:
    """Consecutive sessions of a contract that have bars in the files, by trade date, both ends included."""

    first: date
    last: date
    sessions: int


@dataclass(frozen=True)
class ImportedContract:
    """The bars of one contract in the files.

    Attributes:
        contract: with the last trade date by the exchange's rule.
        minutes: number of minutes with a bar.
        first: start of the first bar, UTC.
        last: start of the last bar, UTC.
        runs: sessions with bars, ascending.
        months: number of minutes by month of trade dates (its first day); bars outside every session count by their
            day in UTC.
        late: minutes after the end of trading.
    """

    contract: Contract
    minutes: int
    first: datetime
    last: datetime
    runs: tuple[SessionRun, ...]
    months: Mapping[date, int]
    late: int

    @property
    def sessions(self) -> int:
        """Number of sessions with bars."""
        return sum(run.sessions for run in self.runs)


def contracts_of(review: FileReview) -> Iterator[ImportedContract]:
    """Yield the contracts of files by instrument and month, continuous rows by their cut; a minute counts once."""
    for symbol in sorted({facts.symbol for facts in review.facts}):
        instrument, cut = review.request.registry[symbol], review.cuts.get(symbol)
        own = [facts for facts in review.facts if facts.symbol == symbol and (facts.month or cut is not None)]
        weeks = sorted({week for facts in own for week in facts.presence.weeks})
        sums: dict[str, _ContractSum] = {}
        for at in range(0, len(weeks), _AT_ONCE):
            for month, minutes in _by_month(own, weeks[at : at + _AT_ONCE], instrument, cut).items():
                sums.setdefault(month, _ContractSum(instrument, month)).add(minutes)
        for month in sorted(sums):
            yield sums[month].contract()


def _by_month(
    facts: Sequence[ContractFacts], weeks: Collection[int], instrument: Instrument, cut: ContinuousCut | None
) -> dict[str, np.ndarray]:
    """Return the minutes of some weeks (since 1970, ascending) by contract month."""
    found: dict[str, np.ndarray] = {}
    for fact in facts:
        minutes = fact.presence.minutes(weeks)
        if not len(minutes):
            continue
        parts = {fact.month: minutes}
        if not fact.month and cut is not None:
            months = cut.months(trade_days(minutes * MINUTE, instrument))
            parts = {month: minutes[months == month] for month in np.unique(months).tolist()}
        for month, part in parts.items():
            found[month] = np.union1d(found[month], part) if month in found else part
    return found


class _ContractSum:
    """Adds up the minutes of one contract, whose pieces are ascending."""

    def __init__(self, instrument: Instrument, month: str) -> None:
        self._instrument = instrument
        self._contract = estimated_contract(instrument, month if instrument.expires else SPOT)
        self._ends = int(self._contract.last_trade_at.timestamp()) // 60
        self._first: int | None = None
        self._last = self._minutes = self._late = 0
        self._months: Counter[date] = Counter()
        self._days: set[date] = set()

    def add(self, minutes: np.ndarray) -> None:
        """Add minutes since 1970, at least one."""
        starts = minutes * MINUTE
        days = session_days(starts, calendar(self._instrument.calendar))
        inside = days != OUTSIDE
        self._first = int(minutes[0]) if self._first is None else self._first
        self._last = int(minutes[-1])
        self._minutes += len(minutes)
        self._late += len(minutes) - int(np.searchsorted(minutes, self._ends))
        dated = or_utc_days(days, starts)
        edges = [*np.flatnonzero(np.diff(dated, prepend=dated[:1] - 1)).tolist(), len(dated)]
        for begin, end in pairwise(edges):
            self._months[_date(int(dated[begin])).replace(day=1)] += end - begin
        runs = np.diff(days, prepend=days[:1] - 1) != 0
        self._days.update(_date(day) for day in days[runs & inside].tolist())

    def contract(self) -> ImportedContract:
        """Return what was added up."""
        assert self._first is not None
        return ImportedContract(
            contract=self._contract,
            minutes=self._minutes,
            first=_instant(self._first),
            last=_instant(self._last),
            runs=tuple(self._runs()),
            months=dict(sorted(self._months.items())),
            late=self._late,
        )

    def _runs(self) -> Iterator[SessionRun]:
        """Yield the runs of consecutive sessions with bars."""
        days = self._days
        if not days:
            return
        run: SessionRun | None = None
        for session in calendar(self._instrument.calendar).sessions(min(days), max(days)):
            if session.trade_date not in days:
                if run is not None:
                    yield run
                run = None
            elif run is None:
                run = SessionRun(session.trade_date, session.trade_date, 1)
            else:
                run = replace(run, last=session.trade_date, sessions=run.sessions + 1)
        if run is not None:
            yield run


def _date(number: int) -> date:
    """Return the day of a number of days since 1970."""
    day: date = np.datetime64(number, "D").item()
    return day


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
