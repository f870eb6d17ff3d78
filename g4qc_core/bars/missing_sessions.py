"""Completeness of a series: the requested sessions, and those without bars of the timeframe, with the reason.

Each session is judged for the contract that the series reads on it and for the timeframe that is read: stored minutes
do not imply stored hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import groupby

import pandas as pd

from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.errors import BarsIncomplete
from g4qc_core.sentences import counted

_LISTED = 5


class Lack(Enum):
    """The reason why a session has no reliable bars: a name for programs, and words for the user."""

    NOT_DERIVED = ("not_derived", "never derived from the stored minutes")
    LEFT_OUT = ("left_out", "left out, because too many bars of its month wait in quarantine")
    STALE = ("stale", "derived from minutes that changed since")
    NOT_VALIDATED = ("not_validated", "received and not validated yet")
    QUARANTINED = ("quarantined", "in quarantine")
    FAILED = ("failed", "asked for in vain")
    NEVER_ASKED = ("never_asked", "never extracted")
    NO_CONTRACT = ("no_contract", "no contract is known")

    def __init__(self, code: str, meaning: str) -> None:
        self.code = code
        self.meaning = meaning

    @property
    def refuses(self) -> bool:
        """True if the minutes are stored and only a step of the graph, or a decision, is missing.

        Readers then raise an error.
        """
        return self in (Lack.NOT_DERIVED, Lack.LEFT_OUT, Lack.STALE)


@dataclass(frozen=True)
class MissingSession:
    """A session without reliable bars; `contract` is the month that the series reads on it, empty if there is none."""

    trade_date: date
    contract: str
    lack: Lack


@dataclass(frozen=True)
class MissingRun:
    """Consecutive requested sessions that are missing for the same reason in the same contract."""

    first: date
    last: date
    sessions: int
    contract: str
    lack: Lack

    def __str__(self) -> str:
        days = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        contract = f" of {self.contract}" if self.contract else ""
        return f"{days}{contract} {self.lack.meaning}"


@dataclass(frozen=True)
class NotAsked:
    """Finished sessions after the newest one about which anything is known: no request has covered them yet.

    Attributes:
        first: first trade date, included.
        last: last trade date, included.
        minutes: total number of minutes of the sessions.
    """

    symbol: str
    first: date
    last: date
    sessions: int
    minutes: int

    def words(self) -> str:
        """Return a short phrase.

        >>> NotAsked("ES", date(2026, 11, 2), date(2026, 11, 3), 2, 2760).words()
        'not asked: 2 sessions since 2026-11-02'
        """
        return f"not asked: {counted(self.sessions, 'session')} since {self.first}"

    def sentence(self) -> str:
        """Return a sentence that names the sessions and the command that fetches them."""
        return f"{self.symbol}, {self.words()}: run `g4qc extract {self.symbol} --from {self.first} --to {self.last}`."


@dataclass(frozen=True)
class Completeness:
    """The requested sessions of one timeframe of one series, and the missing ones.

    Attributes:
        asked: trade dates of the sessions, ascending, without sessions that have no expected bars: unfinished ones, and
            those for which the gateway confirmed that nothing traded.
        missing: ascending.
    """

    symbol: str
    timeframe: str
    asked: tuple[date, ...]
    missing: tuple[MissingSession, ...]

    @property
    def present(self) -> int:
        """Number of requested sessions that have bars."""
        return len(self.asked) - len(self.missing)

    def runs(self) -> list[MissingRun]:
        """Group consecutive missing sessions with the same reason and contract, ascending."""
        at = {day: number for number, day in enumerate(self.asked)}
        found = []
        numbered = enumerate(self.missing)
        for (_, contract, lack), group in groupby(
            numbered, key=lambda item: (at[item[1].trade_date] - item[0], item[1].contract, item[1].lack)
        ):
            days = [session.trade_date for _, session in group]
            found.append(MissingRun(days[0], days[-1], len(days), contract, lack))
        return found

    def check(self) -> None:
        """Raise BarsIncomplete if this timeframe was not derived from the current version of the stored minutes."""
        for lack in filter(lambda lack: lack.refuses, Lack):
            days = [session.trade_date for session in self.missing if session.lack is lack]
            if days:
                raise BarsIncomplete(not_made(self.symbol, [self.timeframe], days, lack))

    def words(self) -> str:
        """Return one sentence that names the missing sessions; empty if none are missing."""
        if not self.missing:
            return ""
        runs = [str(run) for run in self.runs()]
        more = f"; and {counted(len(runs) - _LISTED, 'more stretch', 'more stretches')}" if len(runs) > _LISTED else ""
        return (
            f"{len(self.missing):,} of {counted(len(self.asked), 'session')} of {self.symbol} from {self.asked[0]} to "
            f"{self.asked[-1]} {'has' if len(self.missing) == 1 else 'have'} no {self.timeframe} bars: "
            f"{'; '.join(runs[:_LISTED])}{more}."
        )


def not_made(symbol: str, timeframes: Sequence[str], days: Iterable[date], lack: Lack) -> str:
    """Return the sentence for timeframes not derived from the stored minutes of these trade dates, with the remedy."""
    months = sorted({day.replace(day=1) for day in days})
    spans = [pd.Period(month, "M") for month in months]
    bars = f"The {listed(timeframes)} bars of {symbol} for {listed([f'{span:%B %Y}' for span in spans])}"
    if lack is Lack.LEFT_OUT:
        doubted = Selection((symbol,), first=months[0], last=spans[-1].end_time.date())
        why = "are left out, because too many bars wait in quarantine"
        return f"{bars} {why}: `{doubted.command()}`; a decision about them derives the timeframes."
    keys = [f"{symbol}|{month}" for month in (months[0], months[-1])]
    partition = "...".join(dict.fromkeys(keys))
    what = "are missing although its minutes are stored"
    if lack is Lack.STALE:
        what = "were made before its minutes changed"
    return (
        f"{bars} {what}: run `g4qc extract {symbol} --from {months[0]} --to {spans[-1].end_time.date()}`, or without "
        f"a gateway `g4qc materialize --select {','.join(f'bars_{name}' for name in timeframes)} "
        f"--partition '{partition}'`."
    )


def in_sentences(symbol: str, lacking: Mapping[str, Sequence[MissingSession]]) -> list[str]:
    """Return the sentences of `not_made` for missing sessions by timeframe; timeframes with the same gaps share one."""
    alike: dict[tuple[Lack, tuple[date, ...]], list[str]] = {}
    for timeframe, sessions in lacking.items():
        for lack in Lack:
            days = tuple(sorted({session.trade_date for session in sessions if session.lack is lack}))
            if days:
                alike.setdefault((lack, days), []).append(timeframe)
    return [not_made(symbol, timeframes, days, lack) for (lack, days), timeframes in alike.items()]


def listed(names: Sequence[str]) -> str:
    """Join the names as a list in a sentence; shorten a long list in the middle."""
    if len(names) > _LISTED:
        names = [*names[:2], "...", names[-1]]
        return ", ".join(names)
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
