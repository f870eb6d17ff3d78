"""Nautilus Trader's Parquet catalog of bars: `data/bar/ESZ25.XCME-1-MINUTE-LAST-EXTERNAL/<first>_<last>.parquet`.

Numbers are whole ones of 16 bytes in units of 1e-16, as its high-precision build reads them (the default on Linux and
macOS). Its times mark the end of the bar. Names of contracts have two digits of the year, because those with one repeat
every ten years. It has no sign for an unknown volume: it becomes 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.columns import PRICES, VALUES
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import SPOT, Instrument, month_code
from g4qc_core.sources.layouts.bar_layout import ExportedSeries

_UNIT = 10**16
_NUMBER = pa.binary(16)
_VENUES = {"CME": "XCME", "CBOT": "XCBT", "NYMEX": "XNYM", "COMEX": "XCEC"}
_STEPS = {"1min": "1-MINUTE", "5min": "5-MINUTE", "15min": "15-MINUTE", "30min": "30-MINUTE", "1h": "1-HOUR"} | {
    "4h": "4-HOUR",
    "1d": "1-DAY",
}
_SCHEMA = pa.schema(
    [
        *(pa.field(name, _NUMBER, nullable=False) for name in VALUES),
        pa.field("ts_event", pa.uint64(), nullable=False),
        pa.field("ts_init", pa.uint64(), nullable=False),
    ]
)


class NautilusLayout:
    """Writes the catalog."""

    def check(self, series: ExportedSeries) -> None:
        """See `BarLayout`; every series has a place."""

    def write(self, folder: Path, series: ExportedSeries, batches: Iterable[pa.RecordBatch]) -> None:
        """See `BarLayout`."""
        instrument = series.instrument
        identity = instrument_id(instrument, series.month)
        bar_type = f"{identity}-{_STEPS[series.timeframe.name]}-LAST-EXTERNAL"
        place = folder / "data" / "bar" / bar_type
        place.mkdir(parents=True)
        schema = _SCHEMA.with_metadata(
            {
                "bar_type": bar_type,
                "instrument_id": identity,
                "price_precision": str(instrument.decimals),
                "size_precision": "0",
            }
        )
        hours, first, last = calendar(instrument.calendar), 0, 0
        part = place / "part"
        with parquet.ParquetWriter(part, schema, compression="snappy") as writer:
            for batch in batches:
                frame = batch.select(["timestamp", "trade_date"]).to_pandas(date_as_object=False)
                ends = bar_ends(frame.astype({"trade_date": "datetime64[s]"}), series.timeframe, hours) * 1000
                first, last = first or int(ends[0]), int(ends[-1])
                writer.write_batch(_rows(batch, ends, instrument.decimals, schema))
        part.rename(place / f"{_name(first)}_{_name(last)}.parquet")


def instrument_id(instrument: Instrument, month: str) -> str:
    """Return the name of a contract: `ESZ25.XCME` for December 2025 of ES."""
    venue = _VENUES.get(instrument.exchange, instrument.exchange)
    if month == SPOT:
        return f"{instrument.ib_symbol}.{venue}"
    return f"{instrument.trading_class}{month_code(month)}{month[2:4]}.{venue}"


def _rows(batch: pa.RecordBatch, ends: np.ndarray, decimals: int, schema: pa.Schema) -> pa.RecordBatch:
    numbers = [_whole(batch.column(name), decimals) for name in PRICES]
    volume = _whole(pc.max_element_wise(batch.column("volume"), 0), 0)
    times = pa.array(ends.astype(np.uint64))
    return pa.RecordBatch.from_arrays([*numbers, volume, times, times], schema=schema)


def _whole(column: pa.Array, decimals: int) -> pa.Array:
    """Return numbers as whole ones of 16 bytes; each distinct one is converted once, and exactly."""
    found = column.dictionary_encode()
    exact = [round(Decimal(number), decimals) for number in found.dictionary.to_pylist()]
    values = [int(number * _UNIT).to_bytes(16, "little", signed=True) for number in exact]
    return pa.array(values, _NUMBER).take(found.indices)


def _name(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    moment = str(np.datetime64(seconds, "s")).replace(":", "-")
    return f"{moment}-{rest:09d}Z"
