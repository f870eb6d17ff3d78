"""Bars of a file, piece by piece: instrument, contract, start in UTC, prices in points, and the number of the line.

Memory holds one piece, however long the file is. The order of the rows is that of the file, and values are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from g4qc_core.bars.columns import PRICES
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import SPOT, Instrument
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.name_pattern import NameParts, first_reading
from g4qc_core.sources.reading.bar_times import MINUTE, BarTimes, bar_times
from g4qc_core.sources.reading.binary_blocks import parquet_blocks, scid_blocks
from g4qc_core.sources.reading.contract_years import contract_name
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import SourceFile
from g4qc_core.sources.reading.text_blocks import BLOCK, RowBlock, text_blocks

TEXT = pa.dictionary(pa.int32(), pa.string())

FILE_BARS = pa.schema(
    [
        ("symbol", TEXT),
        ("contract", TEXT),
        ("timestamp", pa.timestamp("us", "UTC")),
        *((name, pa.float64()) for name in PRICES),
        ("volume", pa.int64()),
        ("count", pa.int64()),
        ("line", pa.int64()),
    ]
)
"""Bars of a file: the instrument's symbol; contract month, or an empty text in a continuous file; start of the bar,
UTC; prices in points; volume and number of trades, -1 where the file has none; line of the file (from 1), or row of a
binary one."""

UNKNOWN = -1

_FOUR_BYTES = 2.0**-23


@dataclass(frozen=True)
class FileTarget:
    """What the rows of a file are taken for, where the file does not say it, or says something else.

    Attributes:
        symbols: finds instruments.
        month: contract month of all rows; empty: by names.
    """

    symbols: FileSymbols
    month: str = ""


def read_file(
    source: SourceFile, profile: FileProfile, target: FileTarget, notes: ReadNotes, size: int = BLOCK
) -> Iterator[pa.Table]:
    """Yield the bars of a file in pieces of `FILE_BARS`, in the order of the file.

    Args:
        source: the file.
        profile: how it is written.
        target: instrument and contract, where the file does not name them.
        notes: what cannot be read is added to them.
        size: bytes of a piece of text.

    Raises:
        UsageError: the file cannot be read, or names no instrument or contract.
    """
    naming = _Naming(source, profile, target)
    with source.opened() as stream:
        if profile.form == "parquet":
            blocks = parquet_blocks(stream, profile, str(source))
        elif profile.form == "scid":
            blocks = scid_blocks(stream, str(source))
        else:
            blocks = text_blocks(stream, profile, str(source), notes, size)
        for block in blocks:
            piece = _piece(block, profile, naming, notes, str(source))
            if len(piece):
                notes.rows += len(piece)
                yield piece


class _Naming:
    """Names the instrument and the contract of the rows of one file."""

    def __init__(self, source: SourceFile, profile: FileProfile, target: FileTarget) -> None:
        self._source, self._profile, self._target = source, profile, target
        self.parts = file_parts(source, profile)
        self._fixed: tuple[Instrument, str] | None = None

    @property
    def instrument(self) -> Instrument | None:
        """The instrument of all rows; None if a column names it."""
        return self._fixed[0] if self._fixed is not None else None

    def of_rows(self, block: RowBlock, starts: np.ndarray, notes: ReadNotes) -> tuple[pa.Array, pa.Array, np.ndarray]:
        """Return symbol and contract of each row, and a mask of the rows whose contract is known."""
        if "contract" in block.columns and not self._target.month:
            return self._by_column(block.columns["contract"], starts, notes)
        if self._fixed is None:
            self._fixed = self._by_name(_day(int(starts[0])))
        instrument, month = self._fixed
        whole = np.ones(len(starts), bool)
        zeros = pa.array(np.zeros(len(starts), np.int32))
        return (
            pa.DictionaryArray.from_arrays(zeros, pa.array([instrument.symbol])),
            pa.DictionaryArray.from_arrays(zeros, pa.array([month])),
            whole,
        )

    def _by_name(self, day: date) -> tuple[Instrument, str]:
        parts = self.parts or NameParts("", 0, "", None)
        instrument = self._target.symbols.instrument(parts.symbol)
        if instrument is None:
            named = f"no instrument is called {parts.symbol}" if parts.symbol else "its name has no symbol"
            raise UsageError(
                f"{self._source} names no instrument that is known here ({named}): give --instrument, or "
                "the vendor's symbol in a profile of your own."
            )
        if self._target.month:
            return instrument, self._target.month
        if not instrument.expires:
            return instrument, SPOT
        if parts.month:
            return instrument, contract_name(parts.month, parts.year, day)
        return instrument, ""

    def _by_column(
        self, column: pa.Array, starts: np.ndarray, notes: ReadNotes
    ) -> tuple[pa.Array, pa.Array, np.ndarray]:
        found = column.dictionary_encode()
        texts = [str(text) for text in found.dictionary.to_pylist()]
        codes = found.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        months = starts.astype("datetime64[us]").astype("datetime64[D]").astype(np.int64) // 7
        pairs, rows = np.unique(codes * 1_000_000 + months, return_inverse=True)
        named = [self._named(texts[pair // 1_000_000], _week(int(pair % 1_000_000))) for pair in pairs.tolist()]
        known = np.array([one is not None for one in named], bool)[rows]
        for code in np.unique(codes[~known]).tolist():
            notes.unknown_contracts[texts[code]] += int(((codes == code) & ~known).sum())
        symbols, contracts = zip(*((one or ("", "")) for one in named), strict=True)
        return _texts(symbols, rows), _texts(contracts, rows), known

    def _named(self, text: str, day: date) -> tuple[str, str] | None:
        parts = first_reading(self._profile.contract, text)
        if parts is None:
            return None
        instrument = self._target.symbols.instrument(parts.symbol)
        return None if instrument is None else (instrument.symbol, contract_name(parts.month, parts.year, day))


def file_parts(source: SourceFile, profile: FileProfile) -> NameParts | None:
    """Return what a file's name says by the profile's patterns; None if none fits."""
    return first_reading((*profile.names, *profile.continuous), source.name)


def _piece(block: RowBlock, profile: FileProfile, naming: _Naming, notes: ReadNotes, file: str) -> pa.Table:
    times = bar_times(block.columns, profile, naming.parts.day if naming.parts else None)
    usable = times.readable & ~times.skipped
    _note_times(times, block, notes, file)
    if not usable.all():
        keep = pa.array(usable)
        block = RowBlock({role: one.filter(keep) for role, one in block.columns.items()}, block.lines[usable])
    starts = times.starts[usable]
    notes.off_minute += int((starts % MINUTE != 0).sum())
    if not len(starts):
        return FILE_BARS.empty_table()
    symbols, contracts, known = naming.of_rows(block, starts, notes)
    columns: Mapping[str, pa.Array] = {
        "symbol": symbols,
        "contract": contracts,
        "timestamp": pa.array(starts).cast(pa.timestamp("us", "UTC")),
        **{name: _points(block.columns[name], profile, naming.instrument) for name in PRICES},
        "volume": _counts(block.columns.get("volume"), len(starts), notes),
        "count": _counts(block.columns.get("count"), len(starts), notes),
        "line": pa.array(block.lines),
    }
    piece = pa.Table.from_arrays([columns[name].cast(FILE_BARS.field(name).type) for name in FILE_BARS.names],
                                 schema=FILE_BARS)  # fmt: skip
    return piece if known.all() else piece.filter(pa.array(known))


def _note_times(times: BarTimes, block: RowBlock, notes: ReadNotes, file: str) -> None:
    for at in np.flatnonzero(~times.readable):
        text = " ".join(str(block.columns[role][int(at)].as_py()) for role in ("timestamp", "date", "time")
                        if role in block.columns)  # fmt: skip
        notes.unread(file, int(block.lines[at]), text, "the time is written in another way")
    notes.zone_said = notes.zone_said or times.said
    notes.skipped_hours += int(times.skipped.sum())
    for at in np.flatnonzero(times.skipped):
        notes.unread(file, int(block.lines[at]), "", "the time does not exist in the zone")
    notes.doubled_hours += int(times.doubled.sum())


def _points(prices: pa.Array, profile: FileProfile, instrument: Instrument | None) -> pa.Array:
    if profile.form == "scid" and instrument is not None:
        return pa.array(_on_grid(prices.to_numpy(), instrument))
    return prices if profile.price_divisor == 1 else pc.divide(prices, float(profile.price_divisor))


def _on_grid(prices: np.ndarray, instrument: Instrument) -> np.ndarray:
    """Return the prices of the grid that numbers of four bytes stand for; a price off the grid stays as it is."""
    above, below = instrument.price_step.as_integer_ratio()
    near = np.rint(prices * below / above) * above / below
    return np.where(np.abs(near - prices) <= np.abs(prices) * _FOUR_BYTES, near, prices)


def _counts(column: pa.Array | None, rows: int, notes: ReadNotes) -> pa.Array:
    if column is None:
        return pa.array(np.full(rows, UNKNOWN, np.int64))
    numbers = pc.fill_null(column, float(UNKNOWN)).to_numpy(zero_copy_only=False)
    whole = np.rint(numbers)
    notes.fractions += int((whole != numbers).sum())
    return pa.array(whole.astype(np.int64))


def _texts(values: tuple[str, ...], rows: np.ndarray) -> pa.Array:
    distinct = {text: at for at, text in enumerate(dict.fromkeys(values))}
    places = np.array([distinct[text] for text in values], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(places[rows]), pa.array(list(distinct), pa.string()))


def _day(start: int) -> date:
    return datetime.fromtimestamp(start / 1_000_000, UTC).date()


def _week(number: int) -> date:
    day: date = np.datetime64(number * 7, "D").item()
    return day
