"""Bars of files by contract and month of trade dates: each is handed on as soon as it is whole.

Files are mostly in the order of time, so that memory holds a month or two, however long the files are. The number of
minutes of each month is known from the plan: a month is whole when it has them all, whatever the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from g4qc_core.bars.columns import RAW_COLUMNS, RAW_VALUES
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.reading.bar_times import MINUTE
from g4qc_core.sources.reading.file_reader import FILE_BARS
from g4qc_core.sources.reading.source_files import SourceFile
from g4qc_core.sources.review.session_days import trade_days

ContractMonth = tuple[str, str, date]
"""An instrument's symbol, a contract, and the first day of a month of trade dates."""

_VALUES = (*(name for name in FILE_BARS.names if name in RAW_VALUES), "line")

_Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class MonthPart:
    """The bars of one contract in one month.

    Attributes:
        symbol: the instrument.
        contract: month of the contract.
        month: first day of the month of trade dates.
        files: bars by file, in the order in which they were read: `RAW_COLUMNS` and received_row, by timestamp. A
            minute is in one of them: the first row of a minute counts.
    """

    symbol: str
    contract: str
    month: date
    files: tuple[tuple[SourceFile, pd.DataFrame], ...]

    @property
    def bars(self) -> int:
        """Number of bars."""
        return sum(len(bars) for _, bars in self.files)


def month_parts(
    pieces: Iterable[tuple[SourceFile, pa.Table]],
    registry: Mapping[str, Instrument],
    minutes: Mapping[ContractMonth, int],
) -> Iterator[MonthPart]:
    """Yield the months of contracts, each once.

    Args:
        pieces: of `FILE_BARS` with contract months, of any instruments.
        registry: the instruments.
        minutes: number of minutes with a bar, of the months that are wanted.
    """
    instruments = [registry[symbol] for symbol in dict.fromkeys(symbol for symbol, _, _ in minutes)]
    waiting: dict[ContractMonth, _Waiting] = {}
    yielded: set[ContractMonth] = set()
    for file, piece in pieces:
        for key, arrays in _by_month(piece, instruments):
            # What comes after a whole month are repetitions, which the plan has counted.
            if key in yielded or key not in minutes:
                continue
            own = waiting.setdefault(key, _Waiting(minutes[key]))
            own.add(file, arrays)
            if own.whole():
                yielded.add(key)
                yield waiting.pop(key).part(*key)
    for key, own in waiting.items():
        yield own.part(*key)


class _Waiting:
    """Rows of a month that may not be whole yet."""

    def __init__(self, minutes: int) -> None:
        self._minutes = minutes
        self._rows = 0
        self._pieces: list[tuple[SourceFile, _Arrays]] = []

    def add(self, file: SourceFile, arrays: _Arrays) -> None:
        self._pieces.append((file, arrays))
        self._rows += len(arrays["starts"])

    def whole(self) -> bool:
        return self._rows >= self._minutes and len(_firsts(self._minutes_of_rows())) >= self._minutes

    def _minutes_of_rows(self) -> np.ndarray:
        return np.concatenate([arrays["starts"] for _, arrays in self._pieces]) // MINUTE

    def part(self, symbol: str, contract: str, month: date) -> MonthPart:
        files = list(dict.fromkeys(file for file, _ in self._pieces))
        places = {file: at for at, file in enumerate(files)}
        rows = {name: np.concatenate([arrays[name] for _, arrays in self._pieces]) for name in ("starts", *_VALUES)}
        of_file = np.concatenate([np.full(len(arrays["starts"]), places[file]) for file, arrays in self._pieces])
        first = _firsts(rows["starts"] // MINUTE)
        parts = []
        for file, at in places.items():
            own = first[of_file[first] == at] if len(files) > 1 else first
            if len(own):
                parts.append((file, _frame({name: values[own] for name, values in rows.items()})))
        return MonthPart(symbol, contract, month, tuple(parts))


def _firsts(minutes: np.ndarray) -> np.ndarray:
    """Return the places of the first row of each minute, by minute."""
    if (minutes[1:] > minutes[:-1]).all():
        return np.arange(len(minutes))
    return np.unique(minutes, return_index=True)[1]


def _by_month(piece: pa.Table, instruments: Sequence[Instrument]) -> Iterator[tuple[ContractMonth, _Arrays]]:
    """Yield the rows of instruments in a piece, by contract and month, in their order."""
    piece = piece.combine_chunks()
    symbols, contracts = (piece.column(name).chunk(0) for name in ("symbol", "contract"))
    codes = contracts.indices.to_numpy()
    arrays = {"starts": piece.column("timestamp").cast(pa.int64()).to_numpy()}
    arrays |= {name: piece.column(name).to_numpy() for name in _VALUES}
    names = symbols.dictionary.to_pylist()
    texts = contracts.dictionary.to_pylist()
    for instrument in instruments:
        if names == [instrument.symbol]:
            yield from _of_instrument(instrument, texts, codes, arrays)
        elif instrument.symbol in names:
            own = np.flatnonzero(symbols.indices.to_numpy() == names.index(instrument.symbol))
            if len(own):
                yield from _of_instrument(instrument, texts, codes[own], {name: arrays[name][own] for name in arrays})


def _of_instrument(
    instrument: Instrument, contracts: Sequence[str], codes: np.ndarray, arrays: _Arrays
) -> Iterator[tuple[ContractMonth, _Arrays]]:
    days = trade_days(arrays["starts"], instrument)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    keys = codes.astype(np.int64) * 1_000_000 + months
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        keys, arrays = keys[order], {name: values[order] for name, values in arrays.items()}
    begins = np.concatenate([[0], np.flatnonzero(np.diff(keys)) + 1, [len(keys)]]).tolist()
    for begin, end in pairwise(begins):
        contract = contracts[int(keys[begin]) // 1_000_000]
        month: date = np.datetime64(int(keys[begin]) % 1_000_000, "M").astype("datetime64[D]").item()
        yield (instrument.symbol, contract, month), {name: values[begin:end] for name, values in arrays.items()}


def _frame(rows: _Arrays) -> pd.DataFrame:
    columns = {
        **rows,
        "timestamp": pd.DatetimeIndex(rows["starts"].view("datetime64[us]")).tz_localize("UTC"),
        "wap": np.full(len(rows["starts"]), np.nan),
        "received_row": rows["line"],
    }
    return pd.DataFrame({name: columns[name] for name in (*RAW_COLUMNS, "received_row")}, copy=False)
