"""Migration of stored trade dates to those of the exchange.

Before schema 0012 a holiday with a short session was a separate trade date. Rows stored then are moved, once for each
instrument, to the trade date under which the exchange settles them. The result is the same as if the rows had been made
again: minutes and intraday bars keep their values, session bars and quality rows are merged, data versions are computed
again. Months whose hours differ in the current calendar are marked outdated, so that they are validated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS, MINUTE_COUNTS
from g4qc_core.bars.fingerprint import version_of
from g4qc_core.bars.schema import INSTANT, UNKNOWN
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, month_window
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.market_rows import delete_market, market_rows, write_market
from g4qc_core.storage.bar_stores.market_sums import outermost
from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.bar_stores.version_store import RAW, MonthVersion, VersionStore
from g4qc_core.storage.codec.binary_copy import copy_out
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, by_contract
from g4qc_core.storage.roll_store import FORMER_RULES
from g4qc_core.storage.server.database import Database
from g4qc_core.timeframes import ONE_MINUTE, SESSION, TIMEFRAMES

_BARS = kinds_of(BAR_COLUMNS)
_OTHER_HOURS = ""  # no bars have this version


class TradeDateMigration:
    """The migration in one database."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)
        self._raw = RawStore(database)
        self._bars = BarStore(database)
        self._versions = VersionStore(database)

    def waiting(self) -> list[str]:
        """Return the instruments whose rows still have former trade dates."""
        with self._slices.reading() as cursor:
            cursor.execute("SELECT symbol FROM former_trade_dates ORDER BY symbol")
            return [row[0] for row in cursor.fetchall()]

    def carry(self, symbol: str, calendar: SessionCalendar) -> set[date]:
        """Move an instrument's rows to the trade dates of the calendar; return the months that changed.

        Repeating it changes nothing; if the process is killed in the middle, the instrument keeps waiting.
        """
        with self._slices.writing(f"bars {symbol} {ONE_MINUTE.name}") as (_, cursor):
            cursor.execute("SELECT 1 FROM former_trade_dates WHERE symbol = %s", [symbol])
            if cursor.fetchone() is None:
                return set()
            reach = _reach(cursor, symbol)
            moved = [] if reach is None else [s for s in calendar.sessions(*reach) if s.breaks]
            for session in moved:
                days = [day.trade_date for day in calendar.by_day(session)]
                _move(cursor, symbol, session, days)
            stale = _other_hours(cursor, symbol, calendar)
            # An instrument that never rolls has a calendar too, which no rule changes.
            cursor.execute(
                "UPDATE roll_calendars SET version = %s WHERE symbol = %s AND rule <> 'never'", [FORMER_RULES, symbol]
            )
        days = [day.trade_date for session in moved for day in calendar.by_day(session)]
        months = {day.replace(day=1) for day in days}
        self._take_versions(symbol, months, calendar)
        with self._slices.writing(f"bars {symbol} {ONE_MINUTE.name}") as (_, cursor):
            cursor.execute(
                "UPDATE data_versions SET made_of = %s WHERE symbol = %s AND kind = %s AND month = ANY(%s)",
                [_OTHER_HOURS, symbol, ONE_MINUTE.name, sorted(stale)],
            )
            cursor.execute("DELETE FROM former_trade_dates WHERE symbol = %s", [symbol])
        return months | stale

    def _take_versions(self, symbol: str, months: Iterable[date], calendar: SessionCalendar) -> None:
        """Compute the versions of the months again; months made from the old bars count as made from the new."""
        known: dict[date, list[MonthVersion]] = {}
        for version in self._versions.versions(symbol):
            known.setdefault(version.month, []).append(version)
        for month in sorted(set(months) & known.keys()):
            sessions = calendar.sessions(*month_window(month))
            before = {version.kind: version for version in known[month]}
            now = {kind: self._version(symbol, kind, sessions) for kind in before}
            for kind, version in before.items():
                self._versions.record(symbol, kind, month, now[kind], _made_of(version, before, now))

    def _version(self, symbol: str, kind: str, sessions: Sequence[Session]) -> str:
        window = sessions[0].open, sessions[-1].close
        return version_of(self._raw.bars(symbol, *window) if kind == RAW else self._bars.bars(symbol, kind, *window))


def _made_of(version: MonthVersion, before: Mapping[str, MonthVersion], now: Mapping[str, str]) -> str | None:
    source = {RAW: None, ONE_MINUTE.name: RAW}.get(version.kind, ONE_MINUTE.name)
    if source is None or source not in before or version.made_of != before[source].version:
        return version.made_of
    return now[source]


