"""The ledger of requests: what was asked of the gateway, when, and how it ended.

The ledger is what makes emptiness legal: a minute without a bar is empty only when a request that covers it
was answered. Knows outcomes and windows. Must not know how a request is made, nor which sessions exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, exists, select

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import ib_requests


class Outcome(StrEnum):
    """How a request ended."""

    DATA = "data"
    NO_DATA = "no_data"
    CONFIRMED_EMPTY = "confirmed_empty"
    DENIED = "denied"
    TIMEOUT = "timeout"
    PACING = "pacing"
    NO_PERMISSION = "no_permission"
    NO_DEFINITION = "no_definition"
    REJECTED = "rejected"
    DISCONNECTED = "disconnected"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"
    """The gateway answered, and part of the answer cannot be read; the readable part was stored."""
    ERROR = "error"


ANSWERED = frozenset({Outcome.DATA, Outcome.NO_DATA, Outcome.CONFIRMED_EMPTY})


@dataclass(frozen=True)
class LedgerEntry:
    """One request for bars that start in `[window_start, window_end)`, UTC.

    Attributes:
        contract: month, `YYYYMM`.
        timeframe: G4QC's name of it.
        requested_at: by the clock of extraction, which is the gateway's.
        code, message: what the gateway said, where it said something.
        bars, content_hash: of the answer; `RawStore.write` fills them in.
        whole: True when the answer leaves no minute of its window in doubt; None where nobody judged.
        run_id: Dagster's run, where there is one.
        id: given by the database; None before.
    """

    symbol: str
    contract: str
    timeframe: str
    window_start: datetime
    window_end: datetime
    outcome: Outcome
    requested_at: datetime
    duration_ms: int
    code: int | None = None
    message: str | None = None
    bars: int = 0
    content_hash: str | None = None
    whole: bool | None = None
    what: str = "TRADES"
    run_id: str | None = None
    id: int | None = None


class RequestLedger:
    """The ledger in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: LedgerEntry) -> int:
        """Writes one entry in a transaction of its own; returns its id.

        An entry with bars goes through `RawStore.write`, which writes both in one transaction.
        """
        with self._database.transaction() as connection:
            return insert_entry(connection, entry)

    def entries(
        self,
        symbol: str,
        contract: str | None,
        timeframe: str,
        start: datetime,
        end: datetime,
        outcomes: Iterable[Outcome] | None = None,
    ) -> list[LedgerEntry]:
        """Entries whose window overlaps `[start, end)`, in the order they were written.

        Args:
            contract: month; None: of every contract.
            outcomes: None: of every outcome.
        """
        query = (
            select(ib_requests)
            .where(
                ib_requests.c.symbol == symbol,
                ib_requests.c.timeframe == timeframe,
                ib_requests.c.window_start < end,
                ib_requests.c.window_end > start,
            )
            .order_by(ib_requests.c.id)
        )
        if contract is not None:
            query = query.where(ib_requests.c.contract == contract)
        if outcomes is not None:
            query = query.where(ib_requests.c.outcome.in_([str(o) for o in outcomes]))
        with self._database.transaction() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def unanswered(self, timeframe: str) -> list[LedgerEntry]:
        """Return failed requests of every contract whose window has had no answer since, oldest first."""
        later = ib_requests.alias("later")
        since = exists().where(
            later.c.symbol == ib_requests.c.symbol,
            later.c.contract == ib_requests.c.contract,
            later.c.timeframe == ib_requests.c.timeframe,
            later.c.window_start < ib_requests.c.window_end,
            later.c.window_end > ib_requests.c.window_start,
            later.c.id > ib_requests.c.id,
        )
        query = (
            select(ib_requests)
            .where(
                ib_requests.c.timeframe == timeframe,
                ib_requests.c.outcome.not_in([str(o) for o in ANSWERED]),
                ~since,
            )
            .order_by(ib_requests.c.id)
        )
        with self._database.transaction() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def page(
        self,
        limit: int,
        before: int | None = None,
        symbol: str | None = None,
        contract: str | None = None,
        outcome: str | None = None,
    ) -> list[LedgerEntry]:
        """Return the newest entries, newest first.

        Args:
            limit: largest number of entries.
            before: only entries with smaller ids: the id of the previous page's last entry.
            symbol: only entries of this instrument.
            contract: only entries of this contract month.
            outcome: only entries with this outcome.
        """
        query = select(ib_requests).order_by(ib_requests.c.id.desc()).limit(limit)
        for name, value in {"symbol": symbol, "contract": contract, "outcome": outcome}.items():
            if value is not None:
                query = query.where(ib_requests.c[name] == value)
        if before is not None:
            query = query.where(ib_requests.c.id < before)
        with self._database.transaction() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def last(self) -> LedgerEntry | None:
        """The entry that was written last; None in an empty ledger."""
        query = select(ib_requests).order_by(ib_requests.c.id.desc()).limit(1)
        with self._database.transaction() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _entry(row)


def insert_entry(connection: Connection, entry: LedgerEntry) -> int:
    """Writes the entry in the caller's transaction; returns its id."""
    values = asdict(entry) | {"outcome": str(entry.outcome)}
    del values["id"]
    return int(connection.scalar(ib_requests.insert().values(values).returning(ib_requests.c.id)) or 0)


def _entry(row: RowMapping) -> LedgerEntry:
    return LedgerEntry(**(dict(row) | {"outcome": Outcome(row["outcome"])}))
