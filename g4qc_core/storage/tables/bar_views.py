"""The views of bars: the names and columns that users know, whatever the tables behind them look like.

They are read, never written. Migrations define them; `market_data` is slow for one bar and quick for many, so that
stores read the tables themselves.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Double, Integer, MetaData, Table, Text

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, prices

views = MetaData()

raw_bars = Table(
    "raw_bars",
    views,
    key("symbol"),
    key("timestamp", INSTANT),
    key("contract"),
    *prices(),
    filled("volume", BigInteger),
    filled("wap", Double),
    filled("count", BigInteger),
    filled("request_id", BigInteger),
    filled("received_at", INSTANT),
    key("source"),
    filled("received_row", Integer),
    Column("file", Text),
    Column("import_id", BigInteger),
)

raw_bar_revisions = Table(
    "raw_bar_revisions",
    views,
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
    key("source"),
)

market_data = Table(
    "market_data",
    views,
    key("symbol"),
    key("timeframe"),
    key("timestamp", INSTANT),
    key("contract"),
    *prices(),
    filled("volume", BigInteger),
    filled("count", BigInteger),
    filled("trade_date", Date),
)
