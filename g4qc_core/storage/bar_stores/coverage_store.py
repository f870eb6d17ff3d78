"""Sums of session quality, computed by the server, for pages that show many instruments and years at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from g4qc_core.bars.columns import MINUTE_COUNTS, MISSING
from g4qc_core.storage.bar_stores.market_sums import outermost
from g4qc_core.storage.codec.binary_copy import Kinds
from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database

_COUNTS: Kinds = dict.fromkeys(MINUTE_COUNTS, "int8")
_SESSION: Kinds = {"contract": "text", "trade_date": "date", **_COUNTS}
_HELD: Kinds = {"contract": "text", "first": "date", "last": "date"}
_FRESH: Kinds = {"symbol": "text", "timeframe": "text", "last": "timestamptz", "trade_date": "date"}

SESSION_COLUMNS = tuple(_SESSION)


@dataclass(frozen=True)
class MonthSums:
    """The months of one instrument that have a session, over all contracts; all lists have the same length.

    Attributes:
        symbol: the instrument.
        months: first days of the months, ascending.
        sessions: number of trade dates.
        expected: number of expected minutes.
        missing: number of unknown minutes.
        quarantined: number of quarantined minutes.
        newest: trade date of the newest session.
    """

    symbol: str
    months: list[date]
    sessions: list[int]
    expected: list[int]
    missing: list[int]
    quarantined: list[int]
    newest: date


class CoverageStore:
    """Sums over the quality rows of one database. Counts are minutes, int64 in frames."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def held(self, symbol: str) -> pd.DataFrame:
        """Return one row per contract with bars: contract, first and last trade date with a bar."""
        query = (
            "SELECT contract, min(trade_date), max(trade_date) FROM session_quality "
            "WHERE symbol = %s AND traded > 0 GROUP BY contract ORDER BY contract"
        )
        return self._slices.frame(query, [symbol], _HELD)

    def sessions(self, symbol: str, first: date, last: date, contract: str | None = None) -> pd.DataFrame:
        """Return the minute counts of each session and contract as `SESSION_COLUMNS`, by trade date and contract."""
        counts = ", ".join(f'"{name}"::int8' for name in _COUNTS)
        query = (
            f"SELECT contract, trade_date, {counts} FROM session_quality WHERE symbol = %s "
            "AND trade_date BETWEEN %s AND %s AND (%s::text IS NULL OR contract = %s) ORDER BY trade_date, contract"
        )
        return self._slices.frame(query, [symbol, first, last, contract, contract], _SESSION)

    def months(self, first: date, last: date) -> list[MonthSums]:
        """Return the monthly sums of every instrument that has a session, by symbol."""
        # With a quarter of a million rows, bisected months and days as bits take half the time of dates and counts.
        starts = [start.date() for start in pd.date_range(first.replace(day=1), last, freq="MS")]
        missing = " + ".join(f'"{name}"' for name in MISSING)
        sums = ("sessions", "expected", "missing", "quarantined")
        lists = ", ".join(f"array_agg({name} ORDER BY month)" for name in ("month", *sums))
        query = (
            f"SELECT symbol, {lists}, max(newest) FROM ("
            "SELECT symbol, width_bucket(trade_date, %s::date[]) AS month, "
            "bit_count(bit_or(1 << (trade_date - date '1900-01-01') %% 31)::bit(32)) AS sessions, "
            "max(trade_date) AS newest, "
            f"sum(expected)::int8 AS expected, sum({missing})::int8 AS missing, sum(quarantined)::int8 AS quarantined "
            "FROM session_quality WHERE trade_date BETWEEN %s AND %s GROUP BY 1, 2"
            ") AS months GROUP BY symbol ORDER BY symbol"
        )
        with self._slices.reading() as cursor:
            cursor.execute(query, [starts, first, last])
            return [MonthSums(row[0], [starts[at - 1] for at in row[1]], *row[2:]) for row in cursor.fetchall()]

    def newest(self, symbol: str) -> date | None:
        """Return the trade date of an instrument's newest quality row; None if it has none."""
        with self._slices.reading() as cursor:
            cursor.execute("SELECT max(trade_date) FROM session_quality WHERE symbol = %s", [symbol])
            found: date | None = cursor.fetchone()[0]
            return found

    def freshness(self, symbols: Sequence[str], timeframes: Sequence[str]) -> pd.DataFrame:
        """Return the newest bar of each instrument and timeframe: symbol, timeframe, last (start), trade_date."""
        # Bars are looked for from the newest month on that was ever made, in contracts that traded then.
        own = "s.symbol = w.symbol AND s.timeframe = t.timeframe AND s.source = ''"
        living = (
            f"{own} AND NOT EXISTS (SELECT FROM contracts c WHERE c.symbol = s.symbol AND c.contract = s.contract "
            "AND c.last_trade_date < w.month)"
        )
        query = (
            "SELECT w.symbol, t.timeframe, e.timestamp, e.trade_date FROM (SELECT symbol, coalesce((SELECT max(month) "
            "FROM data_versions d WHERE d.symbol = s.symbol), '-infinity') AS month "
            "FROM unnest(%s::text[]) AS s (symbol)) AS w CROSS JOIN unnest(%s::text[]) AS t (timeframe) "
            "CROSS JOIN LATERAL (SELECT * FROM ("
            f"({outermost(True, living, 'w.month')}) UNION ALL ({outermost(True, own)})) AS ends LIMIT 1) AS e"
        )
        return self._slices.frame(query, [list(symbols), list(timeframes)], _FRESH)
