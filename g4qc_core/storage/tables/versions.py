"""The table of data versions: what each month of bars holds, and what it was made of, as fingerprints."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table, Text

from g4qc_core.storage.tables.base import INSTANT, filled, key, metadata

# `kind` is `raw` or a timeframe; `made_of` is the version that the kind before it had when this one was made.
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
