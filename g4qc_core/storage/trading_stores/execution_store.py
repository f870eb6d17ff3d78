"""Executions with their commissions, and positions that a person entered: the ledger of an account.

Every version of a corrected execution is kept. Commissions may arrive before or after their execution.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, RowMapping, cast, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import trade_executions
from g4qc_core.trading.broker import Commission, Execution
from g4qc_core.trading.intents import Order
from g4qc_core.trading.ledger import Fill

_columns = trade_executions.c
_ADOPTED = "adopted-"
# As `ledger.root_of` and `ledger.in_force`.
_ROOT = func.regexp_replace(_columns.exec_id, r"\.[0-9]+$", "")
_NEWEST_FIRST = (
    cast(func.coalesce(func.substring(_columns.exec_id, r"\.([0-9]+)$"), "0"), Numeric).desc(),
    _columns.commission.is_(None),
    _columns.exec_id.desc(),
)


class ExecutionStore:
    """The executions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, execution: Execution, spec: str, contract: str, received_at: datetime) -> bool:
        """Store an execution; return False if this version of it is known.

        Args:
            execution: as the broker reported it.
            spec: that its order belongs to; empty for an order of somebody else.
            contract: month of the contract, empty if unknown.
            received_at: by the gateway's clock, UTC.
        """
        row = {
            "account": execution.account,
            "exec_id": execution.exec_id,
            "ref": execution.ref,
            "spec": spec,
            "order_id": execution.order_id,
            "perm_id": execution.perm_id,
            "client_id": execution.client_id,
            "symbol": execution.symbol,
            "contract": contract,
            "con_id": execution.con_id,
            "quantity": execution.quantity,
            "price": execution.price,
            "executed_at": execution.at,
            "received_at": received_at,
        }
        with self._database.transaction() as connection:
            return connection.execute(insert(trade_executions).values(**row).on_conflict_do_nothing()).rowcount == 1

    def cost(self, account: str, commission: Commission) -> bool:
        """Store what an execution cost; return False if the execution is not known yet."""
        changed = (
            update(trade_executions)
            .where(_columns.account == account, _columns.exec_id == commission.exec_id)
            .values(commission=commission.amount, currency=commission.currency, reported=commission.realized)
        )
        with self._database.transaction() as connection:
            return connection.execute(changed).rowcount == 1

    def adopt(
        self,
        account: str,
        contract: tuple[str, str, int],
        quantity: int,
        price: Decimal,
        at: datetime,
        note: str,
        order: Order | None = None,
    ) -> None:
        """Enter contracts of which no execution tells, so that the positions agree again.

        Args:
            account: that holds them.
            contract: symbol, month and con_id.
            quantity: contracts to add, negative for fewer.
            price: in points.
            at: by the gateway's clock, UTC.
            note: who did so, and why.
            order: of ours that bought or sold them; None: none did.
        """
        ref = "" if order is None else order.ref
        row = {
            "account": account,
            "exec_id": f"{_ADOPTED}{ref or contract[2]}-{int(at.timestamp() * 1000)}",
            "ref": ref,
            "spec": "adopted" if order is None else order.decision.spec,
            "order_id": 0,
            "perm_id": 0,
            "client_id": 0,
            "symbol": contract[0],
            "contract": contract[1],
            "con_id": contract[2],
            "quantity": quantity,
            "price": price,
            "executed_at": at,
            "received_at": at,
            "commission": Decimal(0),
            "note": note,
        }
        with self._database.transaction() as connection:
            connection.execute(insert(trade_executions).values(**row))

    def fills(self, account: str, since: datetime | None = None, spec: str | None = None) -> list[Fill]:
        """Return every version of every execution, by time; see `ledger.in_force`."""
        chosen = select(trade_executions).where(_columns.account == account)
        if since is not None:
            chosen = chosen.where(_columns.executed_at >= since)
        if spec is not None:
            chosen = chosen.where(_columns.spec == spec)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(_columns.executed_at, _columns.exec_id)).mappings()
            return [_fill(row) for row in rows]

    def newest_fills(self, account: str, most: int, before: str | None = None) -> list[Fill]:
        """Return executions in their newest version, newest first; see `ledger.in_force`.

        Args:
            account: that trades.
            most: largest number of executions.
            before: id of an execution: only those that follow it; none follows an unknown one.
        """
        versions = (
            select(trade_executions, func.row_number().over(partition_by=_ROOT, order_by=_NEWEST_FIRST).label("place"))
            .where(_columns.account == account)
            .subquery()
        )
        at = tuple_(versions.c.executed_at, versions.c.exec_id)
        chosen = select(versions).where(versions.c.place == 1)
        if before is not None:
            last = select(_columns.executed_at, _columns.exec_id)
            last = last.where(_columns.account == account, _columns.exec_id == before)
            chosen = chosen.where(at < last.scalar_subquery())
        chosen = chosen.order_by(versions.c.executed_at.desc(), versions.c.exec_id.desc()).limit(most)
        with self._database.transaction() as connection:
            return [_fill(row) for row in connection.execute(chosen).mappings()]

    def give(self, account: str, exec_ids: Sequence[str], spec: str) -> None:
        """Give executions of somebody else to a spec, so that they count as explained."""
        changed = update(trade_executions).where(_columns.account == account, _columns.exec_id.in_(exec_ids))
        with self._database.transaction() as connection:
            connection.execute(changed.values(spec=spec))


def _fill(row: RowMapping) -> Fill:
    named: dict[str, Any] = {
        name: row[name]
        for name in ("exec_id", "ref", "spec", "symbol", "con_id", "quantity", "price", "commission", "currency")
    }
    return Fill(**named, month=row["contract"], at=row["executed_at"], reported=row["reported"])
