"""The tables of comparisons with the gateway's own sessions and larger bars."""

from __future__ import annotations

from sqlalchemy import Column, Date, Double, Table

from g4qc_core.bars.columns import VALUES
from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# One row for each day of the gateway's schedule, as last received; a side without a session has no times. A holiday
# with trading is a separate day, as in the gateway's answer.
calendar_comparisons = Table(
    "calendar_comparisons",
    metadata,
    key("symbol"),
    key("trade_date", Date),
    filled("calendar"),
    Column("open", INSTANT),
    Column("close", INSTANT),
    Column("gateway_open", INSTANT),
    Column("gateway_close", INSTANT),
    filled("finding"),
    filled("compared_at", INSTANT),
)

# One row for each bar that either side has; the side that lacks it has no values.
reconciliations = Table(
    "reconciliations",
    metadata,
    key("symbol"),
    key("timeframe"),
    key("timestamp", INSTANT),
    key("contract"),
    filled("trade_date", Date),
    *(Column(name, Double) for name in VALUES),
    *(Column(f"gateway_{name}", Double) for name in VALUES),
    filled("finding"),
    filled("compared_at", INSTANT),
    filled("detail"),
)
