"""The trials of a strategy as statistics need them: how many, and with which Sharpe ratios.

How trials are written, and what a result is worth after them, does not belong here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import select, text

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import trials

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class FamilySharpes:
    """All trials of a strategy.

    Attributes:
        count: number of different trials ever.
        sharpes: Sharpe ratio per session of each trial that has one.
        counted: the trial that was asked about is among them.
    """

    count: int
    sharpes: list[float]
    counted: bool


class TrialStore:
    """The trials of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sharpes(self, family: str, fingerprint: str = "") -> FamilySharpes:
        """Return the Sharpe ratios of all trials of a strategy.

        Args:
            family: the strategy.
            fingerprint: a trial of which it is told whether it is among them.
        """
        figures = [trials.c.metrics[name].as_float() for name in ("sharpe", "sessions", "days")]
        query = select(trials.c.fingerprint == fingerprint, *figures).where(trials.c.family == family)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        known = [_per_session(*row[1:]) for row in rows]
        return FamilySharpes(len(rows), [one for one in known if one is not None], any(row[0] for row in rows))

    def session_equity(self, backtest_id: str) -> list[float]:
        """Return the equity at the last bar of each session of a result, by trade date; empty if there is none."""
        query = text(
            "SELECT DISTINCT ON (trade_date) equity FROM backtest_equity WHERE backtest_id = :id "
            "ORDER BY trade_date, timestamp DESC"
        )
        with self._database.transaction() as connection:
            return [float(value) for value in connection.scalars(query, {"id": backtest_id})]


def _per_session(sharpe: float | None, sessions: float | None, days: float | None) -> float | None:
    """Return the Sharpe ratio per session of an annual one, which was scaled by sessions x 365.25 / days a year."""
    if sharpe is None or not sessions or not days:
        return None
    return sharpe / math.sqrt(sessions * _DAYS_A_YEAR / days)
