"""The tables, as SQLAlchemy Core sees them: the one description that the stores and the migrations share."""

from g4qc_core.storage.tables.backtests import backtest_equity, backtest_specs, backtest_trades, backtests, trials
from g4qc_core.storage.tables.bars import (
    contract_ids,
    contracts,
    ib_requests,
    market_data,
    origin,
    quarantine_decisions,
    quarantined_bars,
    raw_bar_revisions,
    raw_bars,
    rolls,
    session_quality,
)
from g4qc_core.storage.tables.base import metadata

__all__ = [
    "backtest_equity",
    "backtest_specs",
    "backtest_trades",
    "backtests",
    "contract_ids",
    "contracts",
    "ib_requests",
    "market_data",
    "metadata",
    "origin",
    "quarantine_decisions",
    "quarantined_bars",
    "raw_bar_revisions",
    "raw_bars",
    "rolls",
    "session_quality",
    "trials",
]
