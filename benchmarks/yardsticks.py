"""Helpers of the benchmarks: they measure the server's own COPY, store minutes, and run work in a new process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.storage.bar_stores.raw_rows import STEPS, write_raw
from g4qc_core.storage.bar_stores.series_numbers import series_for
from g4qc_core.storage.bar_stores.validated_sessions import Received, write_validated
from g4qc_core.storage.codec.binary_copy import Kinds, encode
from g4qc_core.storage.codec.column_kinds import kinds_in_steps
from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database
from g4qc_core.timeframes import ONE_MINUTE

QUARTERS = 4
"""Steps in a point of the made prices, which are whole quarters."""

MARKET_STEPS = kinds_in_steps(("timestamp", "series", "volume", "open", "high", "low", "close", "count", "trade_date"))
"""Kinds of the columns of `market_bars`."""


def prepared(kinds: Kinds, bars: pd.DataFrame, series: np.ndarray) -> bytes:
    """Return the bytes that COPY takes: the bars in quarters of a point, under the numbers of their series."""
    rows = in_quarters(bars, series).assign(wap=np.nan, received_row=np.arange(len(bars)), request_id=1)
    return b"".join(encode(kinds, rows, {}))


def in_quarters(bars: pd.DataFrame, series: np.ndarray) -> pd.DataFrame:
    """Return the bars with the numbers of their series and their prices in quarters of a point."""
    steps = {name: np.rint(bars[name] * QUARTERS).astype("int64") for name in PRICES}
    return bars.assign(series=series, **steps)


def copied(database: Database, table: str, kinds: Kinds, ready: bytes) -> float:
    """Seconds of the server's COPY of prepared bytes into a table that is emptied before."""
    columns = ", ".join(f'"{name}"' for name in kinds)
    with database.transaction() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"TRUNCATE {table}")
        begin = perf_counter()
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)", BytesIO(ready), 1 << 18)
    return perf_counter() - begin


def raw_copy(bars: pd.DataFrame, database: Database, rounds: int) -> tuple[float, float]:
    """Rows per second of the server's COPY into its table of raw minutes, and seconds of the processors.

    The best of the rounds count. The table is empty afterwards.
    """
    ready = prepared(STEPS, bars, np.ones(len(bars), "int64"))
    seconds, busy = [], []
    for _ in range(rounds):
        used = server_seconds(database) + process_time()
        seconds.append(copied(database, "raw_minutes", STEPS, ready))
        busy.append(server_seconds(database) + process_time() - used)
    with database.transaction() as connection:
        connection.connection.cursor().execute("TRUNCATE raw_minutes")
    return len(bars) / min(seconds), min(busy)


def text_copy(path: Path, database: Database, rounds: int) -> float:
    """Seconds of the server's COPY of a text file, as it is, into a table with a key, as psql does it.

    The rows are a time without a zone, four prices and a volume. The best of the rounds counts.
    """
    prices = ", ".join(f"{name} float8" for name in ("open", "high", "low", "close"))
    seconds = []
    with database.transaction() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"CREATE TABLE pasted (at timestamp PRIMARY KEY, {prices}, volume int8)")
        for _ in range(rounds):
            cursor.execute("TRUNCATE pasted")
            begin = perf_counter()
            with path.open("rb") as file:
                cursor.copy_expert("COPY pasted FROM STDIN (FORMAT csv)", file, 1 << 18)
            seconds.append(perf_counter() - begin)
        cursor.execute("DROP TABLE pasted")
    return min(seconds)


def server_seconds(database: Database) -> float:
    """Seconds of the processors that the server has used, all of its processes together."""
    with database.transaction() as connection:
        backend = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    fields = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    first = int(fields[backend][1])
    own = [one for pid, one in fields.items() if pid == first or (one and int(one[1]) == first)]
    # User and system time of living processes, and of the children that have ended.
    return sum(sum(map(int, one[11:13])) for one in own if one) / 100 + sum(map(int, fields[first][13:15])) / 100


def _stat(path: Path) -> list[str]:
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def put(database: Database, symbol: str, contract: str, bars: pd.DataFrame) -> None:
    """Add a contract's minutes (`BAR_COLUMNS`) as a validation leaves them: raw bars, and sessions that name them."""
    with TimeSlices(database).writing("bench") as (_, cursor):
        series = series_for(cursor, symbol, ONE_MINUTE.name, bars, GATEWAY)[contract]
        raw = bars.assign(wap=bars["close"])
        write_raw(cursor, series, raw, 1)
        numbers, sources = np.full(len(raw), series.id), pd.Series(GATEWAY, index=raw.index)
        received = Received(raw, numbers, np.ones(len(raw), bool), sources, {series.id: 1})
        first, last = bars["timestamp"].iloc[[0, -1]].dt.to_pydatetime()
        write_validated(cursor, symbol, first, last, bars, received)


def alone(work: Callable[..., Any], *given: Any) -> Any:
    """Return what work on these arguments returns in a process of its own, which has done nothing before."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *given).result()


def peak() -> float:
    """The memory peak of this process, MiB; that of `getrusage` includes the process that began it."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
