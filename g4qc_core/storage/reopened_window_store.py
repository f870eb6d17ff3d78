"""Reopened windows: the user wants them requested again, whatever the ledger says.

A reopened window is never changed. It stays open, through failures and restarts, until the source answers about the
window again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from g4qc_core.bars.windows import Window
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import ib_requests, reopened_windows


@dataclass(frozen=True)
class ReopenedWindow:
    """A window `[start, end)` of a contract, UTC, about which answers up to `after_request` no longer count."""

    contract: str
    start: datetime
    end: datetime
    after_request: int


class ReopenedWindowStore:
    """The reopened windows of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reopen(self, symbol: str, windows: Iterable[tuple[str, Window]], at: datetime) -> None:
        """Reopen windows: earlier answers about them no longer count.

        Args:
            symbol: the instrument.
            windows: contract month and window.
            at: time of the user's request, UTC.
        """
        last = select(func.coalesce(func.max(ib_requests.c.id), 0)).scalar_subquery()
        with self._database.transaction() as connection:
            for contract, (start, end) in windows:
                row = {"symbol": symbol, "contract": contract, "window_start": start, "window_end": end}
                connection.execute(insert(reopened_windows).values(**row, after_request=last, reopened_at=at))

    def windows(self, symbol: str, start: datetime, end: datetime) -> list[ReopenedWindow]:
        """Return the reopened windows of all contracts that overlap `[start, end)`, answered ones too, oldest first."""
        columns = reopened_windows.c
        query = (
            select(columns.contract, columns.window_start, columns.window_end, columns.after_request)
            .where(columns.symbol == symbol, columns.window_end > start, columns.window_start < end)
            .order_by(columns.id)
        )
        with self._database.transaction() as connection:
            return [ReopenedWindow(*row) for row in connection.execute(query)]
