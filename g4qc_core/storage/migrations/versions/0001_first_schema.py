"""The first schema.

Bars become hypertables where the database has TimescaleDB, compressed where its licence allows; plain tables
elsewhere.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Segments and chunk length are part of this revision: the code may think better of them later, in another
# one.
_HYPERTABLES = {"raw_bars": "symbol, contract", "market_data": "symbol, timeframe, contract"}


def upgrade() -> None:
    op.create_table(
        "backtest_specs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("spec", JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="backtest_specs_pkey"),
    )
    op.create_table(
        "backtests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("spec_name", sa.Text(), nullable=False),
        sa.Column("spec", JSON(), nullable=False),
        sa.Column("inputs", JSON(), nullable=False),
        sa.Column("metrics", JSON(), nullable=False),
        sa.Column("library", JSON(), nullable=False),
        sa.Column("notes", JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="backtests_pkey"),
    )
    op.create_index("backtests_spec_name_created_at_idx", "backtests", ["spec_name", "created_at"])
    op.create_table(
        "contracts",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("con_id", sa.BigInteger(), nullable=False),
        sa.Column("local_symbol", sa.Text(), nullable=False),
        sa.Column("trading_class", sa.Text(), nullable=False),
        sa.Column("last_trade_date", sa.Date(), nullable=False),
        sa.Column("last_trade_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("multiplier", sa.Numeric(), nullable=False),
        sa.Column("min_tick", sa.Numeric(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "contract", name="contracts_pkey"),
    )
    op.create_table(
        "ib_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer()),
        sa.Column("message", sa.Text()),
        sa.Column("bars", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text()),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="ib_requests_pkey"),
    )
    op.create_index(
        "ib_requests_symbol_contract_timeframe_window_start_idx",
        "ib_requests",
        ["symbol", "contract", "timeframe", "window_start"],
    )
    op.create_table(
        "market_data",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("open", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timeframe", "timestamp", "contract", name="market_data_pkey"),
    )
    op.create_table(
        "origin",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="origin_pkey"),
    )
    op.create_table(
        "quarantined_bars",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("open", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.PrimaryKeyConstraint("symbol", "timestamp", "contract", "reason", name="quarantined_bars_pkey"),
    )
    op.create_table(
        "raw_bar_revisions",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("open", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.BigInteger(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timestamp", "contract", "replaced_by", name="raw_bar_revisions_pkey"),
    )
    op.create_table(
        "raw_bars",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("open", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timestamp", "contract", name="raw_bars_pkey"),
    )
    op.create_table(
        "rolls",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("from_contract", sa.Text(), nullable=False),
        sa.Column("to_contract", sa.Text(), nullable=False),
        sa.Column("gap", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "rule", "date", name="rolls_pkey"),
    )
    op.create_table(
        "session_quality",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("traded", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("no_trade", sa.Integer(), nullable=False),
        sa.Column("halt", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("never_asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "trade_date", "contract", name="session_quality_pkey"),
    )
    op.create_table(
        "trials",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        sa.Column("parameters", JSON(), nullable=False),
        sa.Column("metrics", JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="trials_pkey"),
        sa.UniqueConstraint("family", "fingerprint", name="trials_family_fingerprint_key"),
    )
    op.create_table(
        "backtest_equity",
        sa.Column("backtest_id", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("equity", sa.Double(), nullable=False),
        sa.Column("drawdown", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backtest_id"], ["backtests.id"], name="backtest_equity_backtest_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("backtest_id", "timestamp", name="backtest_equity_pkey"),
    )
    op.create_table(
        "backtest_trades",
        sa.Column("backtest_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exit_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_trade_date", sa.Date(), nullable=False),
        sa.Column("exit_trade_date", sa.Date(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("entry_price", sa.Double(), nullable=False),
        sa.Column("exit_price", sa.Double(), nullable=False),
        sa.Column("entry_price_own", sa.Double(), nullable=False),
        sa.Column("exit_price_own", sa.Double(), nullable=False),
        sa.Column("ticks", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.Numeric(), nullable=False),
        sa.Column("fees", sa.Numeric(), nullable=False),
        sa.Column("slippage", sa.Numeric(), nullable=False),
        sa.Column("profit", sa.Numeric(), nullable=False),
        sa.Column("bars", sa.Integer(), nullable=False),
        sa.Column("exit_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["backtest_id"], ["backtests.id"], name="backtest_trades_backtest_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("backtest_id", "number", name="backtest_trades_pkey"),
    )

    _make_hypertables()


def _make_hypertables() -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")) is None:
        return
    community = connection.scalar(sa.text("SELECT current_setting('timescaledb.license', true)")) == "timescale"
    for table, segments in _HYPERTABLES.items():
        # The key serves every read, so the index on time alone that would come by default is left out.
        op.execute(
            f"SELECT create_hypertable('{table}', 'timestamp', chunk_time_interval => INTERVAL '90 days', "
            "create_default_indexes => false)"
        )
        if community:
            op.execute(
                f"ALTER TABLE {table} SET (timescaledb.compress, timescaledb.compress_orderby = 'timestamp', "
                f"timescaledb.compress_segmentby = '{segments}')"
            )
            op.execute(f"SELECT add_compression_policy('{table}', INTERVAL '180 days')")
