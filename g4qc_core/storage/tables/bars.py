"""The tables of contracts, requests, bars and their quality.

Bars are keyed by the number of their series and by time, so that those of a contract over a range of time are one range
of the index, in its order. Prices are whole steps; a bar that is not goes, exactly as it is, into a table beside it.
Hypertables have no foreign keys, which would cost a lookup per row. The names of users, `raw_bars`, `raw_bar_revisions`
and `market_data`, are views: see `bar_views`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY

from g4qc_core.bars.columns import MINUTE_COUNTS
from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata, prices, steps

origin = Table(
    "origin",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    filled("origin"),
    filled("claimed_at", INSTANT),
)

contracts = Table(
    "contracts",
    metadata,
    key("symbol"),
    key("contract"),
    filled("con_id", BigInteger),
    filled("local_symbol"),
    filled("trading_class"),
    filled("last_trade_date", Date),
    filled("last_trade_at", INSTANT),
    filled("exchange"),
    filled("currency"),
    filled("multiplier", Numeric),
    filled("min_tick", Numeric),
    filled("first_seen", INSTANT),
    filled("kind"),
    # The head timestamp (start of the contract's first bar), if the gateway sent one, and when it was last requested.
    Column("head", INSTANT),
    Column("head_asked_at", INSTANT),
    Column("price_magnifier", Integer, nullable=False, server_default="1"),
    # True for a contract by the rules of its exchange, which no gateway has described yet.
    Column("estimated", Boolean, nullable=False, server_default="false"),
)

# Every id and exchange under which a gateway described a contract, including the current ones.
contract_ids = Table(
    "contract_ids",
    metadata,
    key("symbol"),
    key("contract"),
    key("con_id", BigInteger),
    key("exchange"),
    filled("first_seen", INSTANT),
)

ib_requests = Table(
    "ib_requests",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("symbol"),
    filled("contract"),
    filled("timeframe"),
    filled("what"),
    filled("window_start", INSTANT),
    filled("window_end", INSTANT),
    filled("outcome"),
    Column("code", Integer),
    Column("message", Text),
    filled("bars", Integer),
    Column("content_hash", Text),
    # True: this answer alone settles every minute of the window; null: not judged.
    Column("whole", Boolean),
    filled("requested_at", INSTANT),
    filled("duration_ms", Integer),
    Column("run_id", Text),
    # `ib`, or the source of the file that the bars came from; of a file, its import and its name as well.
    Column("source", Text, nullable=False, server_default="ib"),
    Column("import_id", BigInteger),
    Column("file", Text),
    Index(None, "symbol", "contract", "timeframe", "window_start"),
    Index(None, "import_id"),
)

# What a row of bars belongs to: a contract's bars of one timeframe. Raw bars have the source that they came from;
# validated and derived ones have none (''). Prices of rows are counted in steps of 1/per_point points.
bar_series = Table(
    "bar_series",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    filled("symbol"),
    filled("contract"),
    filled("timeframe"),
    filled("source"),
    filled("per_point", Integer),
    UniqueConstraint("symbol", "timeframe", "contract", "source"),
)

# The order of the columns leaves no gaps between them, and no column is null: 56 bytes of values a row. `received_row`
# is the row of the file that a bar came from, 0 for answers of the gateway.
raw_minutes = Table(
    "raw_minutes",
    metadata,
    filled("timestamp", INSTANT),
    filled("series", Integer),
    filled("volume", Integer),
    *steps(),
    filled("wap", Double),
    filled("count", Integer),
    filled("received_row", Integer),
    filled("request_id", BigInteger),
    PrimaryKeyConstraint("series", "timestamp"),
)

# Raw bars whose exact values are no whole steps or too large for `raw_minutes`, and the values that restatements
# replaced. `replaced_by` is the request of the new value, and `CURRENT` for a bar that is in force. It is no time,
# because a replayed clock may stop.
raw_exact = Table(
    "raw_exact",
    metadata,
    filled("timestamp", INSTANT),
    filled("series", Integer),
    filled("received_row", Integer),
    *prices(),
    filled("volume", BigInteger),
    filled("wap", Double),
    filled("count", BigInteger),
    filled("request_id", BigInteger),
    filled("replaced_by", BigInteger),
    PrimaryKeyConstraint("series", "timestamp", "replaced_by"),
    Index(None, "replaced_by"),
)

# Trade dates of a contract whose validated minutes are its raw bars of one source: all from the first to the last, as
# they were after the request, without those left out. What validation changed or a restatement replaced is in
# `market_bars` instead.
validated_sessions = Table(
    "validated_sessions",
    metadata,
    filled("series", Integer),
    filled("first", INSTANT),
    filled("last", INSTANT),
    filled("trade_date", Date),
    filled("source", Integer),
    filled("request_id", BigInteger),
    filled("bars", Integer),
    filled("left_out", ARRAY(INSTANT)),
    PrimaryKeyConstraint("series", "first"),
)

market_bars = Table(
    "market_bars",
    metadata,
    filled("timestamp", INSTANT),
    filled("series", Integer),
    filled("volume", Integer),
    *steps(),
    filled("count", Integer),
    filled("trade_date", Date),
    PrimaryKeyConstraint("series", "timestamp"),
)

# Bars whose exact values are no whole steps or too large for `market_bars`.
market_exact = Table(
    "market_exact",
    metadata,
    filled("timestamp", INSTANT),
    filled("series", Integer),
    filled("trade_date", Date),
    *prices(),
    filled("volume", BigInteger),
    filled("count", BigInteger),
    PrimaryKeyConstraint("series", "timestamp"),
)

HYPERTABLES = (raw_minutes.name, market_bars.name)
"""The tables that TimescaleDB keeps in chunks of time."""

CURRENT = 2**63 - 1
"""The request that `raw_exact` names for a value that no other has replaced."""

quarantined_bars = Table(
    "quarantined_bars",
    metadata,
    key("symbol"),
    key("timestamp", INSTANT),
    key("contract"),
    key("reason"),
    filled("detail"),
    *prices(),
    filled("volume", BigInteger),
    filled("wap", Double),
    filled("count", BigInteger),
)

# Events, never changed: the newest one about a bar with exactly these values counts. Rows contain the values because
# the bar may be restated, and a decision is about the values that the user saw.
quarantine_decisions = Table(
    "quarantine_decisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("symbol"),
    filled("timestamp", INSTANT),
    filled("contract"),
    *prices(),
    filled("volume", BigInteger),
    filled("wap", Double),
    filled("count", BigInteger),
    filled("reason"),
    filled("detail"),
    filled("decision"),
    filled("decided_at", INSTANT),
    filled("decided_by"),
    filled("note"),
    # For `refetch`: the newest request in the ledger at that time; answers up to it no longer count.
    Column("after_request", BigInteger),
    Index(None, "symbol", "timestamp", "contract"),
)

# Windows of a contract that the user wants requested again: answers up to `after_request` no longer count.
reopened_windows = Table(
    "reopened_windows",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("symbol"),
    filled("contract"),
    filled("window_start", INSTANT),
    filled("window_end", INSTANT),
    filled("after_request", BigInteger),
    filled("reopened_at", INSTANT),
    Index(None, "symbol", "window_end"),
)

session_quality = Table(
    "session_quality",
    metadata,
    key("symbol"),
    key("trade_date", Date),
    key("contract"),
    *(filled(name, Integer) for name in MINUTE_COUNTS),
)
