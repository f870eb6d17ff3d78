"""Presence of bars: whether a contract has at least one bar in a window, with one index lookup per window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database

ContractWindow = tuple[str, datetime, datetime]
"""A contract (month), and the start and end of `[start, end)`, UTC."""


class PresenceStore:
    """Presence of bars in one database. Results are bool masks with one element per window."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def bars(self, symbol: str, timeframe: str, windows: Sequence[ContractWindow]) -> np.ndarray:
        """Return a mask of the windows with validated or derived bars of the timeframe."""
        return self._mask("market_data", "AND b.timeframe = %s ", [symbol, timeframe], windows)

    def raw(self, symbol: str, windows: Sequence[ContractWindow]) -> np.ndarray:
        """Return a mask of the windows with raw bars."""
        return self._mask("raw_bars", "", [symbol], windows)

    def _mask(self, table: str, more: str, key: list[str], windows: Sequence[ContractWindow]) -> np.ndarray:
        found = np.zeros(len(windows), bool)
        if not windows:
            return found
        # One row at a time: a join of the sets would read every bar of the symbol.
        query = (
            "SELECT s.at FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY "
            f"AS s (contract, opened, closed, at) CROSS JOIN LATERAL (SELECT 1 FROM {table} b WHERE b.symbol = %s "
            f"{more}AND b.timestamp >= s.opened AND b.timestamp < s.closed AND b.contract = s.contract LIMIT 1) AS one"
        )
        columns = [list(column) for column in zip(*windows, strict=True)]
        found[[row[0] - 1 for row in self._rows(query, [*columns, *key])]] = True
        return found

    def _rows(self, query: str, values: list[Any]) -> list[Any]:
        with self._slices.reading() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())
