"""Bars are keyed by numbers of series, with prices in steps; a validated minute is stored once, as its raw bar.

The names `raw_bars`, `raw_bar_revisions` and `market_data` become views. Stored bars are carried over in slices of
time, all in the transaction of the upgrade: the new tables take about a third of the disk that the old ones give back.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects.postgresql import ARRAY

from g4qc_core.storage.migrations.carried_bars import carry_bars

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_PRICES = ("open", "high", "low", "close")
_CURRENT = 2**63 - 1
_HYPERTABLES = ("raw_minutes", "market_bars")
_WATCHED = ("raw_minutes", "raw_exact", "market_bars", "market_exact", "validated_sessions")

_POINTS = ", ".join(f"b.{name} / s.per_point::float8 AS {name}" for name in _PRICES)
_EXACT = ", ".join(f"b.{name}" for name in _PRICES)


def upgrade() -> None:
    _make_tables()
    for name in ("raw_bars", "raw_bar_revisions", "market_data"):
        op.rename_table(name, f"former_{name}")
    carry_bars(op.get_bind(), context.config.attributes["tell"])
    for name in ("raw_bars", "raw_bar_revisions", "market_data"):
        op.drop_table(f"former_{name}")
    for name, query in _views().items():
        op.execute(f"CREATE VIEW {name} AS {query}")
    for table in _WATCHED:
        _watch(table)


def downgrade() -> None:
    views = ("raw_bars", "raw_bar_revisions", "market_data")
    for name in views:
        op.execute(f"ALTER VIEW {name} RENAME TO former_{name}")
    _make_former_tables()
    for name in views:
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(name))
        op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM former_{name}")
        op.execute(f"DROP VIEW former_{name}")
    for table in ("validated_sessions", "market_exact", "market_bars", "raw_exact", "raw_minutes", "bar_series"):
        op.drop_table(table)
    for table in ("raw_bars", "market_data"):
        _watch(table)


def _make_tables() -> None:
    op.create_table(
        "bar_series",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("symbol", "contract", "timeframe", "source")),
        sa.Column("per_point", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="bar_series_pkey"),
        sa.UniqueConstraint(
            "symbol", "timeframe", "contract", "source", name="bar_series_symbol_timeframe_contract_source_key"
        ),
    )
    op.create_table(
        "raw_minutes",
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        *_columns(sa.Integer(), *_PRICES),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("received_row", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "timestamp", name="raw_minutes_pkey"),
    )
    op.create_table(
        "raw_exact",
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("received_row", sa.Integer(), nullable=False),
        *_columns(sa.Double(), *_PRICES),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("replaced_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "timestamp", "replaced_by", name="raw_exact_pkey"),
    )
    op.create_index("raw_exact_replaced_by_idx", "raw_exact", ["replaced_by"])
    op.create_table(
        "validated_sessions",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("first", _INSTANT, nullable=False),
        sa.Column("last", _INSTANT, nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("bars", sa.Integer(), nullable=False),
        sa.Column("left_out", ARRAY(_INSTANT), nullable=False),
        sa.PrimaryKeyConstraint("series", "first", name="validated_sessions_pkey"),
    )
    op.create_table(
        "market_bars",
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        *_columns(sa.Integer(), *_PRICES),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("series", "timestamp", name="market_bars_pkey"),
    )
    op.create_table(
        "market_exact",
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        *_columns(sa.Double(), *_PRICES),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "timestamp", name="market_exact_pkey"),
    )
    for table in _HYPERTABLES:
        _make_hypertable(table, "series")


def _columns(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _make_hypertable(table: str, segments: str) -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")) is None:
        return
    op.execute(
        f"SELECT create_hypertable('{table}', 'timestamp', chunk_time_interval => INTERVAL '90 days', "
        "create_default_indexes => false)"
    )
    if connection.scalar(sa.text("SELECT current_setting('timescaledb.license', true)")) == "timescale":
        op.execute(
            f"ALTER TABLE {table} SET (timescaledb.compress, timescaledb.compress_orderby = 'timestamp', "
            f"timescaledb.compress_segmentby = '{segments}')"
        )
        op.execute(f"SELECT add_compression_policy('{table}', INTERVAL '180 days')")


def _watch(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER note_bar_write AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION note_bar_write()"
    )


def _views() -> dict[str, str]:
    # Rows are compared as a whole, because with an equality of the series the planner may join all bars of a series
    # with all its sessions, which it takes for fewer rows.
    received = "JOIN bar_series s ON s.id = b.series LEFT JOIN ib_requests q ON q.id = b.request_id"
    raw = "b.wap, b.count::int8 AS count, b.request_id, q.requested_at AS received_at"
    return {
        "raw_bars": (
            f"SELECT s.symbol, b.timestamp, s.contract, {_POINTS}, b.volume::int8 AS volume, {raw}, s.source "
            f"FROM raw_minutes b {received} "
            f"UNION ALL SELECT s.symbol, b.timestamp, s.contract, {_EXACT}, b.volume, {raw}, s.source "
            f"FROM raw_exact b {received} WHERE b.replaced_by = {_CURRENT}"
        ),
        "raw_bar_revisions": (
            f"SELECT s.symbol, b.timestamp, s.contract, {_EXACT}, b.volume, {raw}, b.replaced_by, "
            f"n.requested_at AS replaced_at, s.source FROM raw_exact b {received} "
            f"LEFT JOIN ib_requests n ON n.id = b.replaced_by WHERE b.replaced_by <> {_CURRENT}"
        ),
        "market_data": (
            f"SELECT s.symbol, s.timeframe, b.timestamp, s.contract, {_POINTS}, b.volume::int8 AS volume, "
            "b.count::int8 AS count, b.trade_date FROM market_bars b JOIN bar_series s ON s.id = b.series "
            f"UNION ALL SELECT s.symbol, s.timeframe, b.timestamp, s.contract, {_EXACT}, b.volume, b.count, "
            "b.trade_date FROM market_exact b JOIN bar_series s ON s.id = b.series "
            f"UNION ALL SELECT m.symbol, m.timeframe, b.timestamp, m.contract, {_POINTS}, b.volume::int8, "
            "b.count::int8, v.trade_date FROM validated_sessions v JOIN bar_series m ON m.id = v.series "
            "JOIN bar_series s ON s.id = v.source "
            "JOIN raw_minutes b ON (b.series, b.timestamp) >= (v.source, v.first) "
            "AND (b.series, b.timestamp) <= (v.source, v.last) AND b.timestamp BETWEEN v.first AND v.last "
            "AND b.request_id <= v.request_id AND b.timestamp <> ALL (v.left_out)"
        ),
    }


def _make_former_tables() -> None:
    op.create_table(
        "raw_bars",
        *_columns(sa.Text(), "symbol", "contract"),
        sa.Column("timestamp", _INSTANT, nullable=False),
        *_columns(sa.Double(), *_PRICES),
        *_columns(sa.BigInteger(), "volume", "count", "request_id"),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timestamp", "contract", name="raw_bars_pkey"),
    )
    op.create_table(
        "raw_bar_revisions",
        *_columns(sa.Text(), "symbol", "contract"),
        sa.Column("timestamp", _INSTANT, nullable=False),
        *_columns(sa.Double(), *_PRICES),
        *_columns(sa.BigInteger(), "volume", "count", "request_id"),
        sa.Column("wap", sa.Double(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("replaced_by", sa.BigInteger(), nullable=False),
        sa.Column("replaced_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timestamp", "contract", "replaced_by", name="raw_bar_revisions_pkey"),
    )
    op.create_index("raw_bar_revisions_symbol_replaced_by_idx", "raw_bar_revisions", ["symbol", "replaced_by"])
    op.create_table(
        "market_data",
        *_columns(sa.Text(), "symbol", "contract"),
        sa.Column("timestamp", _INSTANT, nullable=False),
        sa.Column("timeframe", sa.Text(), nullable=False),
        *_columns(sa.Double(), *_PRICES),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", "timeframe", "timestamp", "contract", name="market_data_pkey"),
    )
    _make_hypertable("raw_bars", "symbol, contract")
    _make_hypertable("market_data", "symbol, timeframe, contract")
