"""Queries about market bars that read few of them: first and last ones, numbers, presence.

Validated minutes are answered for by their sessions; only a session that a window cuts is looked into.
"""

from __future__ import annotations

from g4qc_core.storage.bar_stores.market_rows import near, of_sessions

OF_SYMBOL = "s.symbol = %(symbol)s AND s.timeframe = %(timeframe)s AND s.source = ''"
"""Condition that `s` is one of the instrument's series of market bars."""

_ROWS = ("market_bars", "market_exact")


def outermost(newest: bool, which: str, since: str = "'-infinity'") -> str:
    """Return a query of the first or last bar of some series: timestamp and trade_date; no row if there is none.

    Args:
        newest: the last bar instead of the first.
        which: condition about the series `s`.
        since: SQL of a time; bars before it are not looked for.
    """
    order = "DESC" if newest else "ASC"
    rows = " UNION ALL ".join(
        f"(SELECT b.timestamp, b.trade_date FROM {table} b WHERE b.series = s.id AND b.timestamp >= {since} "
        f"ORDER BY b.timestamp {order} LIMIT 1)"
        for table in _ROWS
    )
    sessions = (
        f"(SELECT v.{'last' if newest else 'first'} AS timestamp, v.trade_date FROM validated_sessions v "
        f"WHERE v.series = s.id AND v.last >= {since} ORDER BY v.first {order} LIMIT 1)"
    )
    return (
        f"SELECT e.timestamp, e.trade_date FROM bar_series s CROSS JOIN LATERAL ({rows} UNION ALL {sessions}) AS e "
        f"WHERE {which} ORDER BY e.timestamp {order} LIMIT 1"
    )


def counted_bars(start: str, end: str) -> str:
    """Return a query of numbers of bars of the series `s` in `[start, end)`: bars, first_date, last_date; in parts."""
    sums = "min({0}.trade_date) AS first_date, max({0}.trade_date) AS last_date"
    rows = " UNION ALL ".join(
        f"SELECT count(*) AS bars, {sums.format('b')} FROM {table} b "
        f"WHERE b.series = s.id AND b.timestamp >= {start} AND b.timestamp < {end}"
        for table in _ROWS
    )
    within = of_sessions(f"b.timestamp >= {start} AND b.timestamp < {end}")
    cut = f"SELECT count(*) FROM (SELECT v.*) v {within}"
    return (
        f"{rows} UNION ALL SELECT sum(n.bars), {sums.format('v')} FROM validated_sessions v CROSS JOIN LATERAL ("
        f"SELECT CASE WHEN v.first >= {start} AND v.last < {end} THEN v.bars ELSE ({cut}) END AS bars) AS n "
        f"WHERE v.series = s.id AND {near(start, end)} AND n.bars > 0"
    )


def any_bars(start: str, end: str) -> str:
    """Return the condition that the series `s` has a bar in `[start, end)`."""
    rows = " OR ".join(
        f"EXISTS (SELECT FROM {table} b WHERE b.series = s.id AND b.timestamp >= {start} AND b.timestamp < {end})"
        for table in _ROWS
    )
    within = of_sessions(f"b.timestamp >= {start} AND b.timestamp < {end}")
    inside = f"(v.first >= {start} OR v.last < {end} OR EXISTS (SELECT FROM (SELECT v.*) v {within}))"
    sessions = f"EXISTS (SELECT FROM validated_sessions v WHERE v.series = s.id AND {near(start, end)} AND {inside})"
    return f"({rows} OR {sessions})"
