"""Databases with rows of every kind, and all of their rows as texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from g4qc_core.services.backups.backup_run import BackupDone, back_up
from g4qc_core.services.backups.transfer_progress import SilentProgress
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.bar_store import BarStore
from g4qc_core.storage.contract_store import ContractStore
from g4qc_core.storage.migrations import VERSION_TABLE, make_ready
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import metadata
from tests.core.storage.frames import END, START, contract, market_bars

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)


def settings_of(database: Database, home: Path, **more: object) -> Settings:
    """Settings that name the database and a home of their own."""
    home.mkdir(exist_ok=True)
    return Settings(database_url=database.url.render_as_string(hide_password=False), home=home, **more)  # type: ignore[arg-type]


def fill(database: Database, minutes: int = 500, symbols: tuple[str, ...] = ("ES", "NQ")) -> None:
    """Make the schema, and store bars of January 2024 of each symbol, and their contracts."""
    make_ready(database, embedded=True)
    for symbol in symbols:
        ContractStore(database).merge([contract(symbol=symbol)], START)
        bars = market_bars(minutes)
        BarStore(database).replace_bars(symbol, "1min", START, END, bars)


def add_month(database: Database, symbol: str, minutes: int = 500) -> None:
    """Store bars of the month after, as a night adds them."""
    bars = market_bars(minutes)
    bars["timestamp"] += timedelta(days=31)
    BarStore(database).replace_bars(symbol, "1min", END, END + timedelta(days=28), bars)


def rows_of(database: Database) -> Mapping[str, list[str]]:
    """All rows of all our tables, without those that belong to the server."""
    names = [name for name in (*metadata.tables, VERSION_TABLE) if name != "bar_writes"]
    with database.transaction() as connection:
        return {name: sorted(connection.scalars(text(f"SELECT t::text FROM {name} t")).all()) for name in sorted(names)}


def back(settings: Settings, target: Path, days: int = 0, whole: bool = False) -> BackupDone:
    """Make a backup, by a clock that stands that many days after the first night."""
    return back_up(settings, str(target), NOW + timedelta(days=days), SilentProgress(), whole)
