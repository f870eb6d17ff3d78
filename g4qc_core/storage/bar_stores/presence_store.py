"""Presence: the stretches of time in which a contract has at least one bar, with one index lookup for each.

Knows the tables of bars. Must not know what a stretch is, nor why a bar should be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database

ContractWindow = tuple[str, datetime, datetime]
"""A contract (month), and the start and end of `[start, end)`, UTC."""


class PresenceStore:
    """Presence of bars in given stretches in one database; the answers are masks (bool), one element a stretch."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def bars(self, symbol: str, timeframe: str, stretches: Sequence[ContractWindow]) -> np.ndarray:
        """Return a mask of the stretches with validated or derived bars of the timeframe."""
        return self._among("market_data", "AND b.timeframe = %s ", [symbol, timeframe], stretches)

    def raw(self, symbol: str, stretches: Sequence[ContractWindow]) -> np.ndarray:
        """Return a mask of the stretches with bars as received."""
        return self._among("raw_bars", "", [symbol], stretches)

    def _among(self, table: str, more: str, key: list[str], stretches: Sequence[ContractWindow]) -> np.ndarray:
        found = np.zeros(len(stretches), bool)
        if not stretches:
            return found
        # One row at a time: a join of the sets would read every bar of the symbol.
        query = (
            "SELECT s.at FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY "
            f"AS s (contract, opened, closed, at) CROSS JOIN LATERAL (SELECT 1 FROM {table} b WHERE b.symbol = %s "
            f"{more}AND b.timestamp >= s.opened AND b.timestamp < s.closed AND b.contract = s.contract LIMIT 1) AS one"
        )
        columns = [list(column) for column in zip(*stretches, strict=True)]
        with self._slices.reading() as cursor:
            cursor.execute(query, [*columns, *key])
            at = [row[0] - 1 for row in cursor.fetchall()]
        found[at] = True
        return found
