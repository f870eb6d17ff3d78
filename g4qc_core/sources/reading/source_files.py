"""The files of a path: one file, the files of a folder, and the members of archives, plain or compressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import pyarrow as pa

from g4qc_core.errors import UsageError
from g4qc_core.sources.reading.file_digest import FileDigest

_COMPRESSED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_READ = (".csv", ".txt", ".itxt", ".parquet", ".scid", ".dat")
_BROKEN = (pa.ArrowInvalid, OSError, EOFError, zlib.error, BadZipFile)


@dataclass(frozen=True)
class SourceFile:
    """One file with rows: a file of the disk, or a member of an archive.

    Attributes:
        path: the file of the disk.
        member: name inside the archive; empty for a file of its own.
        below: path of the file below the folder that was named, with slashes, for sentences.
        digest: hashes the bytes of the file on the disk while they are read; None: no hash is wanted.
    """

    path: Path
    member: str = ""
    below: str = ""
    digest: FileDigest | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Path that patterns read, without the ending of a compression."""
        name = self.member or self.path.absolute().as_posix()
        ending = next((e for e in _COMPRESSED if name.lower().endswith(e)), "")
        return name[: len(name) - len(ending)]

    def __str__(self) -> str:
        return f"{self.path.name}:{self.member}" if self.member else self.below or self.path.name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open the uncompressed content for reading.

        Raises:
            UsageError: the file cannot be read, or is damaged.
        """
        try:
            if self.member:
                with ZipFile(self.path) as archive, archive.open(self.member) as inside:
                    yield _uncompressed(inside, self.member)
            else:
                with self.path.open("rb") as file:
                    yield _uncompressed(file if self.digest is None else self.digest.seeing(file), self.path.name)
        except _BROKEN as error:
            raise UsageError(f"{self} cannot be read: {error}.") from None


def source_files(path: Path) -> list[SourceFile]:
    """Return the files of a path in the order of their names, at least one.

    Raises:
        UsageError: the path does not exist, or holds no file that can be read.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist: name a file, an archive or a folder.")
    paths = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and _wanted(p, path))
    found = [one for p in paths for one in _members(p, path)]
    if not found:
        raise UsageError(f"{path} holds no file of bars: there is none that ends in {', '.join(_READ)} or .zip.")
    return found


def _members(path: Path, root: Path) -> Iterator[SourceFile]:
    below = root.name if path == root else path.relative_to(root.parent).as_posix()
    if path.suffix.lower() != ".zip":
        yield SourceFile(path, below=below)
        return
    try:
        with ZipFile(path) as archive:
            names = sorted(i.filename for i in archive.infolist() if not i.is_dir() and _readable(i.filename))
    except (BadZipFile, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from None
    for name in names:
        yield SourceFile(path, name, below)


def _wanted(path: Path, root: Path) -> bool:
    hidden = any(part.startswith((".", "__")) for part in path.relative_to(root).parts)
    return not hidden and (path.suffix.lower() == ".zip" or _readable(path.name))


def _readable(name: str) -> bool:
    plain = name.lower()
    for ending in _COMPRESSED:
        plain = plain.removesuffix(ending)
    base = plain.rpartition("/")[2]
    return plain.endswith(_READ) and not base.startswith(".") and "__macosx" not in plain


def _uncompressed(file: Any, name: str) -> Any:
    kind = next((kind for ending, kind in _COMPRESSED.items() if name.lower().endswith(ending)), None)
    return file if kind is None else pa.CompressedInputStream(pa.PythonFile(file, "r"), kind)
