"""The sources with bars of each session of a contract, and the order in which they count there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from g4qc_core.bars.source_choice import chosen_source
from g4qc_core.calendars.session_calendar import Session
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class SessionSources:
    """The sources of one session.

    Attributes:
        trade_date: of the session.
        found: sources with raw bars of the session.
        order: sources by rank on that date.
    """

    trade_date: date
    found: frozenset[str]
    order: tuple[str, ...]

    def first_of(self, sources: Collection[str]) -> str:
        """Return the source of these whose bars count; at least one is given."""
        return chosen_source(sources, self.order)


def session_sources(symbol: str, contract: str, sessions: Sequence[Session], stores: Stores) -> list[SessionSources]:
    """Return the sources of each session of a contract month, in the order of the sessions."""
    windows = [(contract, session.open, session.close) for session in sessions]
    precedence, found = stores.precedence.of(symbol), stores.presence.sources(symbol, windows)
    return [
        SessionSources(session.trade_date, frozenset(sources), precedence.on(session.trade_date))
        for session, sources in zip(sessions, found, strict=True)
    ]
