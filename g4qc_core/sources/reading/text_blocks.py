"""Delimited text as blocks of columns with line numbers, one block in memory at a time.

A block is read as a whole by Arrow. If a row of it does not fit, its lines are sifted one by one: the ones that cannot
be read are named, and the others are read.
"""

from __future__ import annotations

import codecs
import csv as plain_csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import numpy as np
import pyarrow as pa
from pyarrow import csv

from g4qc_core.bars.columns import VALUES
from g4qc_core.errors import UsageError
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.reading.read_notes import ReadNotes

BLOCK = 8 << 20
"""Bytes of a block."""

NUMBERS = (*VALUES, "count")
"""Roles whose columns are numbers; all others are texts."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class RowBlock:
    """Rows of a file.

    Attributes:
        columns: a column for each role of the profile.
        lines: numbers of the lines (from 1), or of the rows of a binary file.
    """

    columns: dict[str, pa.Array]
    lines: np.ndarray


def text_blocks(
    stream: IO[bytes], profile: FileProfile, file: str, notes: ReadNotes, size: int = BLOCK
) -> Iterator[RowBlock]:
    """Yield the rows of a text in blocks of about `size` bytes, without those that cannot be read.

    Raises:
        UsageError: the columns of the profile are not in the file.
    """
    reader: _TextReader | None = None
    line = 1
    for block in _whole_lines(stream, size):
        if reader is None:
            reader, skipped = _TextReader.begun(block, profile, file, notes)
            block, line = block[skipped:], line + (1 if skipped else 0)
        ends = block.count(b"\n")
        found = reader.read(block, line, ends + (0 if block.endswith(b"\n") else 1))
        line += ends
        if len(found.lines):
            yield found


def _whole_lines(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield blocks that end with the end of a line, in UTF-8."""
    first = stream.read(size)
    decoder = None
    if first.startswith(_UTF16):
        decoder = codecs.getincrementaldecoder("utf-16")()
    elif first.startswith(codecs.BOM_UTF8):
        first = first[len(codecs.BOM_UTF8) :]
    rest, chunk = b"", first
    while chunk:
        data = rest + (decoder.decode(chunk).encode() if decoder else chunk)
        end = data.rfind(b"\n") + 1
        if end:
            yield data[:end]
        rest = data[end:]
        chunk = stream.read(size)
    if rest.strip():
        yield rest


class _TextReader:
    """Reads blocks of one file."""

    def __init__(self, profile: FileProfile, places: dict[str, int], width: int, file: str, notes: ReadNotes) -> None:
        self._delimiter = profile.delimiter
        self._places, self._width, self._file, self._notes = places, width, file, notes
        names = [f"{number}" for number in range(width)]
        self._read = csv.ReadOptions(column_names=names, use_threads=True, block_size=BLOCK)
        self._parse = csv.ParseOptions(delimiter=profile.delimiter)
        types = {f"{at}": pa.float64() if role in NUMBERS else pa.string() for role, at in places.items()}
        self._convert = csv.ConvertOptions(
            column_types=types, include_columns=list(types), strings_can_be_null=False, null_values=["", "nan", "NaN"]
        )

    @classmethod
    def begun(cls, block: bytes, profile: FileProfile, file: str, notes: ReadNotes) -> tuple[_TextReader, int]:
        """Return the reader of a file that begins with this block, and the bytes of its line with names."""
        end = block.find(b"\n") + 1 or len(block)
        fields = fields_of(block[:end].decode("utf-8", "replace"), profile.delimiter)
        if profile.header:
            return cls(profile, named_places(fields, profile, file), len(fields), file, notes), end
        if len(fields) < len(profile.columns):
            raise UsageError(
                f"{file} has {len(fields)} columns, and the profile {profile.name} has {len(profile.columns)}: "
                "choose another profile, or write one of your own."
            )
        places: dict[str, int] = {role: at for at, role in enumerate(profile.columns) if role}
        named = not any(is_number(fields[at]) for role, at in places.items() if role in NUMBERS)
        return cls(profile, places, len(fields), file, notes), end if named else 0

    def read(self, block: bytes, line: int, rows: int) -> RowBlock:
        """Return the rows of a block of so many lines that begins with this line."""
        try:
            table = csv.read_csv(BytesIO(block), self._read, self._parse, self._convert)
        except pa.ArrowInvalid:
            table = None
        if table is not None and len(table) == rows:
            return self._without_nulls(table, np.arange(line, line + rows), block)
        kept, lines = self._sifted(block, line)
        if not kept:
            return RowBlock({}, np.array([], np.int64))
        table = csv.read_csv(BytesIO(b"\n".join(kept) + b"\n"), self._read, self._parse, self._convert)
        return self._without_nulls(table, lines, b"\n".join(kept))

    def _sifted(self, block: bytes, line: int) -> tuple[list[bytes], np.ndarray]:
        """Return the lines that can be read, with their numbers; note the others."""
        kept, numbers = [], []
        for number, raw in enumerate(block.splitlines(), line):
            if not raw.strip():
                continue
            reason = self._fault(raw)
            if reason:
                self._notes.unread(self._file, number, raw.decode("utf-8", "replace"), reason)
            else:
                kept.append(raw)
                numbers.append(number)
        return kept, np.array(numbers, np.int64)

    def _fault(self, raw: bytes) -> str:
        try:
            fields = fields_of(raw.decode("utf-8"), self._delimiter)
        except UnicodeDecodeError:
            return "is no text"
        if len(fields) != self._width:
            return f"has {len(fields)} fields, not {self._width}"
        for role, at in self._places.items():
            if role in NUMBERS and not is_number(fields[at]):
                return f"has no number as {role}"
        return ""

    def _without_nulls(self, table: pa.Table, lines: np.ndarray, block: bytes) -> RowBlock:
        table = table.combine_chunks()
        columns = {role: _one(table.column(f"{at}")) for role, at in self._places.items()}
        if not any(column.null_count for role, column in columns.items() if role in NUMBERS):
            return RowBlock(columns, lines)
        bad = np.zeros(len(table), bool)
        for role, column in columns.items():
            if role in NUMBERS and column.null_count:
                bad |= column.is_null().to_numpy(zero_copy_only=False)
        texts = block.splitlines()
        for at in np.flatnonzero(bad):
            self._notes.unread(self._file, int(lines[at]), texts[at].decode("utf-8", "replace"), "lacks a number")
        keep = pa.array(~bad)
        return RowBlock({role: column.filter(keep) for role, column in columns.items()}, lines[~bad])


def fields_of(line: str, delimiter: str) -> list[str]:
    """Return the fields of a line."""
    return next(plain_csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])


def is_number(text: str) -> bool:
    """Return True if a field is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def named_places(fields: Sequence[str], profile: FileProfile, file: str) -> dict[str, int]:
    """Return the places of the profile's columns among the names of a file's columns.

    Raises:
        UsageError: a column is missing.
    """
    at = {name.strip().casefold(): place for place, name in reversed(list(enumerate(fields)))}
    places = {}
    for role, name in profile.header.items():
        if name.casefold() in at:
            places[str(role)] = at[name.casefold()]
        elif role not in ("volume", "count"):
            raise UsageError(
                f"{file} has no column {name}, which the profile {profile.name} reads as {role}: choose another "
                "profile, or write one of your own."
            )
    return places


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
