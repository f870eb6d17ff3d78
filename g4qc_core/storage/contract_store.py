"""All contracts that a gateway ever described.

A contract and all its ids stay stored when the gateway drops it after its expiry, because its bars stay too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Exists, RowMapping, Select, Table, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.errors import ContractChanged
from g4qc_core.instruments.registry import Contract
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import bar_series, contract_ids, contracts, raw_exact, raw_minutes
from g4qc_core.storage.tables.bars import CURRENT
from g4qc_core.timeframes import ONE_MINUTE

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
    "price_magnifier",
    "estimated",
)

_MINUTE = timedelta(minutes=1)

# A holiday that is announced late may move the end of a contract by a few days.
_MOVED = timedelta(days=10)


class ContractStore:
    """The contracts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def merge(self, chain: Sequence[Contract], seen_at: datetime) -> int:
        """Add new contracts and update known ones; return the number of new ones.

        A month with another conId or exchange than before is the same contract if it ends at about the same date and
        has the same kind, currency and multiplier: the exchange was renamed, or the contract got a new id. Requests use
        the new description, its bars stay, and all ids are kept. If it differs otherwise, nothing is written. An
        estimated contract is replaced, whatever it was.

        Args:
            chain: contracts of one or more instruments.
            seen_at: by the gateway's clock, UTC; stored as `first_seen` of new contracts and ids.

        Raises:
            ContractChanged: a month now belongs to another product than its stored bars.
        """
        if not chain:
            return 0
        rows = [_row(contract) | {"first_seen": seen_at} for contract in chain]
        statement = insert(contracts)
        update = {name: statement.excluded[name] for name in _FIELDS}
        with self._database.transaction() as connection:
            stored = connection.execute(_of({c.symbol for c in chain})).mappings()
            known = {(row["symbol"], row["contract"]): _contract(row) for row in stored}
            for contract in chain:
                _check_same(contract, known.get((contract.symbol, contract.month)))
            connection.execute(
                statement.on_conflict_do_update(index_elements=["symbol", "contract"], set_=update), rows
            )
            ids = [{column.name: row[column.name] for column in contract_ids.columns} for row in rows]
            connection.execute(insert(contract_ids).on_conflict_do_nothing(), ids)
        return len({(c.symbol, c.month) for c in chain} - known.keys())

    def add_estimated(self, chain: Sequence[Contract], seen_at: datetime) -> int:
        """Add contracts that no gateway has described, where the month is unknown; return the number of new ones.

        They give way to the gateway's description as soon as there is one.

        Args:
            chain: contracts by the rules of their exchanges.
            seen_at: UTC.
        """
        if not chain:
            return 0
        rows = [_row(contract) | {"estimated": True, "first_seen": seen_at} for contract in chain]
        with self._database.transaction() as connection:
            added = insert(contracts).on_conflict_do_nothing().returning(contracts.c.contract)
            return len(connection.execute(added, rows).all())

    def chain(self, symbol: str) -> list[Contract]:
        """Return the known contracts of the instrument by last trade date; empty if none is known yet."""
        query = (
            select(contracts)
            .where(contracts.c.symbol == symbol)
            .order_by(contracts.c.last_trade_date, contracts.c.contract)
        )
        with self._database.transaction() as connection:
            return [_contract(row) for row in connection.execute(query).mappings()]

    def heads(self, symbol: str) -> dict[str, datetime]:
        """Return the head timestamp (start of the first bar, UTC) of each contract month that has one."""
        query = select(contracts.c.contract, contracts.c.head).where(
            contracts.c.symbol == symbol, contracts.c.head.is_not(None)
        )
        with self._database.transaction() as connection:
            return {row.contract: row.head for row in connection.execute(query)}

    def heads_asked(self, symbol: str) -> dict[str, datetime]:
        """Return when the head timestamp of each contract month was last requested, by the gateway's clock, UTC."""
        query = select(contracts.c.contract, contracts.c.head_asked_at).where(
            contracts.c.symbol == symbol, contracts.c.head_asked_at.is_not(None)
        )
        with self._database.transaction() as connection:
            return {row.contract: row.head_asked_at for row in connection.execute(query)}

    def keep_head(self, contract: Contract, head: datetime | None, asked_at: datetime) -> None:
        """Record the head timestamp of a known contract.

        The earliest head counts, because a later one would leave bars out; a head after a stored bar is ignored.

        Args:
            contract: the contract.
            head: start of its first bar, UTC; None: the gateway sent none.
            asked_at: time of the request by the gateway's clock, UTC.
        """
        own = (contracts.c.symbol == contract.symbol) & (contracts.c.contract == contract.month)
        with self._database.transaction() as connection:
            values: dict[str, Any] = {"head_asked_at": asked_at}
            if head is not None and not connection.scalar(_bars_before(contract, head)):
                values["head"] = func.least(contracts.c.head, head)
            connection.execute(contracts.update().where(own).values(values))

    def ids(self, symbol: str) -> dict[str, list[int]]:
        """Return all conIds of each contract month of the instrument, in the order in which they were seen."""
        query = (
            select(contract_ids.c.contract, contract_ids.c.con_id)
            .where(contract_ids.c.symbol == symbol)
            .order_by(contract_ids.c.first_seen, contract_ids.c.con_id)
        )
        found: dict[str, list[int]] = {}
        with self._database.transaction() as connection:
            for row in connection.execute(query):
                found.setdefault(row.contract, []).append(row.con_id)
        return {month: list(dict.fromkeys(ids)) for month, ids in found.items()}

    def first_seen(self, symbol: str) -> dict[str, datetime]:
        """Return when each contract month of the instrument was first described, UTC."""
        query = select(contracts.c.contract, contracts.c.first_seen).where(contracts.c.symbol == symbol)
        with self._database.transaction() as connection:
            return {row.contract: row.first_seen for row in connection.execute(query)}


