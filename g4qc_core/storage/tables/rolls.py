"""The tables of roll calendars: the rolls, and the bars that each calendar was made from."""

from __future__ import annotations

from sqlalchemy import Column, Date, Double, Integer, Table

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

rolls = Table(
    "rolls",
    metadata,
    key("symbol"),
    key("rule"),
    key("position", Integer),
    key("date", Date),
    filled("from_contract"),
    filled("to_contract"),
    filled("from_price", Double),
    filled("to_price", Double),
    filled("gap", Double),
    Column("priced_at", INSTANT),
    filled("source"),
    filled("note"),
)

# A calendar without a roll still has a front contract and a range of bars.
roll_calendars = Table(
    "roll_calendars",
    metadata,
    key("symbol"),
    key("rule"),
    key("position", Integer),
    filled("front"),
    Column("bars_from", Date),
    Column("bars_to", Date),
    filled("version"),
)