def _reach(cursor: Any, symbol: str) -> tuple[date, date] | None:
    """Return the first and last trade date of the instrument in any table."""
    cursor.execute(
        "SELECT min(day), max(day) FROM ("
        "SELECT min(trade_date) AS day FROM session_quality WHERE symbol = %s "
        "UNION ALL SELECT max(trade_date) FROM session_quality WHERE symbol = %s "
        f"UNION ALL SELECT timestamp::date FROM ({outermost(False, 's.symbol = %s')}) AS bar "
        f"UNION ALL SELECT timestamp::date FROM ({outermost(True, 's.symbol = %s')}) AS bar "
        "UNION ALL SELECT date FROM rolls WHERE symbol = %s "
        "UNION ALL SELECT unnest(ARRAY[bars_from, bars_to]) FROM roll_calendars WHERE symbol = %s) days",
        [symbol] * 6,
    )
    first, last = cursor.fetchone()
    return None if first is None else (first, last + timedelta(days=7))


def _move(cursor: Any, symbol: str, session: Session, days: Sequence[date]) -> None:
    new = session.trade_date
    names = [t.name for t in TIMEFRAMES if not t.is_session]
    for table in ("market_bars", "market_exact", "validated_sessions"):
        at = "first" if table == "validated_sessions" else "timestamp"
        cursor.execute(
            f"UPDATE {table} b SET trade_date = %s FROM bar_series s WHERE s.id = b.series AND s.symbol = %s "
            f"AND s.timeframe = ANY(%s) AND b.{at} >= %s AND b.{at} < %s AND b.trade_date <> %s",
            [new, symbol, names, session.open, session.close, new],
        )
    _join_session_bars(cursor, symbol, session)
    _join_quality(cursor, symbol, new, days)
    # Request these sessions from the gateway again: it may have reported them day by day.
    cursor.execute("DELETE FROM reconciliations WHERE symbol = %s AND trade_date = ANY(%s)", [symbol, list(days)])
    cursor.execute("UPDATE rolls SET date = %s WHERE symbol = %s AND date = ANY(%s)", [new, symbol, days[:-1]])
    for column in ("bars_from", "bars_to"):
        cursor.execute(
            f"UPDATE roll_calendars SET {column} = %s WHERE symbol = %s AND {column} = ANY(%s)",
            [new, symbol, days[:-1]],
        )


def _join_session_bars(cursor: Any, symbol: str, session: Session) -> None:
    series = "(SELECT * FROM bar_series WHERE symbol = %(symbol)s AND timeframe = %(timeframe)s AND source = '') s"
    given = {"symbol": symbol, "timeframe": SESSION.name, "start": session.open, "end": session.close}
    bars = by_contract(copy_out(cursor, market_rows(SESSION.name, _BARS, series, "%(start)s", "%(end)s"), given, _BARS))
    delete_market(cursor, symbol, SESSION.name, session.open, session.close)
    found = bars.groupby("contract", sort=False)
    joined = found.agg(
        open=("open", "first"),
        high=("high", "max"),
        low=("low", "min"),
        close=("close", "last"),
        volume=("volume", _total),
        count=("count", _total),
    )
    joined["timestamp"] = pd.Series(session.open, index=joined.index, dtype=INSTANT)
    joined["trade_date"] = np.datetime64(session.trade_date, "s")
    write_market(cursor, symbol, SESSION.name, joined.reset_index()[list(BAR_COLUMNS)])


def _total(numbers: pd.Series) -> int:
    return UNKNOWN if numbers.min() < 0 else int(numbers.sum())


def _join_quality(cursor: Any, symbol: str, new: date, days: Sequence[date]) -> None:
    columns = ", ".join(MINUTE_COUNTS)
    cursor.execute(
        f"DELETE FROM session_quality WHERE symbol = %s AND trade_date = ANY(%s) RETURNING contract, {columns}",
        [symbol, list(days)],
    )
    sums: dict[str, np.ndarray] = {}
    for contract, *counts in cursor.fetchall():
        sums[contract] = sums.get(contract, 0) + np.array(counts)
    for contract, counts in sums.items():
        cursor.execute(
            f"INSERT INTO session_quality (symbol, trade_date, contract, {columns}) "
            f"VALUES (%s, %s, %s{', %s' * len(MINUTE_COUNTS)})",
            [symbol, new, contract, *counts.tolist()],
        )


def _other_hours(cursor: Any, symbol: str, calendar: SessionCalendar) -> set[date]:
    """Return the first days of the months in which more minutes were expected of a session than it has."""
    cursor.execute(
        "SELECT trade_date, max(expected) FROM session_quality WHERE symbol = %s GROUP BY trade_date", [symbol]
    )
    expected: dict[date, int] = dict(cursor.fetchall())
    if not expected:
        return set()
    lengths = {s.trade_date: len(s.all_minutes()) for s in calendar.sessions(min(expected), max(expected))}
    return {day.replace(day=1) for day, minutes in expected.items() if minutes > lengths.get(day, 0)}