def forget_late_head(connection: Connection, contract: Contract, first_bar: datetime) -> None:
    """Delete the contract's head timestamp if it is later than this bar, in the caller's transaction."""
    own = (contracts.c.symbol == contract.symbol) & (contracts.c.contract == contract.month)
    late = own & (contracts.c.head >= first_bar + _MINUTE)
    connection.execute(contracts.update().where(late).values(head=None))


def _bars_before(contract: Contract, head: datetime) -> Select:
    own = (bar_series.c.symbol == contract.symbol) & (bar_series.c.contract == contract.month)
    own &= (bar_series.c.timeframe == ONE_MINUTE.name) & (bar_series.c.source != "")

    def before(bar: Table) -> Exists:
        return exists().where(bar.c.series == bar_series.c.id, bar.c.timestamp <= head - _MINUTE)

    current = raw_exact.c.replaced_by == CURRENT
    return select(exists().where(own, before(raw_minutes) | before(raw_exact).where(current)))


def _of(symbols: set[str]) -> Select:
    return select(contracts).where(contracts.c.symbol.in_(symbols))


def _check_same(contract: Contract, known: Contract | None) -> None:
    if known is None or known.estimated or known.con_id == contract.con_id:
        return
    moved = abs(contract.last_trade_date - known.last_trade_date)
    same = (contract.kind, contract.currency, contract.multiplier)
    if moved > _MOVED or same != (known.kind, known.currency, known.multiplier):
        raise ContractChanged(
            f"The gateway now describes {contract} as {_words(contract)}, and its stored bars are of {_words(known)}: "
            f"give the product another symbol in the instruments file, because [{contract.symbol}] has bars of the old."
        )


def _words(contract: Contract) -> str:
    return (
        f"conId {contract.con_id} ({contract.trading_class}, multiplier {contract.multiplier}, ends "
        f"{contract.last_trade_date})"
    )


def _row(contract: Contract) -> dict[str, object]:
    fields = {name: getattr(contract, name) for name in _FIELDS}
    return {"symbol": contract.symbol, "contract": contract.month} | fields


def _contract(row: RowMapping) -> Contract:
    return Contract(symbol=row["symbol"], month=row["contract"], **{name: row[name] for name in _FIELDS})
