"""The tables of contracts, requests, bars and their quality.

Order of the keys: bars are read by one contract over a time range or by all contracts of a symbol over a time range,
and are replaced in the latter way. With `(symbol, timeframe, timestamp, contract)` the latter is one range of the
index. So is the former, because only two or three contracts of a symbol trade at the same time: a second index would
slow every write by a third, only to spare a read those few neighbours. Hypertables have no foreign keys, which would
cost a lookup per row.
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
    SmallInteger,
    Table,
    Text,
)

from g4qc_core.bars.columns import MINUTE_COUNTS
from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata, prices

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
    Index(None, "symbol", "contract", "timeframe", "window_start"),
)

raw_bars = Table(
    "raw_bars",
    metadata,
    key("symbol"),
    key("timestamp", INSTANT),
    key("contract"),
    *prices(),
    filled("volume", BigInteger),
    filled("wap", Double),
    filled("count", BigInteger),
    filled("request_id", BigInteger),
    filled("received_at", INSTANT),
)

# The key ends with the request of the new value and not with its time, because a replayed clock may stop.
raw_bar_revisions = Table(
    "raw_bar_revisions",
    metadata,
    key("symbol"),
    key("timestamp", INSTANT),
    key("contract"),
    *prices(),
    filled("volume", BigInteger),
    filled("wap", Double),
    filled("count", BigInteger),
    filled("request_id", BigInteger),
    filled("received_at", INSTANT),
    key("replaced_by", BigInteger),
    filled("replaced_at", INSTANT),
    Index(None, "symbol", "replaced_by"),
)

market_data = Table(
    "market_data",
    metadata,
    key("symbol"),
    key("timeframe"),
    key("timestamp", INSTANT),
    key("contract"),
    *prices(),
    filled("volume", BigInteger),
    filled("count", BigInteger),
    filled("trade_date", Date),
)

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
