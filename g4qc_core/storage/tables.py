"""The tables, as SQLAlchemy Core sees them: the one description that the stores and the migrations share.

Knows columns and keys. Must not know how rows get in or out.

Order of the keys. Bars are read in two ways: one contract over a time range, and all contracts of a symbol
over a time range; they are replaced in the second way. With `(symbol, timeframe, timestamp, contract)` the
second is one range of
the index, and so is the first, because only two or three contracts of a symbol trade at the same time: a
second index would cost every write a third of its speed to save a read those few neighbours. Hypertables
carry no foreign keys, which would cost a look-up a row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    }
)

_Kind = TypeEngine | type[TypeEngine]
_INSTANT = DateTime(timezone=True)
# Without a scale: a bound one would round half cents (a tick of some bonds is 15.625) without a word.
_MONEY = Numeric()


def _key(name: str, kind: _Kind = Text) -> Column:
    return Column(name, kind, primary_key=True)


def _filled(name: str, kind: _Kind = Text) -> Column:
    return Column(name, kind, nullable=False)


def _prices() -> list[Column]:
    return [_filled(name, Double) for name in ("open", "high", "low", "close")]


origin = Table(
    "origin",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    _filled("origin"),
    _filled("claimed_at", _INSTANT),
)

contracts = Table(
    "contracts",
    metadata,
    _key("symbol"),
    _key("contract"),
    _filled("con_id", BigInteger),
    _filled("local_symbol"),
    _filled("trading_class"),
    _filled("last_trade_date", Date),
    _filled("last_trade_at", _INSTANT),
    _filled("exchange"),
    _filled("currency"),
    _filled("multiplier", Numeric),
    _filled("min_tick", Numeric),
    _filled("first_seen", _INSTANT),
)

ib_requests = Table(
    "ib_requests",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _filled("symbol"),
    _filled("contract"),
    _filled("timeframe"),
    _filled("what"),
    _filled("window_start", _INSTANT),
    _filled("window_end", _INSTANT),
    _filled("outcome"),
    Column("code", Integer),
    Column("message", Text),
    _filled("bars", Integer),
    Column("content_hash", Text),
    _filled("requested_at", _INSTANT),
    _filled("duration_ms", Integer),
    Column("run_id", Text),
    Index(None, "symbol", "contract", "timeframe", "window_start"),
)

raw_bars = Table(
    "raw_bars",
    metadata,
    _key("symbol"),
    _key("timestamp", _INSTANT),
    _key("contract"),
    *_prices(),
    _filled("volume", BigInteger),
    _filled("wap", Double),
    _filled("count", BigInteger),
    _filled("request_id", BigInteger),
    _filled("received_at", _INSTANT),
)

# The key ends in the request that brought the new value, and not in its time: a replayed clock may stand
# still.
raw_bar_revisions = Table(
    "raw_bar_revisions",
    metadata,
    _key("symbol"),
    _key("timestamp", _INSTANT),
    _key("contract"),
    *_prices(),
    _filled("volume", BigInteger),
    _filled("wap", Double),
    _filled("count", BigInteger),
    _filled("request_id", BigInteger),
    _filled("received_at", _INSTANT),
    _key("replaced_by", BigInteger),
    _filled("replaced_at", _INSTANT),
)

market_data = Table(
    "market_data",
    metadata,
    _key("symbol"),
    _key("timeframe"),
    _key("timestamp", _INSTANT),
    _key("contract"),
    *_prices(),
    _filled("volume", BigInteger),
    _filled("count", BigInteger),
    _filled("trade_date", Date),
)

quarantined_bars = Table(
    "quarantined_bars",
    metadata,
    _key("symbol"),
    _key("timestamp", _INSTANT),
    _key("contract"),
    _key("reason"),
    _filled("detail"),
    *_prices(),
    _filled("volume", BigInteger),
    _filled("wap", Double),
    _filled("count", BigInteger),
)

# Events, never changed: the newest one about a bar with these very values counts. They carry the values because the
# bar may be restated, and a decision is about what the person saw.
quarantine_decisions = Table(
    "quarantine_decisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _filled("symbol"),
    _filled("timestamp", _INSTANT),
    _filled("contract"),
    *_prices(),
    _filled("volume", BigInteger),
    _filled("wap", Double),
    _filled("count", BigInteger),
    _filled("reason"),
    _filled("detail"),
    _filled("decision"),
    _filled("decided_at", _INSTANT),
    _filled("decided_by"),
    _filled("note"),
    # Of `refetch`: the ledger's last request by then; what it and those before it answered no longer counts.
    Column("after_request", BigInteger),
    Index(None, "symbol", "timestamp", "contract"),
)

session_quality = Table(
    "session_quality",
    metadata,
    _key("symbol"),
    _key("trade_date", Date),
    _key("contract"),
    _filled("expected", Integer),
    _filled("traded", Integer),
    _filled("quarantined", Integer),
    _filled("no_trade", Integer),
    _filled("halt", Integer),
    _filled("failed", Integer),
    _filled("never_asked", Integer),
)

rolls = Table(
    "rolls",
    metadata,
    _key("symbol"),
    _key("rule"),
    _key("date", Date),
    _filled("from_contract"),
    _filled("to_contract"),
    _filled("gap", Double),
    _filled("note"),
    _filled("version"),
)

backtest_specs = Table(
    "backtest_specs",
    metadata,
    _key("name"),
    _filled("spec", JSON),
    _filled("source"),
    _filled("created_at", _INSTANT),
)

backtests = Table(
    "backtests",
    metadata,
    _key("id"),
    _filled("spec_name"),
    _filled("spec", JSON),
    _filled("inputs", JSON),
    _filled("metrics", JSON),
    _filled("library", JSON),
    _filled("notes", JSON),
    _filled("created_at", _INSTANT),
    Column("run_id", Text),
    Index(None, "spec_name", "created_at"),
)


def _of_backtest() -> Column:
    return Column("backtest_id", Text, ForeignKey("backtests.id", ondelete="CASCADE"), primary_key=True)


backtest_trades = Table(
    "backtest_trades",
    metadata,
    _of_backtest(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _filled("entry_time", _INSTANT),
    _filled("exit_time", _INSTANT),
    _filled("entry_trade_date", Date),
    _filled("exit_trade_date", Date),
    _filled("contract"),
    _filled("size", Integer),
    _filled("entry_price", Double),
    _filled("exit_price", Double),
    _filled("entry_price_own", Double),
    _filled("exit_price_own", Double),
    _filled("ticks", BigInteger),
    _filled("gross", _MONEY),
    _filled("fees", _MONEY),
    _filled("slippage", _MONEY),
    _filled("profit", _MONEY),
    _filled("bars", Integer),
    _filled("exit_reason"),
)

# A curve to draw and to take ratios from, with a row a bar; the exact account is the sum of the trades.
backtest_equity = Table(
    "backtest_equity",
    metadata,
    _of_backtest(),
    _key("timestamp", _INSTANT),
    _filled("trade_date", Date),
    _filled("position", Integer),
    _filled("equity", Double),
    _filled("drawdown", Double),
)

# One row an idea ever tried, not one a run: running the same trial again adds nothing.
trials = Table(
    "trials",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _filled("family"),
    _filled("fingerprint"),
    _filled("symbol"),
    _filled("timeframe"),
    _filled("parameters", JSON),
    _filled("metrics", JSON),
    _filled("created_at", _INSTANT),
    UniqueConstraint("family", "fingerprint"),
)
