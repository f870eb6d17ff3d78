"""The table of the last finding of each asset check in each partition."""

from __future__ import annotations

from sqlalchemy import Table

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

# `why` is the finding; it is empty if there is none.
check_states = Table(
    "check_states",
    metadata,
    key("asset"),
    key("name"),
    key("partition"),
    filled("why"),
    filled("evaluated_at", INSTANT),
)
