"""The data folder of QuantConnect's Lean: futures trades as a zip a day, or one zip with all hours.

`future/cme/minute/es/20251006_trade.zip` holds `20251006_es_minute_trade_202512.csv` for each contract, with
milliseconds since midnight UTC, prices, volume. `future/cme/hour/es_trade.zip` holds `es_trade_202512.csv` with
`YYYYMMDD HH:MM` in UTC. Both mark the start of the bar. UTC is the data zone of Lean's own database of market hours for
these markets. Lean has no sign for an unknown volume: it becomes 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from g4qc_core.errors import UsageError
from g4qc_core.sources.layouts.bar_layout import ExportedSeries
from g4qc_core.sources.layouts.csv_layout import price_columns

_PLAIN = csv.WriteOptions(include_header=False, quoting_style="none")
_DAY = 86_400_000_000
_TIMEFRAMES = {"1min": "minute", "1h": "hour"}


class LeanLayout:
    """Writes the data folder."""

    def check(self, series: ExportedSeries) -> None:
        """See `BarLayout`.

        Raises:
            UsageError: the bars are neither of one minute nor of one hour, or not of a future.
        """
        if series.timeframe.name not in _TIMEFRAMES:
            raise UsageError(f"Lean's layout has futures of 1min and 1h, not {series.timeframe}: choose one of these.")
        if not series.instrument.expires:
            raise UsageError(f"Lean's layout is written for futures, and {series.instrument.symbol} is none.")

    def write(self, folder: Path, series: ExportedSeries, batches: Iterable[pa.RecordBatch]) -> None:
        """See `BarLayout`."""
        ticker = series.instrument.trading_class.lower()
        place = folder / "future" / series.instrument.exchange.lower() / _TIMEFRAMES[series.timeframe.name]
        if series.timeframe.name == "1h":
            place.mkdir(parents=True, exist_ok=True)
            with _member(place / f"{ticker}_trade.zip", f"{ticker}_trade_{series.month}.csv") as file:
                for batch in batches:
                    csv.write_csv(_rows(batch, _clock(batch)), file, _PLAIN)
            return
        place /= ticker
        place.mkdir(parents=True, exist_ok=True)
        held: list[pa.RecordBatch] = []
        day = ""
        for found, rows in _by_day(batches):
            if found != day and held:
                _write_day(place, day, ticker, series.month, held)
                held = []
            day = found
            held.append(rows)
        _write_day(place, day, ticker, series.month, held)


class _member:
    """Context that writes a member of a zip, which is made or grows; the same bytes give the same archive."""

    def __init__(self, path: Path, name: str) -> None:
        self._archive = ZipFile(path, "a")
        info = ZipInfo(name)
        info.compress_type = ZIP_DEFLATED
        self._file = self._archive.open(info, "w", force_zip64=True)

    def __enter__(self) -> IO[bytes]:
        return self._file

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._archive.close()


def _write_day(place: Path, day: str, ticker: str, month: str, batches: Iterable[pa.RecordBatch]) -> None:
    with _member(place / f"{day}_trade.zip", f"{day}_{ticker}_minute_trade_{month}.csv") as file:
        for batch in batches:
            since_midnight = pc.divide(pa.array(_microseconds(batch) % _DAY), 1000)
            csv.write_csv(_rows(batch, since_midnight), file, _PLAIN)


def _by_day(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Cut the batches at midnight UTC."""
    for batch in batches:
        days = _microseconds(batch) // _DAY
        edges = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist(), len(batch)]
        for begin, end in pairwise(edges):
            if end > begin:
                yield str(np.datetime64(int(days[begin]), "D")).replace("-", ""), batch.slice(begin, end - begin)


def _microseconds(batch: pa.RecordBatch) -> np.ndarray:
    return batch.column("timestamp").cast(pa.int64()).to_numpy(zero_copy_only=False)


def _clock(batch: pa.RecordBatch) -> pa.Array:
    return pc.strftime(batch.column("timestamp").cast(pa.timestamp("s", "UTC"), safe=False), format="%Y%m%d %H:%M")


def _rows(batch: pa.RecordBatch, times: pa.Array) -> pa.RecordBatch:
    volume = pc.max_element_wise(batch.column("volume"), 0)
    columns = [times, *price_columns(batch), volume]
    return pa.RecordBatch.from_arrays(columns, names=["time", "open", "high", "low", "close", "volume"])
