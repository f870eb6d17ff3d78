"""Rows of market bars: validated minutes and derived bars, as the tables hold them.

A validated minute is stored once, as the raw bar that it is: `validated_sessions` names the raw bars of each trade date
that passed, as they were after one request. What is no raw bar is a row of its own: derived bars, minutes whose prices
validation put on the grid, and minutes that were restated since they were validated, until they are validated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS, PRICES
from g4qc_core.storage.bar_stores.series_numbers import StoredSeries, in_steps, known_series, series_for
from g4qc_core.storage.codec.binary_copy import copy_in, copy_out
from g4qc_core.storage.codec.column_kinds import kinds_in_steps, kinds_of
from g4qc_core.timeframes import ONE_MINUTE

# A session has its minutes within so long, so that earlier ones need not be looked at.
_LONGEST_SESSION = "interval '15 days'"
_COLUMNS = ("series", *(name for name in BAR_COLUMNS if name != "contract"))
_STEPS = kinds_in_steps(_COLUMNS)
_EXACT = kinds_of(_COLUMNS)


def of_sessions(when: str) -> str:
    """Return the joins of the sessions `v` with their raw bars `b`, and with these bars' series `o`.

    Each session is looked up in the index: OFFSET 0 keeps the planner from joining all bars of a series with all its
    sessions, which it takes for fewer rows.

    Args:
        when: condition about the raw bar `b`.
    """
    return (
        "JOIN bar_series o ON o.id = v.source CROSS JOIN LATERAL (SELECT b.* FROM raw_minutes b "
        "WHERE b.series = v.source AND b.timestamp BETWEEN v.first AND v.last AND b.request_id <= v.request_id "
        f"AND b.timestamp <> ALL (v.left_out) AND {when} OFFSET 0) b"
    )


def near(start: str, end: str) -> str:
    """Return the condition that a session `v` may have bars in `[start, end)`."""
    return f"v.last >= {start} AND v.first < {end} AND v.first > {start}::timestamptz - {_LONGEST_SESSION}"


def market_rows(
    timeframe: str, columns: Iterable[str], series: str, start: str, end: str, tail: tuple[str, str] = ("", "")
) -> str:
    """Return a query of the bars of some series that start in `[start, end)`, with the prices in points, unordered.

    Args:
        timeframe: name of the timeframe of the series.
        columns: of `BAR_COLUMNS`.
        series: FROM item with the series as `s`, and conditions if there are any.
        start: SQL of a time.
        end: SQL of a time.
        tail: ends of each part of the query, as for an order: of rows of their own, and of raw bars.
    """
    columns = list(columns)
    when = f"b.timestamp >= {start} AND b.timestamp < {end}"

    def part(source: str, steps: str | None, special: dict[str, str], end: str) -> str:
        names = {"contract": "s.contract"} | special
        if steps is not None:
            names |= {name: f'b."{name}" / {steps}.per_point::float8 AS "{name}"' for name in PRICES}
            names |= {name: f'b."{name}"::int8' for name in ("volume", "count")}
        selected = ", ".join(names.get(name, f'b."{name}"') for name in columns)
        return f"(SELECT {selected} FROM {series} {source} {end})"

    parts = [
        part(f"JOIN market_bars b ON b.series = s.id AND {when}", "s", {}, tail[0]),
        part(f"JOIN market_exact b ON b.series = s.id AND {when}", None, {}, tail[0]),
    ]
    if timeframe == ONE_MINUTE.name:
        sessions = f"JOIN validated_sessions v ON v.series = s.id AND {near(start, end)} {of_sessions(when)}"
        parts.append(part(sessions, "o", {"trade_date": "v.trade_date"}, tail[1]))
    return " UNION ALL ".join(parts)


def write_market(cursor: Any, symbol: str, timeframe: str, bars: pd.DataFrame) -> None:
    """Add bars (`BAR_COLUMNS`) as rows of their own."""
    whole, others = in_steps(bars, series_for(cursor, symbol, timeframe, bars))
    copy_in(cursor, "market_bars", _STEPS, whole)
    copy_in(cursor, "market_exact", _EXACT, others)


def delete_market(cursor: Any, symbol: str, timeframe: str, start: datetime, end: datetime) -> None:
    """Delete an instrument's bars of a timeframe that start in `[start, end)`."""
    series = [one.id for one in known_series(cursor, symbol, timeframe).values()]
    if not series:
        return
    given = {"series": series, "start": start, "end": end}
    if timeframe == ONE_MINUTE.name:
        inside = "v.first >= %(start)s AND v.last < %(end)s"
        own = f"v.series = ANY(%(series)s) AND {near('%(start)s', '%(end)s')}"
        outside = "(b.timestamp < %(start)s OR b.timestamp >= %(end)s)"
        _keep_as_rows(cursor, symbol, f"{own} AND NOT ({inside})", outside, given)
        cursor.execute(f"DELETE FROM validated_sessions v WHERE {own}", given)
    for table in ("market_bars", "market_exact"):
        cursor.execute(
            f"DELETE FROM {table} WHERE series = ANY(%(series)s) AND timestamp >= %(start)s AND timestamp < %(end)s",
            given,
        )


def leave_sessions(cursor: Any, symbol: str, raw: StoredSeries, timestamps: pd.Series) -> None:
    """Give validated minutes rows of their own, so that they stay whatever becomes of their raw bars.

    Args:
        cursor: psycopg2 cursor; the caller ends the transaction and keeps validations out.
        symbol: the instrument.
        raw: series of the raw bars.
        timestamps: of raw bars that will be replaced; at least one.
    """
    first, last = timestamps.min(), timestamps.max()
    given = {"raw": raw.id, "times": list(timestamps.dt.to_pydatetime()), "first": first, "last": last}
    whose = "v.source = %(raw)s AND v.last >= %(first)s AND v.first <= %(last)s"
    which = "b.timestamp = ANY(%(times)s) AND b.timestamp BETWEEN %(first)s AND %(last)s"
    _keep_as_rows(cursor, symbol, whose, which, given)
    cursor.execute(
        "UPDATE validated_sessions v SET bars = v.bars - "
        f"(SELECT count(*) FROM (SELECT v.*) v {of_sessions(which)}) WHERE {whose}",
        given,
    )


def _keep_as_rows(cursor: Any, symbol: str, sessions: str, bars: str, given: Mapping[str, object]) -> None:
    """Write rows for the minutes of the sessions `v` and raw bars `b` that two conditions select."""
    prices = ", ".join(f'b."{name}" / o.per_point::float8' for name in PRICES)
    query = (
        f"SELECT s.contract, b.timestamp, {prices}, b.volume::int8, b.count::int8, v.trade_date "
        f"FROM validated_sessions v JOIN bar_series s ON s.id = v.series {of_sessions(bars)} WHERE {sessions}"
    )
    found = copy_out(cursor, query, given, kinds_of(BAR_COLUMNS))
    if not found.empty:
        write_market(cursor, symbol, ONE_MINUTE.name, found)
