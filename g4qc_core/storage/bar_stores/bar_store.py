"""Validated and derived bars, quarantined bars, and the quality of sessions.

Every write is one transaction: it replaces a slice of time completely or not at all, and writing the same again changes
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS, QUALITY_COLUMNS, QUARANTINE_COLUMNS
from g4qc_core.storage.bar_stores.market_rows import delete_market, market_rows, write_market
from g4qc_core.storage.bar_stores.market_sums import OF_SYMBOL, outermost
from g4qc_core.storage.bar_stores.validated_sessions import Received, write_validated
from g4qc_core.storage.bar_stores.version_store import Made, record_version
from g4qc_core.storage.codec.binary_copy import Kinds, copy_in, copy_out
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, by_contract, check_window, names
from g4qc_core.storage.server.database import Database
from g4qc_core.timeframes import ONE_MINUTE

_BARS = kinds_of(BAR_COLUMNS)
_QUARANTINED = kinds_of(QUARANTINE_COLUMNS)
_QUALITY = kinds_of(QUALITY_COLUMNS)
_OWN = (
    "(SELECT * FROM bar_series WHERE symbol = %(symbol)s AND timeframe = %(timeframe)s AND source = '' "
    "AND (%(contract)s::text IS NULL OR contract = %(contract)s)) s"
)
_OF_PARTS = (
    "unnest(%(contracts)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS p (contract, opened, closed) "
    "JOIN bar_series s ON s.symbol = %(symbol)s AND s.timeframe = %(timeframe)s AND s.contract = p.contract "
    "AND s.source = ''"
)
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
            delete_market(cursor, symbol, timeframe, start, end)
            write_market(cursor, symbol, timeframe, bars)
            return len(bars)

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
        received: Received | None = None,
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
            received: the raw bars that were validated, so that those that passed are not stored again.

        Returns:
            The number of bars written.

        Raises:
            InvalidBars: a timestamp lies outside the window.
        """
        check_window(bars["timestamp"], start, end)
        check_window(quarantined["timestamp"], start, end)
        with self._slices.writing(f"bars {symbol} {ONE_MINUTE.name}") as (connection, cursor):
            if made is not None:
                record_version(connection, symbol, ONE_MINUTE.name, made)
            delete_market(cursor, symbol, ONE_MINUTE.name, start, end)
            if received is None:
                write_market(cursor, symbol, ONE_MINUTE.name, bars)
            else:
                write_validated(cursor, symbol, start, end, bars, received)
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
            return len(bars)

    def bars(
        self, symbol: str, timeframe: str, start: datetime, end: datetime, contract: str | None = None
    ) -> pd.DataFrame:
        """Return the bars that start in `[start, end)`, of one contract or of all, by contract and timestamp.

        Returns:
            A frame with `BAR_COLUMNS`: contract (str, YYYYMM), timestamp (datetime64[us, UTC]), prices (float64,
            points), volume (int64, contracts), count (int64, trades), trade_date (datetime64[s]).
        """
        given = {"symbol": symbol, "timeframe": timeframe, "contract": contract, "start": start, "end": end}
        query = market_rows(timeframe, _BARS, _OWN, "%(start)s", "%(end)s")
        return by_contract(self._slices.frame(query, given, _BARS))

    def stitched(self, symbol: str, timeframe: str, parts: Sequence[tuple[str, datetime, datetime]]) -> pd.DataFrame:
        """Return the bars of one contract after another as `BAR_COLUMNS`, by timestamp.

        Args:
            symbol: the instrument.
            timeframe: name of the timeframe.
            parts: contract month, and start and end of `[start, end)` in UTC; ascending and without overlap.
        """
        columns = [list(column) for column in zip(*parts, strict=True)] or [[], [], []]
        given = dict(zip(("contracts", "starts", "ends"), columns, strict=True))
        query = market_rows(timeframe, _BARS, _OF_PARTS, "p.opened", "p.closed")
        rows = self._slices.frame(query, {"symbol": symbol, "timeframe": timeframe, **given}, _BARS)
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
        given, found = {"symbol": symbol, "timeframe": timeframe}, []
        with self._slices.reading() as cursor:
            for newest in (False, True):
                cursor.execute(outermost(newest, OF_SYMBOL), given)
                found.append(cursor.fetchone())
        return None if found[0] is None else (found[0][1], found[1][1])

    def stored(self) -> pd.DataFrame:
        """Return one row per symbol and timeframe: number of bars and contracts, first and last start (UTC)."""
        with self._slices.reading() as cursor:
            return copy_out(
                cursor,
                "SELECT s.symbol, s.timeframe, sum(bars)::int8, count(DISTINCT s.id), min(first), max(last) FROM ("
                "SELECT series, count(*) AS bars, min(timestamp) AS first, max(timestamp) AS last FROM market_bars "
                "GROUP BY series UNION ALL SELECT series, count(*), min(timestamp), max(timestamp) FROM market_exact "
                "GROUP BY series UNION ALL SELECT series, sum(bars), min(first), max(last) FROM validated_sessions "
                "GROUP BY series) AS parts JOIN bar_series s ON s.id = parts.series "
                "GROUP BY s.symbol, s.timeframe ORDER BY s.symbol, s.timeframe",
                [],
                _SUMMARY,
            )
