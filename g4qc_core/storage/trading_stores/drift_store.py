"""How far paper fills were from the backtest on the settled bars, by spec and trade date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import trade_drifts

_columns = trade_drifts.c


@dataclass(frozen=True)
class Drift:
    """One spec on one trade date.

    Attributes:
        figures: sums, JSON-safe.
        rows: decisions and fills side by side, JSON-safe.
        data_version: fingerprint of the settled bars.
    """

    account: str
    spec: str
    trade_date: date
    figures: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    data_version: str
    made_at: datetime


class DriftStore:
    """The drifts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, drift: Drift) -> None:
        """Store a drift; it replaces that of the same spec and date."""
        row = {**vars(drift), "figures": dict(drift.figures), "rows": [dict(one) for one in drift.rows]}
        given = insert(trade_drifts).values(**row)
        newest = {name: given.excluded[name] for name in ("figures", "rows", "data_version", "made_at")}
        with self._database.transaction() as connection:
            connection.execute(
                given.on_conflict_do_update(index_elements=["account", "spec", "trade_date"], set_=newest)
            )

    def drifts(self, account: str | None = None, spec: str | None = None, most: int | None = None) -> list[Drift]:
        """Return drifts, newest trade date first."""
        chosen = select(trade_drifts)
        if account is not None:
            chosen = chosen.where(_columns.account == account)
        if spec is not None:
            chosen = chosen.where(_columns.spec == spec)
        ordered = chosen.order_by(_columns.trade_date.desc(), _columns.account, _columns.spec).limit(most)
        with self._database.transaction() as connection:
            return [Drift(**row) for row in connection.execute(ordered).mappings()]
