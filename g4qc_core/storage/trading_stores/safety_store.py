"""Locks of instruments, reconciliations, and the kill switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import trade_halts, trade_locks, trade_reconciliations
from g4qc_core.trading.reconciliation import BrokerDifference

_locks, _reconciliations, _halts = trade_locks.c, trade_reconciliations.c, trade_halts.c

EVERY_ACCOUNT = "*"


@dataclass(frozen=True)
class InstrumentLock:
    """Why an instrument is not traded, until a person has looked.

    Attributes:
        ours, theirs: the two sides in words.
        resolved_at: UTC; None while it locks.
    """

    id: int
    account: str
    symbol: str
    at: datetime
    reason: str
    ours: str
    theirs: str
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolution: str | None = None


@dataclass(frozen=True)
class Halt:
    """The kill switch is on for an account, or for all (`EVERY_ACCOUNT`)."""

    account: str
    at: datetime
    by: str
    why: str


@dataclass(frozen=True)
class Reconciliation:
    """One comparison with the broker.

    Attributes:
        cause: `start`, `reconnection`, `schedule`, `close` or `resolve`.
        compared: numbers of positions, open orders and executions.
        differences: in words.
    """

    account: str
    at: datetime
    cause: str
    agrees: bool
    compared: Mapping[str, int]
    differences: Sequence[str]


class SafetyStore:
    """Locks, reconciliations and halts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lock(self, account: str, difference: BrokerDifference, at: datetime) -> bool:
        """Lock an instrument; return False if it is locked for the same difference already."""
        row = {
            "account": account,
            "symbol": difference.symbol,
            "reason": difference.kind,
            "ours": difference.ours,
            "theirs": difference.theirs,
        }
        same = select(_locks.id).where(
            _locks.resolved_at.is_(None), *(trade_locks.c[name] == value for name, value in row.items())
        )
        with self._database.transaction() as connection:
            if connection.execute(same).first() is not None:
                return False
            connection.execute(insert(trade_locks).values(**row, at=at))
        return True

    def locks(self, account: str, *, resolved: bool = False, most: int | None = None) -> list[InstrumentLock]:
        """Return the locks in force, oldest first; with `resolved` all of them, newest first."""
        chosen = select(trade_locks).where(_locks.account == account)
        if resolved:
            chosen = chosen.order_by(_locks.id.desc())
        else:
            chosen = chosen.where(_locks.resolved_at.is_(None)).order_by(_locks.id)
        with self._database.transaction() as connection:
            return [InstrumentLock(**row) for row in connection.execute(chosen.limit(most)).mappings()]

    def resolve(self, account: str, symbol: str, by: str, resolution: str, at: datetime) -> int:
        """Unlock an instrument; return the number of locks that ended."""
        changed = update(trade_locks).where(
            _locks.account == account, _locks.symbol == symbol, _locks.resolved_at.is_(None)
        )
        with self._database.transaction() as connection:
            return connection.execute(changed.values(resolved_at=at, resolved_by=by, resolution=resolution)).rowcount

    def note(self, found: Reconciliation) -> None:
        """Keep a reconciliation."""
        row = {
            "account": found.account,
            "at": found.at,
            "cause": found.cause,
            "agrees": found.agrees,
            "compared": dict(found.compared),
            "differences": list(found.differences),
        }
        with self._database.transaction() as connection:
            connection.execute(insert(trade_reconciliations).values(**row))

    def reconciliations(self, account: str, most: int = 1) -> list[Reconciliation]:
        """Return the last reconciliations, newest first."""
        chosen = select(trade_reconciliations).where(_reconciliations.account == account)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(_reconciliations.id.desc()).limit(most)).mappings()
            return [Reconciliation(**_without_id(dict(row))) for row in rows]

    def halt(self, account: str, by: str, why: str, at: datetime) -> None:
        """Turn the kill switch on; a second time changes nothing."""
        row = {"account": account, "at": at, "by": by, "why": why}
        with self._database.transaction() as connection:
            connection.execute(insert(trade_halts).values(**row).on_conflict_do_nothing())

    def release(self, account: str) -> bool:
        """Turn the kill switch off; return False if it was off."""
        with self._database.transaction() as connection:
            return connection.execute(delete(trade_halts).where(_halts.account == account)).rowcount > 0

    def halts(self, account: str | None = None) -> list[Halt]:
        """Return the halts that hold for an account; None: all of them."""
        chosen = select(trade_halts)
        if account is not None:
            chosen = chosen.where(_halts.account.in_([account, EVERY_ACCOUNT]))
        with self._database.transaction() as connection:
            return [Halt(**row) for row in connection.execute(chosen.order_by(_halts.at)).mappings()]


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    del row["id"]
    return row
