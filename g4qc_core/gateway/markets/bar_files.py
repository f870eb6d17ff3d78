"""Files of the user's bars: parsed, or refused with file, line and column if malformed.

Bars are one minute long, or shorter if the times in the file say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import error as ZlibError

import numpy as np
import pandas as pd
import pyarrow as pa

from g4qc_core.errors import SettingsError
from g4qc_core.gateway.markets.larger_bars import merged
from g4qc_core.gateway.markets.simulated_market import UNKNOWN, MarketBars

_PRICES = ("open", "high", "low", "close")
_REQUIRED = ("timestamp", *_PRICES, "volume")
_OPTIONAL = ("wap", "count")
_MINUTE = 60
_FEW = 1 / 3


@dataclass(frozen=True)
class Recorded:
    """The bars of a file.

    Attributes:
        step: their length in seconds: 60, or a divisor of it.
        bars: the bars of the file.
        minutes: one-minute bars made of them.
    """

    step: int
    bars: MarketBars
    minutes: MarketBars


def read_table(file: Path, columns: Sequence[str], optional: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a csv (compressed if its name says so) or parquet file, every value as text.

    Args:
        file: path of the file.
        columns: required columns.
        optional: further columns that the error text lists.

    Raises:
        SettingsError: the file is missing, cannot be read, or lacks a column.
    """
    try:
        if file.suffix == ".parquet":
            table = pd.read_parquet(file).astype(str)
        else:
            table = pd.read_csv(file, dtype=str, keep_default_na=False, skipinitialspace=True)
    except FileNotFoundError:
        raise SettingsError(f"The file {file} does not exist.") from None
    except (OSError, ValueError, EOFError, ZlibError, pa.ArrowException) as error:
        raise SettingsError(f"The file {file} cannot be read: {str(error).splitlines()[0]}.") from None
    missing = [name for name in columns if name not in table.columns]
    if missing:
        needed, more = ", ".join(columns), ", ".join(optional)
        raise SettingsError(
            f"The file {file} lacks the column {missing[0]}; it has {', '.join(table.columns)}. "
            f"It needs {needed}, and may have {more}."
        )
    return table


def read_bars(file: Path) -> Recorded:
    """Read a file with the columns timestamp (UTC, bar start), open, high, low, close, volume.

    The columns wap and count are optional; missing ones are -1. Bars are one minute long if all times are whole
    minutes; otherwise their length is the longest step that divides all times and the minute. If nearly all times are
    whole minutes from the first rows on, the others count as mistakes.

    Raises:
        SettingsError: the file is malformed; the text names file, line and column.
    """
    table = read_table(file, _REQUIRED, _OPTIONAL)
    start = _timestamps(file, table)
    values = {name: _numbers(file, table, name) for name in (*_REQUIRED[1:], *_OPTIONAL) if name in table}
    _check_prices(file, values)
    for name in ("volume", "count"):
        if name in values:
            _check(file, name, (values[name] < UNKNOWN) | (values[name] % 1 != 0), "is no whole number", table)
    unknown = np.full(len(table), float(UNKNOWN))
    bars = MarketBars(
        start=start,
        **{name: values[name] for name in _PRICES},
        volume=values["volume"].astype(np.int64),
        wap=values.get("wap", unknown),
        count=values.get("count", unknown).astype(np.int64),
    )
    step = int(np.gcd.reduce(start.astype(np.int64) % _MINUTE, initial=_MINUTE))
    return Recorded(step, bars, bars if step == _MINUTE else _minutes_of(bars))


def _minutes_of(bars: MarketBars) -> MarketBars:
    minute = bars.start.astype("datetime64[m]").astype("datetime64[s]")
    first = np.flatnonzero(np.r_[True, minute[1:] != minute[:-1]])
    return merged(bars, minute[first], first, np.r_[first[1:], len(minute)] - 1)


def _timestamps(file: Path, table: pd.DataFrame) -> np.ndarray:
    parsed = pd.to_datetime(table["timestamp"], utc=True, errors="coerce", format="ISO8601")
    _check(file, "timestamp", parsed.isna().to_numpy(), "is no time like 2013-12-20T14:29:00Z", table)
    start = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    _check(file, "timestamp", start != parsed.dt.tz_localize(None).to_numpy(), "is no whole second", table)
    between = start.astype("datetime64[m]") != start
    if between.any() and not between[:2].any() and between.mean() <= _FEW:
        _check(file, "timestamp", between, "is no whole minute, as those before it are", table)
    later = np.r_[True, start[1:] > start[:-1]]
    _check(file, "timestamp", ~later, "is not later than the row before", table)
    return start


def _numbers(file: Path, table: pd.DataFrame, column: str) -> np.ndarray:
    # pandas' own parser may err in the last digit; Python's does not.
    values = np.array([_number(text) for text in table[column]], float)
    _check(file, column, ~np.isfinite(values), "is no number", table)
    return values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _check_prices(file: Path, values: dict[str, np.ndarray]) -> None:
    opened, high, low, close = (values[name] for name in _PRICES)
    for name, wrong in (
        ("high", high < np.maximum(np.maximum(opened, close), low)),
        ("low", low > np.minimum(opened, close)),
    ):
        if wrong.any():
            raise SettingsError(f"{file}, line {_line(wrong)}, column {name}: the {name} is not the {name}est price.")


def _check(file: Path, column: str, wrong: np.ndarray, problem: str, table: pd.DataFrame) -> None:
    if wrong.any():
        text = table[column].iloc[int(np.argmax(wrong))]
        raise SettingsError(f"{file}, line {_line(wrong)}, column {column}: '{text}' {problem}.")


def _line(wrong: np.ndarray) -> int:
    # The header is line 1.
    return int(np.argmax(wrong)) + 2
