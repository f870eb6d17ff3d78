"""The last finding of each asset check in each partition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import check_states

_columns = check_states.c
_KEY = ("asset", "name", "partition")


@dataclass(frozen=True)
class CheckState:
    """What a check found in one partition of an asset.

    Attributes:
        why: the problem; empty if there is none.
        evaluated_at: UTC.
    """

    asset: str
    name: str
    partition: str
    why: str
    evaluated_at: datetime


class CheckStateStore:
    """States of the checks of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, asset: str, name: str, found: Mapping[str, str], at: datetime) -> dict[str, str]:
        """Replace the states of the checked partitions; return the problems of all partitions, by partition.

        Args:
            asset: key of the asset.
            name: name of the check.
            found: the problem in each checked partition; empty if there is none.
            at: time of the evaluation, UTC.
        """
        rows = [
            {"asset": asset, "name": name, "partition": partition, "why": why, "evaluated_at": at}
            # In a fixed order, so that two runs never deadlock.
            for partition, why in sorted(found.items())
        ]
        given = insert(check_states)
        newest = {column: given.excluded[column] for column in ("why", "evaluated_at")}
        wrong = select(_columns.partition, _columns.why).where(
            _columns.asset == asset, _columns.name == name, _columns.why != ""
        )
        with self._database.transaction() as connection:
            if rows:
                connection.execute(given.on_conflict_do_update(index_elements=list(_KEY), set_=newest), rows)
            return {row.partition: row.why for row in connection.execute(wrong.order_by(_columns.partition))}

    def newest(self, symbol: str) -> list[CheckState]:
        """Return the states of each check of an instrument in its newest partition, by asset and name.

        Partitions are the instrument itself, or its months like `ES|2025-09-01`.
        """
        own = or_(_columns.partition == symbol, _columns.partition.startswith(f"{symbol}|", autoescape=True))
        chosen = select(*check_states.c).ext(distinct_on(_columns.asset, _columns.name)).where(own)
        ordered = chosen.order_by(_columns.asset, _columns.name, _columns.partition.desc())
        with self._database.transaction() as connection:
            return [CheckState(**row) for row in connection.execute(ordered).mappings()]
