"""Comparisons with the gateway's own data: sessions, and hourly and session bars.

`g4qc_core.bars.calendar_comparison` and `g4qc_core.bars.bar_comparison` decide when two sides agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Table, delete, insert, select

from g4qc_core.bars.calendar_comparison import ComparedDay
from g4qc_core.bars.columns import VALUES
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import calendar_comparisons, reconciliations

_DAY = ("trade_date", "open", "close", "gateway_open", "gateway_close")


class ComparisonStore:
    """The comparisons of one database. All instants are UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace_days(self, symbol: str, calendar: str, days: Sequence[ComparedDay], compared_at: datetime) -> None:
        """Replace the comparisons from the first to the last of these days.

        Args:
            symbol: the instrument.
            calendar: name of its calendar.
            days: compared days, ascending; nothing is replaced if there are none.
            compared_at: UTC.
        """
        if not days:
            return
        known = {"symbol": symbol, "calendar": calendar, "compared_at": compared_at}
        rows = [{name: getattr(d, name) for name in _DAY} | {"finding": str(d.finding)} | known for d in days]
        self._replace(calendar_comparisons, symbol, days[0].trade_date, days[-1].trade_date, rows)

    def days(self, symbol: str | None, first: date, last: date) -> pd.DataFrame:
        """Return the compared trade dates from `first` to `last`, of one instrument or of all, by symbol and date.

        Returns:
            The columns of `calendar_comparisons`; instants are datetime64[us, UTC] or NaT, trade_date datetime64[s].
        """
        frame = self._between(calendar_comparisons, symbol, first, last)
        for name in ("open", "close", "gateway_open", "gateway_close", "compared_at"):
            frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
        return frame

    def replace_bars(self, symbol: str, first: date, last: date, compared: pd.DataFrame, compared_at: datetime) -> None:
        """Replace the compared bars of the trade dates from `first` to `last`.

        Args:
            symbol: the instrument.
            first: first trade date.
            last: last trade date, inclusive.
            compared: `COMPARED_COLUMNS` of `g4qc_core.bars.bar_comparison`; NaN where a side has no bar.
            compared_at: UTC.
        """
        plain = compared.astype(object).where(compared.notna(), None)
        rows = plain.assign(symbol=symbol, compared_at=compared_at).to_dict("records")
        self._replace(reconciliations, symbol, first, last, rows)

    def bars(self, symbol: str | None, first: date, last: date) -> pd.DataFrame:
        """Return the compared bars of the trade dates from `first` to `last`.

        Returns:
            symbol, compared_at and the columns of `compare_bars`, by symbol, timeframe, time and contract.
        """
        frame = self._between(reconciliations, symbol, first, last)
        for name in ("timestamp", "compared_at"):
            frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
        return frame.astype(dict.fromkeys((*VALUES, *(f"gateway_{name}" for name in VALUES)), "float64"))

    def _replace(self, table: Table, symbol: str, first: date, last: date, rows: Sequence[Mapping[Any, Any]]) -> None:
        slice_ = (table.c.symbol == symbol) & table.c.trade_date.between(first, last)
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(slice_))
            if rows:
                connection.execute(insert(table), list(rows))

    def _between(self, table: Table, symbol: str | None, first: date, last: date) -> pd.DataFrame:
        query = select(table).where(table.c.trade_date.between(first, last)).order_by(*table.primary_key.columns)
        if symbol is not None:
            query = query.where(table.c.symbol == symbol)
        with self._database.transaction() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
        return frame.assign(trade_date=frame["trade_date"].astype("datetime64[s]"))
