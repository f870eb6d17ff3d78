"""Trading: decisions, orders, executions, locks, reconciliations, traders and live bars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "trade_starts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("backtest", JSON(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "spec", name="trade_starts_pkey"),
    )
    op.create_table(
        "trade_decisions",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("bar", _INSTANT, nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("decided_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "spec", "cause", "bar", name="trade_decisions_pkey"),
    )
    op.create_index("trade_decisions_bar_idx", "trade_decisions", ["bar"])
    op.create_table(
        "trade_orders",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("bar", _INSTANT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("con_id", sa.BigInteger(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("order_type", sa.Text(), nullable=False),
        sa.Column("limit_price", sa.Numeric()),
        sa.Column("stop_price", sa.Numeric()),
        sa.Column("tif", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("client_id", sa.Integer()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("perm_id", sa.BigInteger()),
        sa.Column("filled", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("planned_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("cancel_at", _INSTANT),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("ref", name="trade_orders_pkey"),
    )
    op.create_index("trade_orders_account_state_idx", "trade_orders", ["account", "state"])
    op.create_index("trade_orders_perm_id_idx", "trade_orders", ["perm_id"])
    op.create_table(
        "trade_order_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="trade_order_events_pkey"),
    )
    op.create_index("trade_order_events_ref_idx", "trade_order_events", ["ref"])
    op.create_table(
        "trade_executions",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("exec_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("perm_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("con_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("executed_at", _INSTANT, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("commission", sa.Numeric()),
        sa.Column("currency", sa.Text(), nullable=False, server_default=""),
        sa.Column("reported", sa.Numeric()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("account", "exec_id", name="trade_executions_pkey"),
    )
    op.create_index("trade_executions_account_executed_at_idx", "trade_executions", ["account", "executed_at"])
    op.create_index("trade_executions_ref_idx", "trade_executions", ["ref"])
    op.create_table(
        "trade_locks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("resolved_at", _INSTANT),
        sa.Column("resolved_by", sa.Text()),
        sa.Column("resolution", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="trade_locks_pkey"),
    )
    op.create_index("trade_locks_account_symbol_idx", "trade_locks", ["account", "symbol"])
    op.create_table(
        "trade_reconciliations",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("compared", JSON(), nullable=False),
        sa.Column("differences", JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="trade_reconciliations_pkey"),
    )
    op.create_index("trade_reconciliations_account_at_idx", "trade_reconciliations", ["account", "at"])
    op.create_table(
        "trade_halts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="trade_halts_pkey"),
    )
    op.create_table(
        "traders",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("heartbeat_at", _INSTANT, nullable=False),
        sa.Column("gateway_time", _INSTANT),
        sa.Column("stopped_at", _INSTANT),
        sa.Column("specs", JSON(), nullable=False),
        sa.Column("limits", JSON(), nullable=False),
        sa.Column("values", JSON(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="traders_pkey"),
    )
    op.create_table(
        "trade_commands",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("arguments", JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("done_at", _INSTANT),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="trade_commands_pkey"),
    )
    op.create_index("trade_commands_account_idx", "trade_commands", ["account"])
    op.create_table(
        "trade_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="trade_log_pkey"),
    )
    op.create_index("trade_log_account_at_idx", "trade_log", ["account", "at"])
    op.create_table(
        "live_bars",
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("open", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("close", sa.Double(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("symbol", "contract", "timestamp", name="live_bars_pkey"),
    )
    op.create_table(
        "trade_drifts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("figures", JSON(), nullable=False),
        sa.Column("rows", JSON(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "spec", "trade_date", name="trade_drifts_pkey"),
    )


def downgrade() -> None:
    op.drop_table("trade_drifts")
    op.drop_table("live_bars")
    op.drop_table("trade_log")
    op.drop_table("trade_commands")
    op.drop_table("traders")
    op.drop_table("trade_halts")
    op.drop_table("trade_reconciliations")
    op.drop_table("trade_locks")
    op.drop_table("trade_executions")
    op.drop_table("trade_order_events")
    op.drop_table("trade_orders")
    op.drop_table("trade_decisions")
    op.drop_table("trade_starts")
