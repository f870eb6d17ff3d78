"""Raw bars of every source as arrays, for their comparison: the fewest columns, without frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from g4qc_core.bars.columns import PRICES, VALUES
from g4qc_core.sources.comparison.minute_bars import MinuteBars
from g4qc_core.storage.codec.binary_copy import Kinds, copy_arrays
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, names
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables.bars import CURRENT
from g4qc_core.timeframes import ONE_MINUTE

_MINUTE = 60_000_000  # microseconds
_STEPS: Kinds = {"timestamp": "timestamptz", **dict.fromkeys(VALUES, "int4")}
_EXACT = kinds_of(("series", "timestamp", *VALUES))

_EDGES = "CROSS JOIN LATERAL (SELECT min(timestamp) AS first, max(timestamp) AS last FROM {} WHERE series = s.id{}) {}"
_SPANS = (
    "SELECT s.contract, s.source, s.id, s.per_point, least(m.first, x.first), greatest(m.last, x.last) "
    f"FROM bar_series s {_EDGES.format('raw_minutes', '', 'm')} "
    f"{_EDGES.format('raw_exact', f' AND replaced_by = {CURRENT}', 'x')} "
    "WHERE s.symbol = %s AND s.timeframe = %s AND s.source <> '' AND coalesce(m.first, x.first) IS NOT NULL "
    "{} ORDER BY s.contract, s.source"
)
_SHARED = (
    "AND s.contract IN (SELECT contract FROM bar_series WHERE symbol = %s AND timeframe = %s AND source <> '' "
    "GROUP BY contract HAVING count(*) > 1)"
)


@dataclass(frozen=True)
class SourceSpan:
    """The raw bars of a contract that one source has.

    Attributes:
        contract: month of the contract.
        source: name of the source.
        series: number of the series.
        per_point: steps of its prices in a point.
        first: start of its first bar, UTC.
        last: start of its last bar.
    """

    contract: str
    source: str
    series: int
    per_point: int
    first: datetime
    last: datetime


class SourceBars:
    """Reads raw bars of several sources of one database."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def spans(self, symbol: str) -> list[SourceSpan]:
        """Return what each source has of an instrument's contracts, by contract and source; no bar is counted."""
        with self._slices.reading() as cursor:
            cursor.execute(_SPANS.format(""), [symbol, ONE_MINUTE.name])
            return [SourceSpan(*row) for row in cursor.fetchall()]

    def shared(self, symbol: str) -> list[SourceSpan]:
        """Return the spans of the contracts that several sources have bars of; cheap if there are none."""
        with self._slices.reading() as cursor:
            cursor.execute(_SPANS.format(_SHARED), [symbol, ONE_MINUTE.name] * 2)
            return [SourceSpan(*row) for row in cursor.fetchall()]

    def bars(self, spans: Sequence[SourceSpan], start: int, end: int) -> dict[int, MinuteBars]:
        """Return the bars that start in the minutes `[start, end)` since 1970, by number of series, as of one moment.

        Bars that do not start on a minute are left out.
        """
        window = [datetime.fromtimestamp(minute * 60, UTC) for minute in (start, end)]
        with self._slices.snapshot() as cursor:
            exact = copy_arrays(
                cursor,
                f"SELECT {names(_EXACT)} FROM raw_exact WHERE series = ANY(%s) AND replaced_by = {CURRENT} "
                "AND timestamp >= %s AND timestamp < %s",
                [[span.series for span in spans], *window],
                _EXACT,
            )
            return {span.series: _bars(cursor, span, exact, window) for span in spans}


def _bars(cursor: Any, span: SourceSpan, exact: Mapping[str, np.ndarray], window: Sequence[datetime]) -> MinuteBars:
    # Without ORDER BY: most rows are in order where they are stored, and the few others are sorted faster here.
    query = f"SELECT {names(_STEPS)} FROM raw_minutes WHERE series = %s AND timestamp >= %s AND timestamp < %s"
    found = copy_arrays(cursor, query, [span.series, *window], _STEPS)
    times, volumes = found["timestamp"], found["volume"]
    prices = np.array([found[name] for name in PRICES], np.float64) / span.per_point
    own = np.flatnonzero(exact["series"] == span.series)
    if len(own):
        times = np.concatenate([times, exact["timestamp"][own]])
        volumes = np.concatenate([volumes, exact["volume"][own]])
        prices = np.concatenate([prices, [exact[name][own] for name in PRICES]], axis=1)
    if (times % _MINUTE).any():
        whole = np.flatnonzero(times % _MINUTE == 0)
        times, prices, volumes = times[whole], prices[:, whole], volumes[whole]
    if (times[1:] < times[:-1]).any():
        order = np.argsort(times)
        times, prices, volumes = times[order], prices[:, order], volumes[order]
    return MinuteBars(times // _MINUTE, prices, volumes)
