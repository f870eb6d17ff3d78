"""Differences between two sources of the same bars, by session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from g4qc_core.bars.columns import PRICES
from g4qc_core.sources.comparison.pair_difference import PairDifference
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import source_differences

_OF_PRICES = {"prices": "differing", "largest": "largest"}
_PLAIN = [field.name for field in fields(SessionDifference) if field.name not in _OF_PRICES]


class DifferenceStore:
    """The differences between sources in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(
        self, symbol: str, first: date, last: date, found: Sequence[PairDifference], compared_at: datetime
    ) -> None:
        """Replace the differences of the trade dates from `first` to `last`, both included, in one transaction.

        Args:
            symbol: the instrument.
            first: first trade date.
            last: last trade date.
            found: differences of these trade dates.
            compared_at: UTC.
        """
        table = source_differences
        rows = [{**_row(one), "symbol": symbol, "compared_at": compared_at} for one in found]
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(table.c.symbol == symbol, table.c.trade_date.between(first, last)))
            if rows:
                connection.execute(insert(table), rows)

    def differences(
        self, symbol: str, first: date | None = None, last: date | None = None, contract: str | None = None
    ) -> list[PairDifference]:
        """Return the differences of an instrument's sessions, by contract, sources and trade date.

        Args:
            symbol: the instrument.
            first: first trade date; None: the earliest.
            last: last trade date, included; None: the latest.
            contract: month of the contract; None: all.
        """
        table = source_differences.c
        query = select(source_differences).where(table.symbol == symbol)
        query = query if first is None else query.where(table.trade_date >= first)
        query = query if last is None else query.where(table.trade_date <= last)
        query = query if contract is None else query.where(table.contract == contract)
        query = query.order_by(table.contract, table.first_source, table.second_source, table.trade_date)
        with self._database.transaction() as connection:
            return [_difference(row) for row in connection.execute(query).mappings()]


def _row(one: PairDifference) -> dict[str, Any]:
    values = {name: getattr(one.session, name) for name in _PLAIN}
    for name, column in _OF_PRICES.items():
        values |= {f"{column}_{price}": value for price, value in zip(PRICES, getattr(one.session, name), strict=True)}
    values |= {"verdict": str(one.session.verdict), "side": str(one.session.side)}
    return {**values, "contract": one.contract, "first_source": one.first, "second_source": one.second}


def _difference(row: Mapping[Any, Any]) -> PairDifference:
    values = {name: row[name] for name in _PLAIN}
    for name, column in _OF_PRICES.items():
        values[name] = tuple(row[f"{column}_{price}"] for price in PRICES)
    values |= {"verdict": SourceVerdict(row["verdict"]), "side": Side(row["side"])}
    return PairDifference(row["contract"], row["first_source"], row["second_source"], SessionDifference(**values))
