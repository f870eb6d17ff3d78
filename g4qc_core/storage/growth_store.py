"""How large a database is, what a minute of bars takes of it, and how fast it grows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables.bars import HYPERTABLES

_BARS = ("raw_minutes", "raw_exact", "market_bars", "market_exact", "validated_sessions", "bar_series")
_CHUNKS = (
    "SELECT count(*), count(*) FILTER (WHERE compression_status = 'Compressed'), "
    "coalesce(sum(before_compression_total_bytes), 0), coalesce(sum(after_compression_total_bytes), 0) "
    "FROM chunk_compression_stats('{name}')"
)

# The newest thirty days of sessions, and all of them. Minutes with rows of their own are few, and not worth reading.
_MINUTES = text(
    "SELECT coalesce(sum(v.bars), 0)::int8, coalesce(sum(v.bars) FILTER (WHERE v.trade_date > "
    "(SELECT max(trade_date) FROM validated_sessions) - 30), 0)::int8 FROM validated_sessions v"
)


@dataclass(frozen=True)
class Compression:
    """What TimescaleDB's community licence compressed of the bars.

    Attributes:
        chunks: number of chunks.
        compressed: number of those that are compressed.
        before: bytes of the compressed ones before.
        after: bytes of the compressed ones now.
    """

    chunks: int
    compressed: int
    before: int
    after: int


@dataclass(frozen=True)
class DatabaseSize:
    """The size of one database.

    Attributes:
        total: bytes of the whole database.
        dagster: bytes of Dagster's database beside it; None if there is none on this server.
        bars: bytes of bars of every kind and timeframe, with their indices.
        minutes: number of validated one-minute bars.
        newest_minutes: number of those of the newest thirty days.
        compression: of the chunks of bars; None if the server compresses nothing.
    """

    total: int
    dagster: int | None
    bars: int
    minutes: int
    newest_minutes: int
    compression: Compression | None

    @property
    def bytes_a_minute(self) -> float | None:
        """Bytes that a minute takes, with its raw bar and all timeframes; None without minutes."""
        return self.bars / self.minutes if self.minutes else None

    @property
    def bytes_a_month(self) -> int:
        """Bytes by which the bars grow in thirty days that are like the newest ones."""
        return round((self.bytes_a_minute or 0) * self.newest_minutes)


class GrowthStore:
    """The size of one database; no bar is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def size(self) -> DatabaseSize:
        """Return the present size."""
        timescale = self._database.has_timescale
        with self._database.transaction() as connection:
            total = connection.scalar(text("SELECT pg_database_size(current_database())"))
            dagster = connection.scalar(
                text(
                    "SELECT pg_database_size(oid) FROM pg_database WHERE datname = current_database() || '_dagster' "
                    "AND has_database_privilege(oid, 'CONNECT')"
                )
            )
            bars = sum(_table_bytes(connection, name, timescale and name in HYPERTABLES) for name in _BARS)
            minutes, newest = connection.execute(_MINUTES).one()
            compression = _compression(connection)
        return DatabaseSize(int(total or 0), dagster, bars, minutes, newest, compression)


def _table_bytes(connection: Connection, name: str, hypertable: bool) -> int:
    function = "hypertable_size" if hypertable else "pg_total_relation_size"
    return int(connection.scalar(text(f"SELECT {function}('{name}')")) or 0)


def _compression(connection: Connection) -> Compression | None:
    """Return the state of compression; other licences of TimescaleDB lack its functions."""
    if connection.scalar(text("SELECT current_setting('timescaledb.license', true)")) != "timescale":
        return None
    parts = [connection.execute(text(_CHUNKS.format(name=name))).one() for name in HYPERTABLES]
    return Compression(*(int(sum(values)) for values in zip(*parts, strict=True)))
