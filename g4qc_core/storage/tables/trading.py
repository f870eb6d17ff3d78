"""The tables of trading: decisions, orders and their events, executions, locks, reconciliations and the traders.

Live bars stand here and never in `market_data`: they are what the trader saw, and the settled bars replace them for
every other purpose.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Identity, Index, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.types import TypeEngine

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata, prices


def _number() -> Column:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _default(name: str, kind: type[TypeEngine] = Text, value: str = "") -> Column:
    return Column(name, kind, nullable=False, server_default=value)


# What a traded spec began with: it decides the window of the backtest that the fills are compared with.
trade_starts = Table(
    "trade_starts",
    metadata,
    key("account"),
    key("spec"),
    filled("backtest", JSON),
    filled("started_at", INSTANT),
)

trade_decisions = Table(
    "trade_decisions",
    metadata,
    key("account"),
    key("spec"),
    key("cause"),
    key("bar", INSTANT),
    filled("symbol"),
    filled("contract"),
    filled("timeframe"),
    filled("fingerprint"),
    filled("target", Integer),
    filled("held", Integer),
    Column("price", Numeric),
    filled("state"),
    _default("reason"),
    filled("decided_at", INSTANT),
    filled("changed_at", INSTANT),
    Index(None, "bar"),
)

trade_orders = Table(
    "trade_orders",
    metadata,
    key("ref"),
    filled("account"),
    filled("spec"),
    filled("cause"),
    filled("bar", INSTANT),
    filled("sequence", Integer),
    filled("symbol"),
    filled("contract"),
    filled("con_id", BigInteger),
    filled("exchange"),
    filled("currency"),
    filled("action"),
    filled("quantity", Integer),
    filled("order_type"),
    Column("limit_price", Numeric),
    Column("stop_price", Numeric),
    filled("tif"),
    Column("price", Numeric),
    filled("state"),
    _default("why"),
    Column("client_id", Integer),
    Column("order_id", BigInteger),
    Column("perm_id", BigInteger),
    _default("filled", Integer, "0"),
    filled("planned_at", INSTANT),
    Column("sent_at", INSTANT),
    Column("cancel_at", INSTANT),
    filled("changed_at", INSTANT),
    Index(None, "account", "state"),
    Index(None, "perm_id"),
)

# Everything that was said about an order, in the order in which it was heard.
trade_order_events = Table(
    "trade_order_events",
    metadata,
    _number(),
    filled("account"),
    filled("ref"),
    filled("at", INSTANT),
    filled("kind"),
    filled("said", JSON),
    filled("state"),
    Index(None, "ref"),
)

trade_executions = Table(
    "trade_executions",
    metadata,
    key("account"),
    key("exec_id"),
    filled("ref"),
    filled("spec"),
    filled("order_id", BigInteger),
    filled("perm_id", BigInteger),
    filled("client_id", Integer),
    filled("symbol"),
    filled("contract"),
    filled("con_id", BigInteger),
    filled("quantity", Integer),
    filled("price", Numeric),
    filled("executed_at", INSTANT),
    filled("received_at", INSTANT),
    Column("commission", Numeric),
    _default("currency"),
    Column("reported", Numeric),
    _default("note"),
    Index(None, "ref"),
    Index(None, "account", "executed_at"),
)

trade_locks = Table(
    "trade_locks",
    metadata,
    _number(),
    filled("account"),
    filled("symbol"),
    filled("at", INSTANT),
    filled("reason"),
    filled("ours"),
    filled("theirs"),
    Column("resolved_at", INSTANT),
    Column("resolved_by", Text),
    Column("resolution", Text),
    Index(None, "account", "symbol"),
)

trade_reconciliations = Table(
    "trade_reconciliations",
    metadata,
    _number(),
    filled("account"),
    filled("at", INSTANT),
    filled("cause"),
    filled("agrees", Boolean),
    filled("compared", JSON),
    filled("differences", JSON),
    Index(None, "account", "at"),
)

# The kill switch: a row is a halt. The account '*' halts every account of the database.
trade_halts = Table(
    "trade_halts",
    metadata,
    key("account"),
    filled("at", INSTANT),
    filled("by"),
    filled("why"),
)

traders = Table(
    "traders",
    metadata,
    key("account"),
    filled("host"),
    filled("pid", Integer),
    filled("client_id", Integer),
    filled("address"),
    filled("state"),
    _default("why"),
    filled("started_at", INSTANT),
    filled("heartbeat_at", INSTANT),
    Column("gateway_time", INSTANT),
    Column("stopped_at", INSTANT),
    filled("specs", JSON),
    filled("limits", JSON),
    filled("values", JSON),
)

# Wishes of a person for a running trader, such as `flatten`.
trade_commands = Table(
    "trade_commands",
    metadata,
    _number(),
    filled("account"),
    filled("command"),
    filled("arguments", JSON),
    filled("by"),
    filled("at", INSTANT),
    Column("done_at", INSTANT),
    Column("answer", Text),
    Index(None, "account"),
)

trade_log = Table(
    "trade_log",
    metadata,
    _number(),
    filled("account"),
    filled("at", INSTANT),
    filled("level"),
    filled("subject"),
    filled("words"),
    Index(None, "account", "at"),
)

live_bars = Table(
    "live_bars",
    metadata,
    key("symbol"),
    key("contract"),
    key("timestamp", INSTANT),
    *prices(),
    filled("volume", BigInteger),
    filled("trade_date", Date),
    filled("source"),
    filled("received_at", INSTANT),
)

# How far the fills of a spec were from its backtest on the settled bars, by trade date.
trade_drifts = Table(
    "trade_drifts",
    metadata,
    key("account"),
    key("spec"),
    key("trade_date", Date),
    filled("figures", JSON),
    filled("rows", JSON),
    filled("data_version"),
    filled("made_at", INSTANT),
)
