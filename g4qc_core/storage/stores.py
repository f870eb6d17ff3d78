"""`Stores`: every store of one database. Assets, commands, services and the API get their stores from here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import load_registry
from g4qc_core.pacing.rules import PacingRules
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.bar_reader import BarReader
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.bar_stores.coverage_store import CoverageStore
from g4qc_core.storage.bar_stores.presence_store import PresenceStore
from g4qc_core.storage.bar_stores.quarantine_store import QuarantineStore
from g4qc_core.storage.bar_stores.raw_store import RawStore
from g4qc_core.storage.bar_stores.revision_store import RevisionStore
from g4qc_core.storage.bar_stores.source_bars import SourceBars
from g4qc_core.storage.bar_stores.version_store import VersionStore
from g4qc_core.storage.change_store import ChangeStore
from g4qc_core.storage.check_state_store import CheckStateStore
from g4qc_core.storage.comparison_store import ComparisonStore
from g4qc_core.storage.contract_store import ContractStore
from g4qc_core.storage.difference_store import DifferenceStore
from g4qc_core.storage.growth_store import GrowthStore
from g4qc_core.storage.import_store import ImportStore
from g4qc_core.storage.job_end_store import JobEndStore
from g4qc_core.storage.migrations import make_ready
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.precedence_store import PrecedenceStore
from g4qc_core.storage.progress_store import ProgressStore
from g4qc_core.storage.reopened_window_store import ReopenedWindowStore
from g4qc_core.storage.request_ledger import RequestLedger
from g4qc_core.storage.result_stores.backtest_store import BacktestStore
from g4qc_core.storage.result_stores.deleted_store import DeletedStore
from g4qc_core.storage.result_stores.result_labels import ResultLabels
from g4qc_core.storage.result_stores.search_store import SearchStore
from g4qc_core.storage.result_stores.study_store import StudyStore
from g4qc_core.storage.roll_store import RollStore
from g4qc_core.storage.run_progress_store import RunProgressStore
from g4qc_core.storage.server.database import Database, open_database
from g4qc_core.storage.server.named_locks import NamedLocks
from g4qc_core.storage.server.write_rights import WriteRights
from g4qc_core.storage.trade_date_migration import TradeDateMigration
from g4qc_core.storage.trading_stores.drift_store import DriftStore
from g4qc_core.storage.trading_stores.execution_store import ExecutionStore
from g4qc_core.storage.trading_stores.live_bar_store import LiveBarStore
from g4qc_core.storage.trading_stores.order_store import OrderStore
from g4qc_core.storage.trading_stores.safety_store import SafetyStore
from g4qc_core.storage.trading_stores.trader_store import TraderStore


class Stores:
    """All stores of an open database whose schema is up to date.

    A store holds only its database, so making them all costs nothing.

    Attributes:
        contracts: contract chains, heads, last answers about details.
        ledger: requests to the gateway and their outcomes, and files whose bars were stored.
        imports: imports of files.
        raw: 1-minute bars as received.
        source_bars: raw bars of several sources as arrays.
        bars: validated and derived bars, and the quality of their sessions.
        bar_batches: validated and derived bars as a stream of Arrow batches.
        presence: whether windows contain bars.
        coverage: sums over session quality, for pages.
        quarantine: quarantined bars and decisions about them.
        revisions: raw bars that a restatement replaced.
        versions: data versions of months.
        comparisons: our sessions and larger bars against the gateway's.
        differences: differences between sources of the same bars.
        precedence: which source of bars counts.
        reopened: windows that the user wants requested again.
        rolls: roll calendars.
        checks: last findings of asset checks, by partition.
        progress: extractions that are running.
        run_progress: how far runs of research are.
        job_ends: jobs that ended between two runs.
        backtests: results of backtests.
        labels: names of results.
        deleted: deleted results.
        searches: searches over parameter sets.
        studies: walk-forward analyses, Monte Carlo simulations and portfolios.
        orders: decisions of traders, and their orders.
        executions: the ledger of traded accounts.
        safety: locks, reconciliations and the kill switch of trading.
        traders: traders, their commands and their log.
        live_bars: one-minute bars as traders saw them.
        drifts: how far paper fills were from their backtests.
        growth: the size of the database.
        changes: versions of what is stored, for listeners.
        locks: locks by name.
        rights: rights of runs to write.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.contracts = ContractStore(database)
        self.ledger = RequestLedger(database)
        self.imports = ImportStore(database)
        self.raw = RawStore(database)
        self.source_bars = SourceBars(database)
        self.bars = BarStore(database)
        self.bar_batches = BarReader(database)
        self.presence = PresenceStore(database)
        self.coverage = CoverageStore(database)
        self.quarantine = QuarantineStore(database)
        self.revisions = RevisionStore(database)
        self.versions = VersionStore(database)
        self.comparisons = ComparisonStore(database)
        self.differences = DifferenceStore(database)
        self.precedence = PrecedenceStore(database)
        self.reopened = ReopenedWindowStore(database)
        self.rolls = RollStore(database)
        self.checks = CheckStateStore(database)
        self.progress = ProgressStore(database)
        self.run_progress = RunProgressStore(database)
        self.job_ends = JobEndStore(database)
        self.backtests = BacktestStore(database)
        self.labels = ResultLabels(database)
        self.deleted = DeletedStore(database)
        self.searches = SearchStore(database)
        self.studies = StudyStore(database)
        self.orders = OrderStore(database)
        self.executions = ExecutionStore(database)
        self.safety = SafetyStore(database)
        self.traders = TraderStore(database)
        self.live_bars = LiveBarStore(database)
        self.drifts = DriftStore(database)
        self.growth = GrowthStore(database)
        self.changes = ChangeStore(database)
        self.locks = NamedLocks(database)
        self.rights = WriteRights(database)

    def pacer(self, rules: PacingRules, run_id: str | None = None) -> PacingStore:
        """Return a pacer that shares its history with all processes of the database; the caller closes it.

        Args:
            rules: the gateway's pacing rules.
            run_id: the Dagster run that sends the requests.
        """
        return PacingStore(self.database, rules, run_id)


def carry_trade_dates(database: Database, settings: Settings) -> list[str]:
    """Move rows stored under an older calendar to the exchange's trade dates; return the instruments that were moved.

    An instrument that is missing from the instruments file is moved once the file contains it again.
    """
    trade_dates = TradeDateMigration(database)
    waiting = trade_dates.waiting()
    registry = load_registry(settings.own_instruments) if waiting else {}
    done = [symbol for symbol in waiting if symbol in registry]
    for symbol in done:
        trade_dates.carry(symbol, calendar(registry[symbol].calendar))
    return done


@contextmanager
def open_stores(settings: Settings) -> Iterator[Stores]:
    """Open the stores of the settings' database, and bring its schema to this version where that is allowed.

    Raises:
        DatabaseUnavailable, DatabaseRefused: see `open_database` and `migrations.make_ready`.
    """
    database = open_database(settings)
    try:
        make_ready(database, embedded=settings.database_url is None, patience=settings.lock_patience)
        carry_trade_dates(database, settings)
        yield Stores(database)
    finally:
        database.close()
