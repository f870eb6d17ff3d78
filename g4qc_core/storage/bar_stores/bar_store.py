"""Validated and derived bars, quarantined bars, and the quality of sessions.

Every write is one transaction: it replaces a slice of time completely or not at all, and writing the same again changes
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS, QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.storage.bar_stores.version_store import Made, record_version
from g4qc_core.storage.codec.binary_copy import Kinds, copy_in, copy_out
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, check_window, names
from g4qc_core.storage.server.database import Database

_BARS = kinds_of(BAR_COLUMNS)
_QUARANTINED = kinds_of(QUARANTINE_COLUMNS)
_QUALITY = kinds_of(QUALITY_COLUMNS)
_SUMMARY: Kinds = {
    "symbol": "text",
    "timeframe": "text",
    "bars": "int8",
    "contracts": "int8",
    "first": "timestamptz",
    "last": "timestamptz",
}


class BarStore:
    """The bars of one database. All timestamps are UTC and mark the bar's start."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def replace_bars(
        self,
        symbol: str,
        timeframe: str,
        start: datetime,
        end: datetime,
        bars: pd.DataFrame,
        made: Made | None = None,
    ) -> int:
        """Replace all bars of symbol and timeframe that start in `[start, end)`; return the number written.

        Args:
            symbol: the instrument.
            timeframe: name of the timeframe.
            start: UTC.
            end: UTC, exclusive.
            bars: `BAR_COLUMNS`, rows in any order, unique by timestamp and contract; may be empty.
            made: version of the written month, stored with it.

        Raises:
            InvalidBars: a timestamp lies outside the window.
        """
        check_window(bars["timestamp"], start, end)
        with self._slices.writing(f"bars {symbol} {timeframe}") as (connection, cursor):
            if made is not None:
                record_version(connection, symbol, timeframe, made)
            return _replace_bars(cursor, symbol, timeframe, start, end, bars)

    def replace_partition(
        self,
        symbol: str,
        start: datetime,
        end: datetime,
        bars: pd.DataFrame,
        quarantined: pd.DataFrame,
        quality: pd.DataFrame,
        first: date,
        last: date,
        made: Made | None = None,
    ) -> int:
        """Replace the validated 1-minute bars of a window with their quarantine and quality rows, in one transaction.

        Decisions about quarantined bars are not touched: `QuarantineStore` keeps them.

        Args:
            symbol: the instrument.
            start: UTC.
            end: UTC, exclusive.
            bars: as in `replace_bars`.
            quarantined: `QUARANTINE_COLUMNS`, unique by timestamp, contract and reason.
            quality: `QUALITY_COLUMNS`, the counts in minutes.
            first: first trade date of the quality rows to replace.
            last: last trade date of the quality rows to replace, inclusive.
            made: as in `replace_bars`.

        Returns:
            The number of bars written.

        Raises:
            InvalidBars: a timestamp lies outside the window.
        """
        check_window(bars["timestamp"], start, end)
        check_window(quarantined["timestamp"], start, end)
        with self._slices.writing(f"bars {symbol} 1min") as (connection, cursor):
            if made is not None:
                record_version(connection, symbol, "1min", made)
            written = _replace_bars(cursor, symbol, "1min", start, end, bars)
            cursor.execute(
                "DELETE FROM quarantined_bars WHERE symbol = %s AND timestamp >= %s AND timestamp < %s",
                [symbol, start, end],
            )
            copy_in(cursor, "quarantined_bars", {"symbol": "text", **_QUARANTINED}, quarantined, symbol=symbol)
            cursor.execute(
                "DELETE FROM session_quality WHERE symbol = %s AND trade_date BETWEEN %s AND %s",
                [symbol, first, last],
            )
            copy_in(cursor, "session_quality", _QUALITY, quality, symbol=symbol)
            return written

    def bars(
        self, symbol: str, timeframe: str, start: datetime, end: datetime, contract: str | None = None
    ) -> pd.DataFrame:
        """Return the bars that start in `[start, end)`, of one contract or of all, by contract and timestamp.

        Returns:
            A frame with `BAR_COLUMNS`: contract (str, YYYYMM), timestamp (datetime64[us, UTC]), prices (float64,
            points), volume (int64, contracts), count (int64, trades), trade_date (datetime64[s]).
        """
        keys = {"symbol": symbol, "timeframe": timeframe, "contract": contract}
        return self._slices.read("market_data", _BARS, keys, start, end)

    def stitched(self, symbol: str, timeframe: str, parts: Sequence[tuple[str, datetime, datetime]]) -> pd.DataFrame:
        """Return the bars of one contract after another as `BAR_COLUMNS`, by timestamp.

        Args:
            symbol: the instrument.
            timeframe: name of the timeframe.
            parts: contract month, and start and end of `[start, end)` in UTC; ascending and without overlap.
        """
        one = (
            f"(SELECT {names(_BARS)} FROM market_data WHERE symbol = %s AND timeframe = %s AND contract = %s "
            "AND timestamp >= %s AND timestamp < %s ORDER BY timestamp)"
        )
        empty = f"SELECT {names(_BARS)} FROM market_data WHERE false"
        values = [value for part in parts for value in (symbol, timeframe, *part)]
        with self._slices.reading() as cursor:
            rows = copy_out(cursor, " UNION ALL ".join([one] * len(parts)) or empty, values, _BARS)
        # The server appends the parts in this order, although SQL does not guarantee it.
        ordered = rows["timestamp"].is_monotonic_increasing
        return rows if ordered else rows.sort_values("timestamp", ignore_index=True)

    def quarantined(self, symbol: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return the bars in quarantine that start in `[start, end)` as `QUARANTINE_COLUMNS`, by contract and time."""
        return self._slices.read("quarantined_bars", _QUARANTINED, {"symbol": symbol}, start, end)

    def quality(self, symbol: str, first: date, last: date, contract: str | None = None) -> pd.DataFrame:
        """Return the quality rows from trade date `first` to `last` as `QUALITY_COLUMNS`, by contract and date."""
        with self._slices.reading() as cursor:
            return copy_out(
                cursor,
                f"SELECT {names(_QUALITY)} FROM session_quality WHERE symbol = %s "
                "AND trade_date BETWEEN %s AND %s AND (%s::text IS NULL OR contract = %s) "
                "ORDER BY contract, trade_date",
                [symbol, first, last, contract, contract],
                _QUALITY,
            )

    def reach(self, symbol: str, timeframe: str) -> tuple[date, date] | None:
        """Return the first and the last trade date with a bar; None if there is no bar."""
        ends = []
        with self._slices.reading() as cursor:
            for direction in ("ASC", "DESC"):
                # Reads two entries of the index; min and max would read every row.
                cursor.execute(
                    "SELECT trade_date FROM market_data WHERE symbol = %s AND timeframe = %s "
                    f"ORDER BY timestamp {direction} LIMIT 1",
                    [symbol, timeframe],
                )
                ends.append(cursor.fetchone())
        return None if ends[0] is None else (ends[0][0], ends[1][0])

    def stored(self) -> pd.DataFrame:
        """Return one row per symbol and timeframe: number of bars and contracts, first and last start (UTC)."""
        with self._slices.reading() as cursor:
            return copy_out(
                cursor,
                # Counted by contract first: count(DISTINCT contract) would sort every row.
                "SELECT symbol, timeframe, sum(bars)::int8, count(*), min(first), max(last) FROM ("
                "SELECT symbol, timeframe, count(*) AS bars, min(timestamp) AS first, max(timestamp) AS last "
                "FROM market_data GROUP BY symbol, timeframe, contract) AS contracts "
                "GROUP BY symbol, timeframe ORDER BY symbol, timeframe",
                [],
                _SUMMARY,
            )


def _replace_bars(cursor: Any, symbol: str, timeframe: str, start: datetime, end: datetime, bars: pd.DataFrame) -> int:
    cursor.execute(
        "DELETE FROM market_data WHERE symbol = %s AND timeframe = %s AND timestamp >= %s AND timestamp < %s",
        [symbol, timeframe, start, end],
    )
    columns = {"symbol": "text", "timeframe": "text", **_BARS}
    return copy_in(cursor, "market_data", columns, bars, symbol=symbol, timeframe=timeframe)
