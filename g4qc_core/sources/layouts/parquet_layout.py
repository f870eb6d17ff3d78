"""A Parquet data set in folders `symbol=ES/timeframe=1min/contract=202512/month=2025-10`, a file a month.

Readers of such data sets (pyarrow, pandas, DuckDB, Spark) get symbol, timeframe, contract and month of the trade date
from the folders. The schema in the files says the unit of each column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from g4qc_core.bars.columns import PRICES
from g4qc_core.sources.layouts.bar_layout import ExportedSeries

_MEANINGS = {
    "timestamp": "start of the bar, UTC",
    **dict.fromkeys(PRICES, "points, prices of the contract itself, never adjusted"),
    "volume": "contracts traded, -1 if unknown",
    "count": "number of trades, -1 if unknown",
    "trade_date": "day under which the exchange settles the session",
}

DATA_SET_SCHEMA = pa.schema(
    [
        pa.field(name, kind, nullable=False, metadata={"unit": _MEANINGS[name]})
        for name, kind in (
            ("timestamp", pa.timestamp("us", "UTC")),
            *((price, pa.float64()) for price in PRICES),
            ("volume", pa.int64()),
            ("count", pa.int64()),
            ("trade_date", pa.date32()),
        )
    ]
)
"""Columns of the files, each with its unit."""


class ParquetLayout:
    """Writes the data set."""

    def check(self, series: ExportedSeries) -> None:
        """See `BarLayout`; every series has a place."""

    def write(self, folder: Path, series: ExportedSeries, batches: Iterable[pa.RecordBatch]) -> None:
        """See `BarLayout`."""
        place = folder / f"symbol={series.instrument.symbol}" / f"timeframe={series.timeframe}"
        schema = DATA_SET_SCHEMA.with_metadata(
            {
                "symbol": series.instrument.symbol,
                "contract": series.month,
                "timeframe": str(series.timeframe),
                "currency": series.instrument.currency,
                "point_value": str(series.instrument.point_value),
                "price_step": str(series.instrument.price_step),
            }
        )
        for month, parts in groupby(_by_month(batches), key=lambda one: one[0]):
            inside = place / f"contract={series.month}" / f"month={month}"
            inside.mkdir(parents=True)
            with parquet.ParquetWriter(inside / "bars.parquet", schema, compression="zstd") as writer:
                for _, rows in parts:
                    writer.write_batch(rows.select(schema.names).cast(schema))


def _by_month(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Cut the batches where the month of the trade date changes."""
    for batch in batches:
        months = batch.column("trade_date").to_numpy(zero_copy_only=False).astype("datetime64[M]")
        edges = [0, *(np.flatnonzero(months[1:] != months[:-1]) + 1).tolist(), len(batch)]
        for begin, end in pairwise(edges):
            if end > begin:
                yield str(months[begin]), batch.slice(begin, end - begin)
