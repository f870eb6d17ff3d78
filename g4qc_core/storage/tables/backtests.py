"""The tables of backtests: specs, results, their trades and equity, and every trial."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSON

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# Without a scale, which would silently round fractions of a cent (a tick of some bonds is 15.625).
_MONEY = Numeric()

backtest_specs = Table(
    "backtest_specs",
    metadata,
    key("name"),
    filled("spec", JSON),
    filled("source"),
    filled("created_at", INSTANT),
)

backtests = Table(
    "backtests",
    metadata,
    key("id"),
    filled("spec_name"),
    filled("spec", JSON),
    filled("inputs", JSON),
    filled("metrics", JSON),
    filled("library", JSON),
    filled("notes", JSON),
    filled("created_at", INSTANT),
    Column("run_id", Text),
    # Set by the user; a later run of the same inputs keeps them.
    Column("title", Text),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("note", Text),
)

# Deleted results, until a run makes them again. Their trials stay in `trials` in either case.
deleted_backtests = Table(
    "deleted_backtests",
    metadata,
    key("id"),
    filled("specs", JSON),
    Column("title", Text),
    filled("trades", Integer),
    filled("bars", Integer),
    filled("created_at", INSTANT),
    filled("deleted_at", INSTANT),
    filled("deleted_by"),
)


# Specs with the same content share one result: it has a row for each name, and `backtests` repeats the newest one.
backtest_names = Table(
    "backtest_names",
    metadata,
    key("spec_name"),
    Column("backtest_id", Text, ForeignKey("backtests.id", ondelete="CASCADE"), primary_key=True),
    filled("spec", JSON),
    filled("created_at", INSTANT),
    Column("run_id", Text),
    Index(None, "backtest_id"),
)


def _of_backtest() -> Column:
    return Column("backtest_id", Text, ForeignKey("backtests.id", ondelete="CASCADE"), primary_key=True)


backtest_trades = Table(
    "backtest_trades",
    metadata,
    _of_backtest(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    filled("entry_time", INSTANT),
    filled("exit_time", INSTANT),
    filled("entry_trade_date", Date),
    filled("exit_trade_date", Date),
    filled("contract"),
    filled("size", Integer),
    filled("entry_price", Double),
    filled("exit_price", Double),
    filled("entry_price_own", Double),
    filled("exit_price_own", Double),
    filled("ticks", BigInteger),
    filled("gross", _MONEY),
    filled("fees", _MONEY),
    filled("slippage", _MONEY),
    filled("profit", _MONEY),
    filled("bars", Integer),
    filled("exit_reason"),
)

# One row per bar, to draw and to compute ratios from; the exact account is the sum of the trades.
backtest_equity = Table(
    "backtest_equity",
    metadata,
    _of_backtest(),
    key("timestamp", INSTANT),
    filled("trade_date", Date),
    filled("position", Integer),
    filled("equity", Double),
    filled("drawdown", Double),
)

# One row per tried set of inputs, not per run: repeating a trial adds nothing.
trials = Table(
    "trials",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("family"),
    filled("fingerprint"),
    filled("symbol"),
    filled("timeframe"),
    filled("parameters", JSON),
    filled("metrics", JSON),
    filled("created_at", INSTANT),
    # Null in rows from before searches were kept. `search_id` is the first search that tried the set.
    Column("source", Text),
    Column("search_id", Text),
    Column("refused", Text),
    Column("sessions", Integer),
    Column("session_sharpe", Double),
    Column("session_skew", Double),
    Column("session_kurtosis", Double),
    UniqueConstraint("family", "fingerprint"),
)
