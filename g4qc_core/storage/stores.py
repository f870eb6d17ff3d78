"""All stores of one database in one hand: what assets, commands and the API are given.

Must not know what any of them holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.quarantine_store import QuarantineStore
from g4qc_core.storage.bar_stores.revision_store import RevisionStore
from g4qc_core.storage.bar_stores.version_store import VersionStore
from g4qc_core.storage.comparison_store import ComparisonStore
from g4qc_core.storage.contract_store import ContractStore
from g4qc_core.storage.migrations import make_ready
from g4qc_core.storage.reopened_store import ReopenedStore
from g4qc_core.storage.request_ledger import RequestLedger
from g4qc_core.storage.result_stores.backtest_store import BacktestStore
from g4qc_core.storage.result_stores.deleted_store import DeletedStore
from g4qc_core.storage.result_stores.result_labels import ResultLabels
from g4qc_core.storage.roll_store import RollStore
from g4qc_core.storage.server.database import Database, open_database
from g4qc_core.storage.trade_dates import TradeDates


@dataclass(frozen=True)
class Stores:
    """All stores of one database."""

    database: Database
    contracts: ContractStore
    ledger: RequestLedger
    bars: BarStore
    quarantine: QuarantineStore
    rolls: RollStore
    backtests: BacktestStore
    revisions: RevisionStore
    versions: VersionStore
    comparisons: ComparisonStore
    reopened: ReopenedStore
    labels: ResultLabels
    deleted: DeletedStore

    @classmethod
    def of(cls, database: Database) -> Stores:
        """The stores of an open database whose schema is up to date."""
        return cls(
            database,
            ContractStore(database),
            RequestLedger(database),
            BarStore(database),
            QuarantineStore(database),
            RollStore(database),
            BacktestStore(database),
            RevisionStore(database),
            VersionStore(database),
            ComparisonStore(database),
            ReopenedStore(database),
            ResultLabels(database),
            DeletedStore(database),
        )


def carry_trade_dates(database: Database, settings: Settings) -> list[str]:
    """Move rows stored under an older calendar to the trade dates of the exchange; return the instruments done.

    An instrument that the instruments file lacks waits until it is there again.
    """
    held = TradeDates(database)
    waiting = held.waiting()
    registry = load_registry(settings.own_instruments) if waiting else {}
    done = [symbol for symbol in waiting if symbol in registry]
    for symbol in done:
        held.carry(symbol, calendar(registry[symbol].calendar))
    return done


@contextmanager
def open_stores(settings: Settings) -> Iterator[Stores]:
    """Open the stores of the settings' database, whose schema is that of this version.

    Raises:
        DatabaseUnavailable, DatabaseRefused: see `open_database` and `migrations.make_ready`.
    """
    database = open_database(settings)
    try:
        make_ready(database, embedded=settings.database_url is None, patience=settings.lock_patience)
        carry_trade_dates(database, settings)
        yield Stores.of(database)
    finally:
        database.close()
