"""The tables of pacing: requests sent to a gateway, and running extractions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, metadata

# One row for each message that the gateway counts, kept as long as a rule counts it. `holder` is the advisory lock of
# the process that sent it: an unfinished request counts as open only while that lock is held.
ib_pacing = Table(
    "ib_pacing",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    filled("account"),
    filled("kind"),
    filled("contract"),
    filled("fingerprint"),
    filled("weight", Integer),
    filled("holder", BigInteger),
    Column("run_id", Text),
    filled("sent_at", INSTANT),
    Column("finished_at", INSTANT),
    Column("ending", Text),
    Index(None, "account", "sent_at"),
)

# The progress of an extraction; the row is valid until the extraction ends or its process does.
ib_plans = Table(
    "ib_plans",
    metadata,
    Column("holder", BigInteger, primary_key=True, autoincrement=False),
    filled("subject"),
    filled("done", Integer),
    filled("total", Integer),
    filled("finishes_at", INSTANT),
    filled("updated_at", INSTANT),
    Column("run_id", Text),
)
