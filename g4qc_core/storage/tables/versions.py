"""The tables of data versions, of writes, and of instruments that are stored under an older calendar."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Table, Text

from g4qc_core.storage.tables.shared_columns import INSTANT, OF_THE_SERVER, filled, key, metadata

# `kind` is `raw` or a timeframe; `made_of` is the version of the bars that these were made from.
data_versions = Table(
    "data_versions",
    metadata,
    key("symbol"),
    key("kind"),
    key("month", Date),
    filled("version"),
    Column("made_of", Text),
    filled("changed_at", INSTANT),
)

# Transactions of the last day that wrote to a table that an answer with bars depends on. Triggers write the rows, so
# that no writer can forget it, whichever program it is.
bar_writes = Table(
    "bar_writes",
    metadata,
    Column("transaction", BigInteger, primary_key=True, autoincrement=False),
    filled("written_at", INSTANT),
    info={OF_THE_SERVER: True},
)

# Instruments whose rows still have the trade dates assigned before schema 0012.
former_trade_dates = Table("former_trade_dates", metadata, key("symbol"))
