"""Pieces: compressed files of a store, each with its checksum, written and read as streams."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from g4qc_core.errors import BackupDamaged
from g4qc_core.file_store import FileStore
from g4qc_core.services.backups.manifest import Piece

_COMPRESSION = "zstd"
_BLOCK = 2**20  # bytes


class PieceWriter:
    """Takes bytes, and writes them compressed; `size` and `sha256` are those of the file."""

    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa

        self._file = file
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self._stream = pa.CompressedOutputStream(pa.PythonFile(_Tee(self), mode="w"), _COMPRESSION)
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take bytes; small ones are collected, because a table's rows come one by one."""
        self._waiting += data
        if len(self._waiting) >= _BLOCK:
            self._flush()
        return len(data)

    def finish(self) -> None:
        """Write what is left."""
        self._flush()
        self._stream.close()

    @property
    def sha256(self) -> str:
        """Checksum of what was written to the file."""
        return self._hash.hexdigest()

    def take(self, data: bytes) -> None:
        """Write compressed bytes to the file."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def _flush(self) -> None:
        self._stream.write(bytes(self._waiting))
        self._waiting.clear()


class _Tee:
    """A file for Arrow, whose bytes go to the writer."""

    closed = False

    def __init__(self, writer: PieceWriter) -> None:
        self._writer = writer

    def write(self, data: Any) -> int:
        block = bytes(data)
        self._writer.take(block)
        return len(block)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Leave the file to its owner."""


class PieceReader:
    """Gives the bytes of a piece, and examines the file while it is read."""

    def __init__(self, file: IO[bytes], piece: Piece) -> None:
        import pyarrow as pa

        self._file, self._piece = file, piece
        self._hash = hashlib.sha256()
        self._size = 0
        self.closed = False
        self._stream = pa.CompressedInputStream(pa.PythonFile(_Examined(self), mode="r"), _COMPRESSION)
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """Return at most that many bytes.

        Raises:
            BackupDamaged: the file is not what was written.
        """
        try:
            data = self._stream.read(size if size > 0 else None)
            if not data:
                self._examine()
            return bytes(data)
        except BaseException as error:  # noqa: BLE001 - raised again, and kept for the owner of the block
            # The database's driver does not pass on what a file raises.
            self.error = self._translated(error)
            raise self.error from None

    def raw(self, size: int) -> bytes:
        """Return bytes of the file itself."""
        data = self._file.read(size)
        self._hash.update(data)
        self._size += len(data)
        return data

    def _examine(self) -> None:
        while self.raw(_BLOCK):
            pass
        if (self._size, self._hash.hexdigest()) != (self._piece.size, self._piece.sha256):
            raise damaged(self._piece)

    def _translated(self, error: BaseException) -> BaseException:
        # Arrow calls damaged bytes an OSError without a number.
        return damaged(self._piece) if isinstance(error, OSError) and error.errno is None else error


class _Examined:
    """A file for Arrow, whose bytes come from the reader."""

    closed = False

    def __init__(self, reader: PieceReader) -> None:
        self._reader = reader

    def read(self, size: int = -1) -> bytes:
        return self._reader.raw(size)

    def close(self) -> None:
        """Leave the file to its owner."""


@contextmanager
def reading_piece(store: FileStore, piece: Piece) -> Iterator[PieceReader]:
    """Yield the content of a piece.

    Raises:
        BackupDamaged: it is missing, or not what was written.
        StoreUnavailable: see `FileStore`.
    """
    try:
        with store.reading(piece.path) as file:
            reader = PieceReader(file, piece)
            try:
                yield reader
            except BaseException as error:
                if reader.error is not None and reader.error is not error:
                    raise reader.error from None
                raise
    except FileNotFoundError:
        raise damaged(piece) from None


def examine_piece(store: FileStore, piece: Piece) -> str:
    """Return what is wrong with a piece in a few words; empty if it is what was written."""
    try:
        with store.reading(piece.path) as file:
            found, size = hashlib.sha256(), 0
            while block := file.read(_BLOCK):
                found.update(block)
                size += len(block)
    except FileNotFoundError:
        return "missing"
    if size != piece.size:
        return f"{size:,} bytes long instead of {piece.size:,}"
    return "" if found.hexdigest() == piece.sha256 else "changed"


def damaged(piece: Piece) -> BackupDamaged:
    """Return the error about a piece that is missing or changed."""
    return BackupDamaged(
        f"The backup's file {piece.path} is missing or damaged, so that nothing was stored: `g4qc db verify SOURCE` "
        "shows what else is, and `g4qc db list` other backups."
    )
