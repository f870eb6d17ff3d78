"""Presence of bars: whether a contract has at least one bar in a window, with one index lookup per window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from g4qc_core.storage.bar_stores.market_sums import any_bars
from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables.bars import CURRENT
from g4qc_core.timeframes import ONE_MINUTE

_ANY_RAW = (
    "(EXISTS (SELECT FROM raw_minutes b WHERE b.series = s.id AND b.timestamp >= p.opened AND b.timestamp < p.closed) "
    "OR EXISTS (SELECT FROM raw_exact b WHERE b.series = s.id AND b.timestamp >= p.opened AND b.timestamp < p.closed "
    f"AND b.replaced_by = {CURRENT}))"
)

ContractWindow = tuple[str, datetime, datetime]
"""A contract (month), and the start and end of `[start, end)`, UTC."""


class PresenceStore:
    """Presence of bars in one database. Results are bool masks with one element per window."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def bars(self, symbol: str, timeframe: str, windows: Sequence[ContractWindow]) -> np.ndarray:
        """Return a mask of the windows with validated or derived bars of the timeframe."""
        return self._mask(any_bars("p.opened", "p.closed"), "s.source = ''", [symbol, timeframe], windows)

    def raw(self, symbol: str, windows: Sequence[ContractWindow]) -> np.ndarray:
        """Return a mask of the windows with raw bars."""
        return self._mask(_ANY_RAW, "s.source <> ''", [symbol, ONE_MINUTE.name], windows)

    def sources(self, symbol: str, windows: Sequence[ContractWindow]) -> list[set[str]]:
        """Return the sources with raw bars in each window."""
        found: list[set[str]] = [set() for _ in windows]
        for at, source in self._found("p.at, s.source", _ANY_RAW, "s.source <> ''", [symbol, ONE_MINUTE.name], windows):
            found[at - 1].add(source)
        return found

    def _mask(self, any_of: str, kind: str, key: list[str], windows: Sequence[ContractWindow]) -> np.ndarray:
        found = np.zeros(len(windows), bool)
        found[[row[0] - 1 for row in self._found("p.at", any_of, kind, key, windows)]] = True
        return found

    def _found(
        self, columns: str, any_of: str, kind: str, key: list[str], windows: Sequence[ContractWindow]
    ) -> list[Any]:
        if not windows:
            return []
        # One window at a time: a join of the sets would read every bar of the symbol.
        query = (
            f"SELECT DISTINCT {columns} FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY "
            "AS p (contract, opened, closed, at) JOIN bar_series s ON s.symbol = %s AND s.timeframe = %s "
            f"AND s.contract = p.contract AND {kind} WHERE {any_of}"
        )
        given = [list(column) for column in zip(*windows, strict=True)]
        return self._rows(query, [*given, *key])

    def _rows(self, query: str, values: list[Any]) -> list[Any]:
        with self._slices.reading() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())
