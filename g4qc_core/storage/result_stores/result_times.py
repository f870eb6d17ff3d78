"""When the results of specs were made, without the results."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables.backtests import backtest_names


def result_times(database: Database, specs: Collection[str]) -> dict[str, list[tuple[str, datetime]]]:
    """Return the ids of the results of each spec and when each was made last, UTC, the newest first."""
    names = backtest_names.c
    query = select(names.spec_name, names.backtest_id, names.created_at).where(names.spec_name.in_(list(specs)))
    found: dict[str, list[tuple[str, datetime]]] = {name: [] for name in specs}
    with database.transaction() as connection:
        for row in connection.execute(query.order_by(names.created_at.desc(), names.backtest_id)):
            found[row.spec_name].append((row.backtest_id, row.created_at))
    return found
