"""The table of what each check last found in each partition: the light of an asset is that of all of them."""

from __future__ import annotations

from sqlalchemy import Table

from g4qc_core.storage.tables.base import INSTANT, filled, key, metadata

# `why` says what is wrong; it is empty where nothing is.
check_states = Table(
    "check_states",
    metadata,
    key("asset"),
    key("name"),
    key("partition"),
    filled("why"),
    filled("evaluated_at", INSTANT),
)
