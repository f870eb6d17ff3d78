"""The tables of searches: each search, the trials that it made or found made, and the session returns that it kept."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Column, Date, Double, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from g4qc_core.storage.tables.shared_columns import INSTANT, filled, key, metadata

searches = Table(
    "searches",
    metadata,
    key("id"),
    filled("name"),
    filled("family"),
    filled("spec", JSON),
    filled("backtest", JSON),
    filled("data_version"),
    filled("code"),
    filled("state"),
    Column("planned", BigInteger),
    filled("counts", JSON),
    filled("seconds", Double),
    filled("started_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("best", JSON),
    Column("summary", JSON),
    Column("run_id", Text),
    Index(None, "name"),
    Index(None, "family"),
)


def _of_search() -> Column:
    return Column("search_id", Text, ForeignKey("searches.id", ondelete="CASCADE"), primary_key=True)


# A set that two searches try is one row of `trials` and a row here for each of them.
search_trials = Table(
    "search_trials",
    metadata,
    _of_search(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("trial_id", BigInteger, ForeignKey("trials.id"), nullable=False),
    filled("state"),
    filled("words"),
    Column("objective", Double),
)

# The returns of some trials of a search as one compressed block: rows are sessions, columns trials.
search_returns = Table(
    "search_returns",
    metadata,
    _of_search(),
    filled("numbers", ARRAY(BigInteger)),
    filled("days", ARRAY(Date)),
    filled("returns", LargeBinary),
)
