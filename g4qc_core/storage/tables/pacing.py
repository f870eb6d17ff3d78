"""The tables of pacing: what was sent to a gateway, and the work that is under way there."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, Text

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, metadata

# A row a message that the gateway counts, kept for as long as a rule looks back. `holder` is the advisory lock of the
# process that sent it: a request that was never finished counts as open only while that lock is held.
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

# What a process means to ask for, and when it will be done; gone when the work is, or the holder.
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
