"""Roll calendars: for each instrument and rule, the trade dates on which the front contract changes.

A calendar is derived data and is replaced completely. `g4qc_core.futures.rolls` makes it.
"""

from __future__ import annotations

import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.futures.rolls.roll_calendar import ROLL_COLUMNS, RollCalendar
from g4qc_core.storage.codec.binary_copy import Kinds, copy_in, copy_out
from g4qc_core.storage.codec.time_slices import TimeSlices, names
from g4qc_core.storage.server.database import Database

_OTHERS = {"position": "int4", "date": "date", "priced_at": "timestamptz"}
_OTHERS |= dict.fromkeys(("from_price", "to_price", "gap"), "float8")
_KINDS: Kinds = {name: _OTHERS.get(name, "text") for name in ROLL_COLUMNS}

FORMER_RULES = "made by former rules"
"""Version of roll calendars made before business days were those of the exchange."""


class RollStore:
    """The roll calendars of one database."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def replace(self, calendar: RollCalendar) -> str:
        """Replace the roll calendar of its instrument, rule and position; return its version."""
        version = fingerprint(calendar.rolls)
        key = [calendar.symbol, calendar.rule, calendar.position]
        with self._slices.writing(f"rolls {calendar.symbol}") as (_, cursor):
            for table in ("rolls", "roll_calendars"):
                cursor.execute(f"DELETE FROM {table} WHERE symbol = %s AND rule = %s AND position = %s", key)
            copy_in(cursor, "rolls", _KINDS, calendar.rolls)
            cursor.execute(
                "INSERT INTO roll_calendars (symbol, rule, position, front, bars_from, bars_to, version) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [*key, calendar.front, calendar.bars_from, calendar.bars_to, version],
            )
        return version

    def forget(self, symbol: str, rule: str) -> bool:
        """Delete the calendars of the instrument by that rule; return True if there was one."""
        with self._slices.writing(f"rolls {symbol}") as (_, cursor):
            for table in ("rolls", "roll_calendars"):
                cursor.execute(f"DELETE FROM {table} WHERE symbol = %s AND rule = %s", [symbol, rule])
            return bool(cursor.rowcount)

    def load(self, symbol: str, rule: str, position: int = 0) -> RollCalendar | None:
        """Return the calendar; None if it was never made."""
        key = [symbol, rule, position]
        with self._slices.reading() as cursor:
            cursor.execute(
                "SELECT front, bars_from, bars_to FROM roll_calendars "
                "WHERE symbol = %s AND rule = %s AND position = %s",
                key,
            )
            found = cursor.fetchone()
            if found is None:
                return None
            query = f"SELECT {names(_KINDS)} FROM rolls WHERE symbol = %s AND rule = %s AND position = %s ORDER BY date"
            rolls = copy_out(cursor, query, key, _KINDS)
        return RollCalendar(symbol, rule, position, rolls, *found)

    def rules(self, symbol: str) -> list[str]:
        """Return the rules of the instrument's stored calendars of the front contract."""
        with self._slices.reading() as cursor:
            cursor.execute("SELECT rule FROM roll_calendars WHERE symbol = %s AND position = 0 ORDER BY rule", [symbol])
            return [row[0] for row in cursor.fetchall()]

    def former(self, symbol: str) -> bool:
        """Return True if a calendar of the instrument was made before business days were those of the exchange."""
        with self._slices.reading() as cursor:
            cursor.execute(
                "SELECT 1 FROM roll_calendars WHERE symbol = %s AND version = %s LIMIT 1", [symbol, FORMER_RULES]
            )
            return cursor.fetchone() is not None

    def version(self, symbol: str, rule: str, position: int = 0) -> str | None:
        """Return a fingerprint of the calendar's rolls and its last contract; None if it was never made."""
        return self._select("version || ' ' || front", symbol, rule, position)

    def knowledge(self, symbol: str, rule: str, position: int = 0) -> str | None:
        """Return a fingerprint of the version and of the bars and chain that the calendar was made from."""
        chain = "SELECT string_agg(contract || last_trade_at, ',' ORDER BY contract) FROM contracts c"
        what = f"concat_ws(' ', version, front, bars_from, bars_to, md5(({chain} WHERE c.symbol = r.symbol)))"
        return self._select(what, symbol, rule, position)

    def _select(self, what: str, symbol: str, rule: str, position: int) -> str | None:
        query = f"SELECT {what} FROM roll_calendars r WHERE symbol = %s AND rule = %s AND position = %s"
        with self._slices.reading() as cursor:
            cursor.execute(query, [symbol, rule, position])
            found: tuple[str] | None = cursor.fetchone()
        return None if found is None else found[0]

    def calendars(self, symbol: str) -> pd.DataFrame:
        """Return one row per rule and position: rule, front, version, position, bars_from, bars_to."""
        texts = dict.fromkeys(("rule", "front", "version"), "text")
        kinds: Kinds = {**texts, "position": "int4", "bars_from": "date", "bars_to": "date"}
        query = f"SELECT {names(kinds)} FROM roll_calendars WHERE symbol = %s ORDER BY position, rule"
        with self._slices.reading() as cursor:
            return copy_out(cursor, query, [symbol], kinds)
