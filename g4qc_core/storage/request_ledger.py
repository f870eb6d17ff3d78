"""The ledger of requests to the gateway, and of files whose bars were stored: windows, times and outcomes.

A minute without a bar counts as empty only if the ledger has an answered request that covers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, exists, select

from g4qc_core.bars.source_choice import GATEWAY
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
        symbol: the instrument.
        contract: month, `YYYYMM`.
        timeframe: G4QC's name of the timeframe.
        window_start: start of the window.
        window_end: end of the window, exclusive.
        outcome: how the request ended.
        requested_at: by the gateway's clock, UTC.
        duration_ms: time until the answer.
        code: the gateway's error code, if it sent one.
        message: the gateway's message, if it sent one.
        bars: number of bars in the answer; `RawStore.write` fills it in.
        content_hash: hash of the bars; `RawStore.write` fills it in.
        whole: whether this answer alone settles every minute of its window; None: not judged.
        what: Interactive Brokers' kind of data.
        run_id: the Dagster run, if there is one.
        source: `ib`, or the source of the file whose bars were stored.
        import_id: the import of the file; None for requests to the gateway.
        file: name of the file; None for requests to the gateway.
        id: assigned by the database; None before.
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
    source: str = GATEWAY
    import_id: int | None = None
    file: str | None = None
    id: int | None = None


class RequestLedger:
    """The ledger in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, entry: LedgerEntry) -> int:
        """Write one entry in its own transaction and return its id.

        For an answer with bars use `RawStore.write`, which writes both in one transaction.
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
        source: str | None = GATEWAY,
    ) -> list[LedgerEntry]:
        """Return the entries whose window overlaps `[start, end)`, in the order in which they were written.

        Args:
            symbol: the instrument.
            contract: month; None: every contract.
            timeframe: name of the timeframe.
            start: UTC.
            end: UTC, exclusive.
            outcomes: None: every outcome.
            source: None: requests to the gateway, and files of every source.
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
        if source is not None:
            query = query.where(ib_requests.c.source == source)
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
            later.c.source == ib_requests.c.source,
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
        """Return the newest request to the gateway; None if there is none."""
        query = select(ib_requests).where(ib_requests.c.source == GATEWAY).order_by(ib_requests.c.id.desc()).limit(1)
        with self._database.transaction() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _entry(row)


def insert_entry(connection: Connection, entry: LedgerEntry) -> int:
    """Write the entry in the caller's transaction and return its id."""
    values = asdict(entry) | {"outcome": str(entry.outcome)}
    del values["id"]
    return int(connection.scalar(ib_requests.insert().values(values).returning(ib_requests.c.id)) or 0)


def _entry(row: RowMapping) -> LedgerEntry:
    return LedgerEntry(**(dict(row) | {"outcome": Outcome(row["outcome"])}))
