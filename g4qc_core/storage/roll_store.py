"""Roll calendars: for each instrument and rule, the trade dates on which the front contract changes."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from g4qc_core.futures.rolls import ROLL_COLUMNS
from g4qc_core.storage.copy import Kinds, copy_in, copy_out
from g4qc_core.storage.slices import SliceStore, names
from g4qc_core.storage.tables import rolls

_KINDS: Kinds = {name: {"date": "date", "gap": "float8"}.get(name, "text") for name in ROLL_COLUMNS}


class RollStore(SliceStore):
    """The roll calendars of one database."""

    def replace(self, symbol: str, rule: str, calendar: pd.DataFrame, version: str) -> int:
        """Makes `calendar` the whole roll calendar of instrument and rule; returns its length.

        Args:
            rule: as `futures.rolls.rule_name` writes it.
            calendar: `ROLL_COLUMNS` of `futures.rolls`; may be empty.
            version: of the data and code behind the calendar.
        """
        with self._writing(f"rolls {symbol}") as (_, cursor):
            cursor.execute("DELETE FROM rolls WHERE symbol = %s AND rule = %s", [symbol, rule])
            columns = {**_KINDS, "version": "text"}
            return copy_in(cursor, "rolls", columns, calendar, symbol=symbol, rule=rule, version=version)

    def load(self, symbol: str, rule: str) -> pd.DataFrame:
        """The roll calendar of instrument and rule: `ROLL_COLUMNS` by date; empty when none was made yet."""
        query = f"SELECT {names(_KINDS)} FROM rolls WHERE symbol = %s AND rule = %s ORDER BY date"
        with self._reading() as cursor:
            return copy_out(cursor, query, [symbol, rule], _KINDS)

    def version(self, symbol: str, rule: str) -> str | None:
        """Version of the calendar of instrument and rule; None when there is none."""
        query = select(rolls.c.version).where(rolls.c.symbol == symbol, rolls.c.rule == rule).limit(1)
        with self._database.transaction() as connection:
            return connection.scalar(query)
