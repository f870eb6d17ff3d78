"""Bars are keyed by numbers of series, with prices in steps; a validated minute is stored once, as its raw bar.

The names `raw_bars`, `raw_bar_revisions` and `market_data` become views. Stored bars are carried over in slices of
time, all in the transaction of the upgrade: the new tables take about a third of the disk that the old ones give back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from g4qc_core.storage.codec.price_steps import steps_per_point

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_LOG = logging.getLogger(__name__)
_INSTANT = sa.DateTime(timezone=True)
_PRICES = ("open", "high", "low", "close")
_CURRENT = 2**63 - 1
_SLICE = timedelta(days=90)
_HYPERTABLES = ("raw_minutes", "market_bars")
_WATCHED = ("raw_minutes", "raw_exact", "market_bars", "market_exact", "validated_sessions")

# Whether a price is given back to the bit by its nearest whole step; NaN is larger than every number.
_FITS = " AND ".join(
    [
        *(
            f"(abs(b.{name}) < 2147483647.0 / s.per_point AND round(b.{name} * s.per_point) / s.per_point = b.{name} "
            f"AND b.{name}::text <> '-0')"
            for name in _PRICES
        ),
        *(f"b.{name} BETWEEN -2147483647 AND 2147483647" for name in ("volume", "count")),
    ]
)
_STEPS = ", ".join(f"round(b.{name} * s.per_point)::int4" for name in _PRICES)
_POINTS = ", ".join(f"b.{name} / s.per_point::float8 AS {name}" for name in _PRICES)
_EXACT = ", ".join(f"b.{name}" for name in _PRICES)


def upgrade() -> None:
    _make_tables()
    for name in ("raw_bars", "raw_bar_revisions", "market_data"):
        op.rename_table(name, f"former_{name}")
    _carry()
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


def _carry() -> None:
    """Fill the new tables from the old ones."""
    connection = op.get_bind()
    ticks: dict[tuple[str, str], Any] = {
        (row.symbol, row.contract): row.tick
        for row in connection.execute(
            sa.text("SELECT symbol, contract, min_tick * price_magnifier AS tick FROM contracts")
        )
    }
    grids: dict[tuple[str, str], int] = {}
    reach: dict[tuple[str, str, str], tuple[datetime, datetime]] = {}
    for kind, table, timeframe in (
        ("raw", "former_raw_bars", "'1min'"),
        ("revised", "former_raw_bar_revisions", "'1min'"),
        ("market", "former_market_data", "timeframe"),
    ):
        found = connection.execute(
            sa.text(
                f"SELECT symbol, contract, {timeframe} AS timeframe, min(timestamp) AS first, max(timestamp) AS last "
                f"FROM {table} GROUP BY 1, 2, 3 ORDER BY 1, 3, 2"
            )
        ).all()
        for row in found:
            key = (row.symbol, row.contract)
            if key not in grids:
                grids[key] = _grid(connection, table, row, ticks.get(key))
            connection.execute(
                sa.text(
                    "INSERT INTO bar_series (symbol, contract, timeframe, source, per_point) "
                    "VALUES (:symbol, :contract, :timeframe, :source, :per_point) ON CONFLICT DO NOTHING"
                ),
                {
                    "symbol": row.symbol,
                    "contract": row.contract,
                    "timeframe": row.timeframe,
                    "source": "" if kind == "market" else "ib",
                    "per_point": grids[key],
                },
            )
            known = reach.setdefault((kind, row.symbol, row.timeframe), (row.first, row.last))
            reach[kind, row.symbol, row.timeframe] = min(known[0], row.first), max(known[1], row.last)
    for number, ((kind, symbol, timeframe), (first, last)) in enumerate(reach.items(), start=1):
        _LOG.info("%s %s %s: part %s of %s", kind, symbol, timeframe, number, len(reach))
        for start, end in _slices(first, last):
            given = {"symbol": symbol, "timeframe": timeframe, "start": start, "end": end}
            for statement in _CARRY[kind if (kind, timeframe) != ("market", "1min") else "minutes"]:
                connection.execute(sa.text(statement), given)


def _grid(connection: sa.Connection, table: str, row: Any, tick: Any) -> int:
    sample = connection.execute(
        sa.text(
            f"SELECT open, high, low, close FROM {table} WHERE symbol = :symbol AND contract = :contract "
            "AND timestamp BETWEEN :first AND :last LIMIT 500"
        ),
        {"symbol": row.symbol, "contract": row.contract, "first": row.first, "last": row.last},
    )
    return steps_per_point(np.array([tuple(one) for one in sample], "float64"), tick)


def _slices(first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    while first <= last:
        yield first, first + _SLICE
        first += _SLICE


_IN_SLICE = "b.symbol = :symbol AND b.timestamp >= :start AND b.timestamp < :end"
_RAW = (
    "FROM former_raw_bars b JOIN bar_series s ON s.symbol = b.symbol AND s.contract = b.contract "
    f"AND s.timeframe = :timeframe AND s.source = 'ib' WHERE {_IN_SLICE}"
)
_REVISED = _RAW.replace("former_raw_bars", "former_raw_bar_revisions")
_DERIVED = (
    "FROM former_market_data b JOIN bar_series s ON s.symbol = b.symbol AND s.contract = b.contract "
    f"AND s.timeframe = b.timeframe AND s.source = '' WHERE b.timeframe = :timeframe AND {_IN_SLICE}"
)
_OF_SLICE = "FROM slice b JOIN bar_series s ON s.id = b.series WHERE NOT b.same"
_TO_RAW_EXACT = (
    "INSERT INTO raw_exact (timestamp, series, received_row, open, high, low, close, volume, wap, count, request_id, "
    f"replaced_by) SELECT b.timestamp, s.id, 0, {_EXACT}, b.volume, b.wap, b.count, b.request_id, "
)


def _to_market(rows: str) -> tuple[str, str]:
    return (
        "INSERT INTO market_bars (timestamp, series, volume, open, high, low, close, count, trade_date) SELECT "
        f"b.timestamp, s.id, b.volume::int4, {_STEPS}, b.count::int4, b.trade_date {rows} AND {_FITS} "
        "ORDER BY s.id, b.timestamp",
        "INSERT INTO market_exact (timestamp, series, trade_date, open, high, low, close, volume, count) SELECT "
        f"b.timestamp, s.id, b.trade_date, {_EXACT}, b.volume, b.count {rows} AND NOT ({_FITS})",
    )


# Minutes that equal their raw bar become runs of one trade date; the others keep rows of their own.
_SAME = " AND ".join(
    ["r.volume = b.volume", "r.count = b.count", *(f"r.{name} / o.per_point::float8 = b.{name}" for name in _PRICES)]
)
_CARRY: dict[str, tuple[str, ...]] = {
    "raw": (
        "INSERT INTO raw_minutes (timestamp, series, volume, open, high, low, close, wap, count, received_row, "
        f"request_id) SELECT b.timestamp, s.id, b.volume::int4, {_STEPS}, b.wap, b.count::int4, 0, b.request_id {_RAW} "
        f"AND {_FITS} ORDER BY s.id, b.timestamp",
        f"{_TO_RAW_EXACT} {_CURRENT} {_RAW} AND NOT ({_FITS})",
    ),
    "revised": (f"{_TO_RAW_EXACT} b.replaced_by {_REVISED}",),
    "market": _to_market(_DERIVED),
    "minutes": (
        "DROP TABLE IF EXISTS slice",
        f"CREATE TEMPORARY TABLE slice AS SELECT b.*, s.id AS series, o.id AS source, r.series IS NOT NULL AS same "
        f"{_DERIVED}".replace(
            "WHERE",
            "LEFT JOIN bar_series o ON o.symbol = s.symbol AND o.contract = s.contract AND o.timeframe = s.timeframe "
            f"AND o.source = 'ib' LEFT JOIN raw_minutes r ON r.series = o.id AND r.timestamp = b.timestamp AND {_SAME} "
            "WHERE",
            1,
        ),
        "INSERT INTO validated_sessions (series, first, last, trade_date, source, request_id, bars, left_out) "
        "SELECT run.series, run.first, run.last, run.trade_date, run.source, (SELECT max(l.id) FROM ib_requests l "
        "JOIN bar_series o ON o.symbol = l.symbol AND o.contract = l.contract AND o.timeframe = l.timeframe "
        "WHERE o.id = run.source AND l.bars > 0), run.bars, ARRAY(SELECT r.timestamp FROM raw_minutes r "
        "WHERE r.series = run.source AND r.timestamp BETWEEN run.first AND run.last AND NOT EXISTS (SELECT FROM slice "
        "b WHERE b.series = run.series AND b.timestamp = r.timestamp AND b.same) ORDER BY r.timestamp) FROM ("
        "SELECT series, source, trade_date, min(timestamp) AS first, max(timestamp) AS last, count(*) AS bars FROM ("
        "SELECT b.*, sum(CASE WHEN before IS DISTINCT FROM trade_date THEN 1 ELSE 0 END) "
        "OVER (PARTITION BY series ORDER BY timestamp) AS number FROM (SELECT slice.*, lag(trade_date) "
        "OVER (PARTITION BY series ORDER BY timestamp) AS before FROM slice WHERE same) AS b) AS numbered "
        "GROUP BY series, source, trade_date, number) AS run",
        *_to_market(_OF_SLICE),
    ),
}


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
