"""Live one-minute bars: what the trader saw, kept apart from the stored bars that passed validation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.bars.columns import PRICES
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import live_bars

_columns = live_bars.c
_KEY = ["symbol", "contract", "timestamp"]
LIVE_COLUMNS = ("contract", "timestamp", *PRICES, "volume", "trade_date", "source")


class LiveBarStore:
    """The live bars of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, symbol: str, bars: Sequence[dict[str, object]], received_at: datetime) -> None:
        """Store bars by their minute; a later version of a minute replaces the earlier one.

        Args:
            symbol: of the instrument.
            bars: each with the values of `LIVE_COLUMNS`.
            received_at: by the gateway's clock, UTC.
        """
        if not bars:
            return
        given = insert(live_bars)
        newest = {name: given.excluded[name] for name in (*PRICES, "volume", "trade_date", "source", "received_at")}
        rows = [{"symbol": symbol, **bar, "received_at": received_at} for bar in bars]
        with self._database.transaction() as connection:
            connection.execute(given.on_conflict_do_update(index_elements=_KEY, set_=newest), rows)

    def bars(self, symbol: str, start: datetime, end: datetime, contract: str | None = None) -> pd.DataFrame:
        """Return the bars that start in `[start, end)`, UTC, with `LIVE_COLUMNS`, ascending by contract and minute."""
        chosen = select(*(live_bars.c[name] for name in LIVE_COLUMNS)).where(
            _columns.symbol == symbol, _columns.timestamp >= start, _columns.timestamp < end
        )
        if contract is not None:
            chosen = chosen.where(_columns.contract == contract)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(_columns.contract, _columns.timestamp)).all()
        return pd.DataFrame(rows, columns=list(LIVE_COLUMNS))

    def newest(self, symbol: str, contract: str) -> tuple[datetime, float] | None:
        """Return start (UTC) and close of the newest bar of a contract; None if there is none."""
        chosen = select(_columns.timestamp, _columns.close).where(
            _columns.symbol == symbol, _columns.contract == contract
        )
        with self._database.transaction() as connection:
            row = connection.execute(chosen.order_by(_columns.timestamp.desc()).limit(1)).first()
        return None if row is None else (row.timestamp, row.close)

    def forget(self, before: datetime) -> int:
        """Delete bars that start before an instant, UTC; return their number."""
        with self._database.transaction() as connection:
            return connection.execute(delete(live_bars).where(_columns.timestamp < before)).rowcount
