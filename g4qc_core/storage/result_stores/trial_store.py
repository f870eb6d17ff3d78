"""The trials of a strategy as statistics need them: how many, with which Sharpe ratios, and which searches made them.

How trials are written, and what a result is worth after them, does not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Float, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import search_returns, search_trials, searches, trials

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
        own, known = trials.c.family == family, trials.c.session_sharpe
        ordered = aggregate_order_by(known, trials.c.id)
        counts = select(
            func.count(),
            func.coalesce(func.bool_or(trials.c.fingerprint == fingerprint), False),
            func.array_agg(ordered).filter(known.is_not(None)),
        ).where(own)
        # Trials from before session returns had a shape: their annual figure is converted.
        figures = [trials.c.metrics[name].as_string().cast(Float) for name in ("sharpe", "sessions", "days")]
        old = select(*figures).where(own, trials.c.sessions.is_(None), trials.c.refused.is_(None))
        with self._database.transaction() as connection:
            count, counted, sharpes = connection.execute(counts).one()
            converted = [_per_session(*row) for row in connection.execute(old)]
        return FamilySharpes(count, [*(sharpes or []), *(one for one in converted if one is not None)], counted)

    def exists(self, family: str, fingerprint: str) -> bool:
        """Return True if a set was tried before, by whatever tried it."""
        query = select(trials.c.id).where(trials.c.family == family, trials.c.fingerprint == fingerprint)
        with self._database.transaction() as connection:
            return connection.scalar(query) is not None

    def session_equity(self, backtest_id: str) -> list[float]:
        """Return the equity at the last bar of each session of a result, by trade date; empty if there is none."""
        query = text(
            "SELECT DISTINCT ON (trade_date) equity FROM backtest_equity WHERE backtest_id = :id "
            "ORDER BY trade_date, timestamp DESC"
        )
        with self._database.transaction() as connection:
            return [float(value) for value in connection.scalars(query, {"id": backtest_id})]

    def session_equities(self, ids: Sequence[str]) -> dict[str, pd.Series]:
        """Return the equity at the last bar of each session of results, by trade date (a DatetimeIndex)."""
        # Rather than a sort of all bars: the last bar of each session by a hash, and its row by its key.
        query = text(
            "SELECT backtest_id, trade_date, equity FROM (SELECT backtest_id, max(timestamp) AS timestamp "
            "FROM backtest_equity WHERE backtest_id = ANY(:ids) GROUP BY backtest_id, trade_date) AS last "
            "JOIN backtest_equity USING (backtest_id, timestamp)"
        )
        found: dict[str, dict[date, float]] = {one: {} for one in ids}
        with self._database.transaction() as connection:
            for backtest_id, day, equity in connection.execute(query, {"ids": list(ids)}):
                found[backtest_id][day] = float(equity)
        return {
            one: pd.Series(
                list(days.values()), pd.DatetimeIndex(np.array(list(days), "datetime64[s]")), float
            ).sort_index()
            for one, days in found.items()
        }

    def search_of(self, family: str, fingerprint: str) -> str | None:
        """Return the newest search that tried this set and kept session returns; None if none did."""
        query = (
            select(searches.c.id)
            .join(search_trials, search_trials.c.search_id == searches.c.id)
            .join(trials, trials.c.id == search_trials.c.trial_id)
            .join(search_returns, search_returns.c.search_id == searches.c.id)
            .where(searches.c.family == family, trials.c.family == family, trials.c.fingerprint == fingerprint)
            .order_by(searches.c.started_at.desc(), searches.c.id)
        )
        with self._database.transaction() as connection:
            return connection.scalar(query.limit(1))

    def searches_that_kept(self, family: str) -> dict[str, int]:
        """Return the searches of a strategy that kept session returns, the newest first, with how many they kept."""
        query = (
            select(searches.c.id, func.cardinality(search_returns.c.numbers))
            .join(search_returns, search_returns.c.search_id == searches.c.id)
            .where(searches.c.family == family)
            .order_by(searches.c.started_at.desc(), searches.c.id)
        )
        with self._database.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def covered(self, search_ids: Collection[str]) -> int:
        """Return the number of different trials of these searches."""
        query = select(func.count(func.distinct(search_trials.c.trial_id)))
        with self._database.transaction() as connection:
            return connection.scalar(query.where(search_trials.c.search_id.in_(search_ids))) or 0


def _per_session(sharpe: float | None, sessions: float | None, days: float | None) -> float | None:
    """Return the Sharpe ratio per session of an annual one, which was scaled by sessions x 365.25 / days a year."""
    if sharpe is None or not sessions or not days:
        return None
    return sharpe / math.sqrt(sessions * _DAYS_A_YEAR / days)
