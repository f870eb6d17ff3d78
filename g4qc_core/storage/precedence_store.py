"""The user's rules about which source of bars counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from g4qc_core.bars.source_choice import Precedence, SourceRule
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import source_rules


class PrecedenceStore:
    """The precedence of sources in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, symbol: str) -> Precedence:
        """Return the precedence of an instrument's sources."""
        columns = source_rules.c
        query = select(columns.sources, columns.first, columns.last).where(columns.symbol == symbol)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(columns.id))
            return Precedence(tuple(SourceRule(tuple(row.sources), row.first, row.last) for row in rows))

    def add(self, symbol: str, rule: SourceRule, made_at: datetime) -> None:
        """Add a rule, which wins over those before it; nothing happens if it is the newest one already.

        Args:
            symbol: the instrument.
            rule: of the user.
            made_at: UTC.
        """
        if self.of(symbol).rules[-1:] == (rule,):
            return
        row = {"symbol": symbol, "sources": list(rule.sources), "first": rule.first, "last": rule.last}
        with self._database.transaction() as connection:
            connection.execute(insert(source_rules).values(**row, made_at=made_at))
