"""CSV with one file a contract: `ES_202512_1min.csv`, times in UTC that mark the start of the bar."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from g4qc_core.bars.columns import PRICES
from g4qc_core.sources.layouts.bar_layout import BATCH_COLUMNS, ExportedSeries

_PLAIN = csv.WriteOptions(include_header=False, quoting_style="none")


class CsvLayout:
    """Writes the files."""

    def check(self, series: ExportedSeries) -> None:
        """See `BarLayout`; every series has a place."""

    def write(self, folder: Path, series: ExportedSeries, batches: Iterable[pa.RecordBatch]) -> None:
        """See `BarLayout`."""
        path = folder / f"{series.instrument.symbol}_{series.month}_{series.timeframe}.csv"
        with path.open("xb") as file:
            file.write((",".join(BATCH_COLUMNS) + "\n").encode())
            for batch in batches:
                csv.write_csv(_as_text(batch), file, _PLAIN)


def _as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [batch.column(name) for name in BATCH_COLUMNS]
    columns[0] = utc_text(batch.column("timestamp"))
    return pa.RecordBatch.from_arrays(columns, names=list(BATCH_COLUMNS))


def utc_text(times: pa.Array) -> pa.Array:
    """Return instants as `2026-10-05T13:30:00Z`."""
    seconds = times.cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.timestamp("s"))
    return pc.binary_join_element_wise(pc.utf8_replace_slice(seconds.cast(pa.string()), 10, 11, "T"), "Z", "")


def price_columns(batch: pa.RecordBatch) -> list[pa.Array]:
    """Return the four prices of a batch."""
    return [batch.column(name) for name in PRICES]
