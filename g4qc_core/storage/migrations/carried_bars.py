"""The part of revision 0023 that carries bars over, in slices of time; like any revision, it is never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import numpy as np
import sqlalchemy as sa

from g4qc_core.storage.codec.price_steps import steps_per_point

_PRICES = ("open", "high", "low", "close")
_CURRENT = 2**63 - 1
_SLICE = timedelta(days=90)
_TELL_SECONDS = 10.0

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
_EXACT = ", ".join(f"b.{name}" for name in _PRICES)


def carry_bars(connection: sa.Connection, tell: Callable[[str], object]) -> None:
    """Fill the tables of schema 0023 from `former_raw_bars`, `former_raw_bar_revisions` and `former_market_data`.

    Args:
        connection: in the transaction of the upgrade.
        tell: receives a sentence about the progress every ten seconds.
    """
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
    slices = [(*key, start, end) for key, ends in reach.items() for start, end in _slices(*ends)]
    told = monotonic()
    for number, (kind, symbol, timeframe, start, end) in enumerate(slices):
        if monotonic() - told >= _TELL_SECONDS:
            told = monotonic()
            tell(f"Bars are carried over: {100 * number // len(slices)} %.")
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
        # Without them the server would read the whole slice for each of its sessions.
        "CREATE INDEX ON slice (series, timestamp)",
        "ANALYZE slice",
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
