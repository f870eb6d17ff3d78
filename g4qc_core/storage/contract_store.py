"""The contracts that a gateway ever described.

A contract stays when the gateway forgets it, two years after its expiry, because its bars stay. Must not know
where contracts come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.errors import ContractNotFound
from g4qc_core.instruments import Contract
from g4qc_core.storage.database import Database
from g4qc_core.storage.tables import contracts

_FIELDS = (
    "con_id",
    "local_symbol",
    "trading_class",
    "last_trade_date",
    "last_trade_at",
    "exchange",
    "currency",
    "multiplier",
    "min_tick",
    "kind",
)


class ContractStore:
    """The contracts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def merge(self, chain: Sequence[Contract], seen_at: datetime) -> int:
        """Adds the contracts, and corrects those that are known; returns how many were new.

        Args:
            chain: of one or of several instruments.
            seen_at: by the gateway's clock; kept as `first_seen` of the new ones.
        """
        if not chain:
            return 0
        rows = [_row(contract) | {"first_seen": seen_at} for contract in chain]
        statement = insert(contracts)
        update = {name: statement.excluded[name] for name in _FIELDS}
        with self._database.transaction() as connection:
            known = {(r.symbol, r.contract) for r in connection.execute(_keys({c.symbol for c in chain}))}
            connection.execute(
                statement.on_conflict_do_update(index_elements=["symbol", "contract"], set_=update), rows
            )
        return len({(c.symbol, c.month) for c in chain} - known)

    def chain(self, symbol: str) -> list[Contract]:
        """All known contracts of the instrument by last trade date; empty when none is known yet."""
        query = (
            select(contracts)
            .where(contracts.c.symbol == symbol)
            .order_by(contracts.c.last_trade_date, contracts.c.contract)
        )
        with self._database.transaction() as connection:
            return [_contract(row) for row in connection.execute(query).mappings()]

    def contract(self, symbol: str, month: str) -> Contract:
        """The contract of that month.

        Raises:
            ContractNotFound: no gateway described it yet.
        """
        for contract in self.chain(symbol):
            if contract.month == month:
                return contract
        raise ContractNotFound(f"The contract {symbol} {month} is not in the database: materialize `contracts`.")

    def heads(self, symbol: str) -> dict[str, datetime]:
        """Start of the first bar of each contract month of which a gateway has told it, UTC."""
        query = select(contracts.c.contract, contracts.c.head).where(
            contracts.c.symbol == symbol, contracts.c.head.is_not(None)
        )
        with self._database.transaction() as connection:
            return {row.contract: row.head for row in connection.execute(query)}

    def keep_head(self, contract: Contract, head: datetime) -> None:
        """Keeps the start of the first bar of a known contract, UTC."""
        own = (contracts.c.symbol == contract.symbol) & (contracts.c.contract == contract.month)
        with self._database.transaction() as connection:
            connection.execute(contracts.update().where(own).values(head=head))

    def first_seen(self, symbol: str) -> dict[str, datetime]:
        """When each contract month of the instrument was first described, UTC."""
        query = select(contracts.c.contract, contracts.c.first_seen).where(contracts.c.symbol == symbol)
        with self._database.transaction() as connection:
            return {row.contract: row.first_seen for row in connection.execute(query)}


def _keys(symbols: set[str]):  # type: ignore[no-untyped-def]
    return select(contracts.c.symbol, contracts.c.contract).where(contracts.c.symbol.in_(symbols))


def _row(contract: Contract) -> dict[str, object]:
    fields = {name: getattr(contract, name) for name in _FIELDS}
    return {"symbol": contract.symbol, "contract": contract.month} | fields


def _contract(row: RowMapping) -> Contract:
    return Contract(symbol=row["symbol"], month=row["contract"], **{name: row[name] for name in _FIELDS})
