"""Our session calendar against what a source tells of its sessions, trade date by trade date.

Knows sessions of both sides. Must not know how a source tells them, nor where findings are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from g4qc_core.bars.source import ToldSession
from g4qc_core.sessions import SessionCalendar


class Agreement(StrEnum):
    """What a comparison of one trade date found."""

    AGREES = "agrees"
    OTHER_TIMES = "other_times"
    ONLY_OURS = "only_ours"
    ONLY_THE_GATEWAYS = "only_the_gateways"


@dataclass(frozen=True)
class ComparedDay:
    """One trade date as both sides have it, `[open, close)` in UTC; None where a side has no session."""

    trade_date: date
    open: datetime | None
    close: datetime | None
    gateway_open: datetime | None
    gateway_close: datetime | None

    @property
    def finding(self) -> Agreement:
        """What the two say of each other."""
        if (self.open, self.close) == (self.gateway_open, self.gateway_close):
            return Agreement.AGREES
        if self.gateway_open is None:
            return Agreement.ONLY_OURS
        return Agreement.ONLY_THE_GATEWAYS if self.open is None else Agreement.OTHER_TIMES


def compare_sessions(calendar: SessionCalendar, told: Sequence[ToldSession]) -> list[ComparedDay]:
    """Every trade date from the first to the last that was told on which either side has a session, ascending.

    A day between them that was not told has no session at the source.
    """
    if not told:
        return []
    theirs = {said.trade_date: said for said in told}
    ours = {s.trade_date: s for s in calendar.sessions(min(theirs), max(theirs))}
    compared = []
    for day in sorted(ours.keys() | theirs.keys()):
        session, said = ours.get(day), theirs.get(day)
        found = ComparedDay(
            trade_date=day,
            open=session.open if session else None,
            close=session.close if session else None,
            gateway_open=said.open if said else None,
            gateway_close=said.close if said else None,
        )
        if found.open is not None or found.gateway_open is not None:
            compared.append(found)
    return compared


def disagreements(compared: Iterable[ComparedDay]) -> list[ComparedDay]:
    """Those of which the two sides do not say the same."""
    return [day for day in compared if day.finding is not Agreement.AGREES]
