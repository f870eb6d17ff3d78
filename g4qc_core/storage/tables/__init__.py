"""The tables as SQLAlchemy Core objects, shared by the stores and the migrations."""

from g4qc_core.storage.tables.backtests import (
    backtest_equity,
    backtest_names,
    backtest_specs,
    backtest_trades,
    backtests,
    deleted_backtests,
    trials,
)
from g4qc_core.storage.tables.bar_views import market_data, raw_bar_revisions, raw_bars
from g4qc_core.storage.tables.bars import (
    bar_series,
    contract_ids,
    contracts,
    ib_requests,
    market_bars,
    market_exact,
    origin,
    quarantine_decisions,
    quarantined_bars,
    raw_exact,
    raw_minutes,
    reopened_windows,
    session_quality,
    validated_sessions,
)
from g4qc_core.storage.tables.check_states import check_states
from g4qc_core.storage.tables.comparisons import calendar_comparisons, reconciliations
from g4qc_core.storage.tables.differences import source_differences
from g4qc_core.storage.tables.imports import import_files, import_months, imports, source_rules
from g4qc_core.storage.tables.jobs import job_ends, run_progress, write_rights
from g4qc_core.storage.tables.pacing import ib_pacing, ib_plans
from g4qc_core.storage.tables.rolls import roll_calendars, rolls
from g4qc_core.storage.tables.searches import search_returns, search_trials, searches
from g4qc_core.storage.tables.shared_columns import metadata
from g4qc_core.storage.tables.studies import studies, study_frames
from g4qc_core.storage.tables.trading import (
    live_bars,
    trade_commands,
    trade_decisions,
    trade_drifts,
    trade_executions,
    trade_halts,
    trade_locks,
    trade_log,
    trade_order_events,
    trade_orders,
    trade_reconciliations,
    trade_starts,
    traders,
)
from g4qc_core.storage.tables.versions import bar_writes, data_versions, former_trade_dates

__all__ = [
    "backtest_equity",
    "backtest_names",
    "backtest_specs",
    "backtest_trades",
    "backtests",
    "bar_series",
    "bar_writes",
    "calendar_comparisons",
    "check_states",
    "contract_ids",
    "contracts",
    "data_versions",
    "deleted_backtests",
    "former_trade_dates",
    "ib_pacing",
    "ib_plans",
    "ib_requests",
    "import_files",
    "import_months",
    "imports",
    "job_ends",
    "live_bars",
    "market_bars",
    "market_data",
    "market_exact",
    "metadata",
    "origin",
    "quarantine_decisions",
    "quarantined_bars",
    "raw_bar_revisions",
    "raw_bars",
    "raw_exact",
    "raw_minutes",
    "reconciliations",
    "reopened_windows",
    "roll_calendars",
    "rolls",
    "run_progress",
    "search_returns",
    "search_trials",
    "searches",
    "session_quality",
    "source_differences",
    "source_rules",
    "studies",
    "study_frames",
    "trade_commands",
    "trade_decisions",
    "trade_drifts",
    "trade_executions",
    "trade_halts",
    "trade_locks",
    "trade_log",
    "trade_order_events",
    "trade_orders",
    "trade_reconciliations",
    "trade_starts",
    "traders",
    "trials",
    "validated_sessions",
    "write_rights",
]
