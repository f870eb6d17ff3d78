"""The sha256 of a file that is read anyway: a file of the disk is not read twice for it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, Any

_CHUNK = 1 << 20


def content_hash(path: Path) -> str:
    """Return the sha256 (hex) of a file of the disk, as it is."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class FileDigest:
    """Adds up what is read of one file from its beginning to its end."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._read = 0
        self._whole = True

    def seeing(self, file: IO[bytes]) -> Any:
        """Return the file, opened at its beginning, so that what is read of it is added up."""
        if self._read:
            self._whole = False
        return _SeenFile(file, self)

    def of(self, path: Path) -> str:
        """Return the sha256 (hex) of the file; it is read again only if it was not read in one go to its end."""
        if self._whole and self._read == path.stat().st_size:
            return self._digest.hexdigest()
        return content_hash(path)

    def add(self, data: bytes) -> bytes:
        """Add bytes that were read; return them."""
        if self._whole:
            self._digest.update(data)
            self._read += len(data)
        return data

    def leave(self) -> None:
        """Note that the file is not read in one go."""
        self._whole = False


class _SeenFile:
    """A file that tells its digest what is read."""

    def __init__(self, file: IO[bytes], digest: FileDigest) -> None:
        self._file, self._digest = file, digest

    def read(self, size: int = -1) -> bytes:
        return self._digest.add(self._file.read(size))

    def seek(self, offset: int, whence: int = 0) -> int:
        self._digest.leave()
        return self._file.seek(offset, whence)

    def __getattr__(self, name: str) -> Any:
        # Other ways to read would not be seen.
        if name.startswith("read"):
            self._digest.leave()
        return getattr(self._file, name)
