"""The tables of studies: each walk-forward analysis, Monte Carlo simulation and portfolio, and its frames."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

studies = Table(
    "studies",
    metadata,
    key("id"),
    filled("kind"),
    filled("name"),
    filled("spec", JSON),
    filled("data_version"),
    filled("code"),
    filled("state"),
    filled("seconds", Double),
    filled("started_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("summary", JSON),
    Column("run_id", Text),
    Index(None, "kind", "name"),
)

# A frame as the bytes of a Parquet file.
study_frames = Table(
    "study_frames",
    metadata,
    Column("study_id", Text, ForeignKey("studies.id", ondelete="CASCADE"), primary_key=True),
    key("name"),
    filled("rows", BigInteger),
    filled("content", LargeBinary),
)
