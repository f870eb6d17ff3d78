"""The tables of imports: what was said of files, the files, the months that they hold, and which source counts."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Identity, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

imports = Table(
    "imports",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("source"),
    filled("profile"),
    filled("zone"),
    filled("label"),
    filled("path"),
    # How the files are read again: the whole profile, what the user said, and the rolls of continuous files.
    filled("recipe", JSONB),
    filled("rows", BigInteger),
    filled("unreadable", BigInteger),
    filled("doubts", JSONB),
    filled("accepted", Boolean),
    filled("asked_at", INSTANT),
    Column("asked_by", Text),
)

import_files = Table(
    "import_files",
    metadata,
    key("import_id", BigInteger),
    key("number", Integer),
    filled("path"),
    filled("bytes", BigInteger),
    filled("sha256"),
    Index(None, "sha256"),
)

# `minutes` is what the plan counted; `stored_at` is null until the month's bars are stored, and the counts say what
# that did.
import_months = Table(
    "import_months",
    metadata,
    key("import_id", BigInteger),
    key("symbol"),
    key("contract"),
    key("month", Date),
    filled("minutes", Integer),
    Column("stored_at", INSTANT),
    *(filled(name, Integer) for name in ("inserted", "unchanged", "revised", "withdrawn")),
    Index(None, "symbol", "contract", "month"),
)

# The user's order of sources in a window of trade dates; of two rules for one day the later one wins.
source_rules = Table(
    "source_rules",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("symbol"),
    filled("sources", ARRAY(Text)),
    Column("first", Date),
    Column("last", Date),
    filled("made_at", INSTANT),
    Index(None, "symbol"),
)
