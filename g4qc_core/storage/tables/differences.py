"""The table of differences between two sources of the same bars."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Date, Double, Integer, Table

from g4qc_core.bars.columns import PRICES
from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# One row for each session of a contract and each two sources that have bars of it; see
# `g4qc_core.sources.comparison.session_difference` for the figures.
source_differences = Table(
    "source_differences",
    metadata,
    key("symbol"),
    key("trade_date", Date),
    key("contract"),
    key("first_source"),
    key("second_source"),
    filled("verdict"),
    filled("side"),
    filled("agrees", Boolean),
    *(filled(name, Integer) for name in ("shared", "only_first", "only_second", "differing", "beyond")),
    *(filled(f"differing_{name}", Integer) for name in PRICES),
    *(filled(f"largest_{name}", Double) for name in PRICES),
    filled("volume_first", BigInteger),
    filled("volume_second", BigInteger),
    filled("differing_volumes", Integer),
    filled("shift", Integer),
    filled("points", Double),
    filled("factor", Double),
    filled("grid", Double),
    filled("compared_at", INSTANT),
)
