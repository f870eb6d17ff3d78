"""Validated minutes as sessions of raw bars: what a validation found, written down without writing a bar again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from psycopg2.extras import execute_values

from g4qc_core.bars.columns import BAR_COLUMNS, RAW_VALUES
from g4qc_core.storage.bar_stores.market_rows import write_market
from g4qc_core.storage.bar_stores.series_numbers import series_for
from g4qc_core.timeframes import ONE_MINUTE

_VALUES = tuple(name for name in BAR_COLUMNS if name in RAW_VALUES)


@dataclass(frozen=True)
class Received:
    """The raw bars of one instrument and window, as one moment had them.

    Attributes:
        bars: `RAW_BAR_COLUMNS`, by contract and timestamp; to be validated, they must be of one source a session.
        series: number of each row's series of raw bars (int64).
        shared: mask of the rows that a session may name, because their values are stored in steps.
        sources: of each row.
        upto: by number of a series, the newest request that brought bars of its contract.
    """

    bars: pd.DataFrame
    series: np.ndarray
    shared: np.ndarray
    sources: pd.Series
    upto: Mapping[int, int]

    def only(self, rows: np.ndarray) -> Received:
        """Return what this mask of the rows selects."""
        bars, sources = self.bars[rows].reset_index(drop=True), self.sources[rows].reset_index(drop=True)
        return Received(bars, self.series[rows], self.shared[rows], sources, self.upto)


def write_validated(
    cursor: Any, symbol: str, start: datetime, end: datetime, bars: pd.DataFrame, received: Received
) -> None:
    """Store validated minutes: those that equal their raw bars as sessions, the others as rows.

    A contract whose raw bars changed since they were read gets rows, until it is validated again.

    Args:
        cursor: psycopg2 cursor; the caller ends the transaction and keeps other validations out.
        symbol: the instrument.
        start: of the window, UTC, in which no minute is stored.
        end: of the window, UTC, exclusive.
        bars: `BAR_COLUMNS`, unique by contract and timestamp.
        received: what the bars were validated from.
    """
    shared = received.shared & ~np.isin(received.series, list(_changed(cursor, symbol, start, end, received)))
    raw = received.bars.assign(source=received.series, shared=shared)
    both = bars.merge(raw, on=["contract", "timestamp"], how="left", suffixes=("", "_raw"))
    same = both["shared"].eq(True).to_numpy()
    for name in _VALUES:
        same = same & (both[name].to_numpy() == both[f"{name}_raw"].to_numpy())
    write_market(cursor, symbol, ONE_MINUTE.name, bars[~same])
    series = series_for(cursor, symbol, ONE_MINUTE.name, bars)
    rows = []
    for month, own in both[same].groupby("contract"):
        own, known = own.sort_values("timestamp"), raw.loc[(raw["contract"] == month) & shared, "timestamp"]
        rows += [(series[str(month)].id, *row, received.upto[row[3]]) for row in _sessions(own, known)]
    execute_values(
        cursor,
        "INSERT INTO validated_sessions (series, first, last, trade_date, source, bars, left_out, request_id) "
        "VALUES %s",
        rows,
        "(%s, %s, %s, %s, %s, %s, %s::timestamptz[], %s)",
    )


def _sessions(bars: pd.DataFrame, known: pd.Series) -> list[tuple[Any, ...]]:
    """Return the runs of one trade date and source: first and last bar, date, source, number of bars, left out.

    Args:
        bars: of one contract, by timestamp, with trade_date and source.
        known: start of every raw bar of the contract that a session may name, those among `bars` included.
    """
    times, dates, sources = bars["timestamp"], bars["trade_date"].to_numpy(), bars["source"].to_numpy()
    begins = np.flatnonzero((dates[1:] != dates[:-1]) | (sources[1:] != sources[:-1])) + 1
    others = np.sort(known[~known.isin(times)].dt.tz_localize(None).to_numpy("datetime64[us]"))
    instants = times.dt.tz_localize(None).to_numpy("datetime64[us]")
    found = []
    for begin, end in pairwise([0, *begins.tolist(), len(bars)]):
        between = slice(*np.searchsorted(others, [instants[begin], instants[end - 1]]))
        left_out = [pd.Timestamp(at, tz="UTC").to_pydatetime() for at in others[between]]
        first, last = (times.iloc[at].to_pydatetime() for at in (begin, end - 1))
        day = pd.Timestamp(dates[begin]).date()
        found.append((first, last, day, int(sources[begin]), end - begin, left_out))
    return found


def _changed(cursor: Any, symbol: str, start: datetime, end: datetime, received: Received) -> Collection[int]:
    """Return the series of raw bars in the window about which newer bars came since they were read."""
    cursor.execute(
        "SELECT s.id FROM unnest(%s::int4[], %s::int8[]) AS known (id, upto) JOIN bar_series s USING (id) "
        "WHERE EXISTS (SELECT FROM ib_requests r WHERE r.symbol = %s AND r.contract = s.contract AND r.bars > 0 "
        "AND r.timeframe = s.timeframe AND r.window_start < %s AND r.window_end > %s AND r.id > known.upto)",
        [list(received.upto), list(received.upto.values()), symbol, end, start],
    )
    return [row[0] for row in cursor.fetchall()]
