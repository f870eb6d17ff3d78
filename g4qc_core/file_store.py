"""A place for files that all machines reach: a folder of this machine, or a bucket, through fsspec.

A file is whole or absent under its name. Every error of the place becomes one sentence.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from g4qc_core.errors import SettingsError, StoreUnavailable

_PACKAGES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
# Without limits a bucket that does not answer holds a command up for minutes.
_WAITS = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}}
_OPTIONS: dict[str, dict[str, Any]] = {"s3": {"config_kwargs": _WAITS}, "s3a": {"config_kwargs": _WAITS}}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PRIVATE = 0o700
_TIMES = ("mtime", "LastModified", "created", "updated", "last_modified")


class FileStore:
    """Files below one folder or URL; paths in it are relative, with slashes.

    Args:
        target: a folder like `/backups`, or a URL like `s3://bucket/g4qc`.

    Raises:
        SettingsError: nothing installed knows that kind of URL.
    """

    def __init__(self, target: str) -> None:
        from fsspec.core import url_to_fs

        scheme = target.partition("://")[0] if "://" in target else ""
        given = target if scheme else str(Path(target).expanduser().resolve())
        try:
            self._files, root = url_to_fs(given, **_OPTIONS.get(scheme, {}))
        except (ImportError, ValueError):
            package = _PACKAGES.get(scheme)
            way = f"install {package}" if package else "use a folder, or a URL like s3://bucket/folder"
            raise SettingsError(f"Nothing installed can reach {scheme}:// addresses: {way}.") from None
        self._root = str(root).rstrip("/")
        self._local = Path(self._root) if "file" in _protocols(self._files) else None
        self.place = str(self._local) if self._local else f"{scheme}://{self._root}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileStore) and self.place == other.place

    def __hash__(self) -> int:
        return hash(self.place)

    @property
    def folder(self) -> Path | None:
        """The folder on this machine; None for a bucket."""
        return self._local

    def below(self, folder: str) -> FileStore:
        """Return the store of a folder in this one."""
        return FileStore(f"{self.place}/{folder}")

    @property
    def above(self) -> tuple[FileStore, str]:
        """The store that this one's folder lies in, and the name of the folder."""
        whole = PurePosixPath(self._root)
        return FileStore(self.place.removesuffix(whole.name).rstrip("/") or "/"), whole.name

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Yield a file to write; it appears under its name, on the disk, at the end of the block, or not at all.

        Raises:
            StoreUnavailable: the place is full, gone or closed.
        """
        with self._told(missing=True):
            if self._local is not None:
                yield from _whole_file(self._local / path)
                return
            file = self._files.open(self._path(path), "wb")
            try:
                yield file
            except BaseException:
                with suppress(Exception):
                    file.discard()
                file.closed = True
                raise
            file.close()

    @contextmanager
    def reading(self, path: str) -> Iterator[IO[bytes]]:
        """Yield a file to read.

        Raises:
            FileNotFoundError: there is none of that name.
            StoreUnavailable: the place is gone or closed.
        """
        with self._told(), self._files.open(self._path(path), "rb") as file:
            yield file

    def size(self, path: str) -> int | None:
        """Return the bytes of a file; None if there is none of that name."""
        with self._told():
            self._files.invalidate_cache()
            try:
                return int(self._files.size(self._path(path)))
            except FileNotFoundError:
                return None

    def written(self, path: str) -> datetime | None:
        """Return when a file was written last, UTC; None if there is none of that name, or a link instead."""
        with self._told():
            self._files.invalidate_cache()
            try:
                entry = self._files.info(self._path(path))
            except FileNotFoundError:
                return None
            return _time_of(entry) if _is_own(entry) else None

    def times(self) -> dict[str, datetime]:
        """Return when the files directly in the store were written last, UTC, by name, without links."""
        return {_name_of(one): _time_of(one) for one in self._entries(self._root) if _is_own(one)}

    def folders(self) -> list[str]:
        """Return the names of the folders directly in the store; none if it does not exist yet."""
        return sorted(_name_of(one) for one in self._entries(self._root) if one["type"] == "directory")

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the paths of the files in a folder of the store, each with its bytes."""
        files = [one for one in self._entries(self._path(folder)) if one["type"] == "file"]
        return {f"{folder}/{_name_of(one)}": int(one["size"]) for one in files}

    def remove(self, path: str) -> None:
        """Remove a file; nothing happens if there is none."""
        with self._told(), suppress(FileNotFoundError):
            self._files.rm_file(self._path(path))

    def remove_folder(self, folder: str) -> None:
        """Remove a folder with all its files; nothing happens if there is none."""
        with self._told(), suppress(FileNotFoundError):
            self._files.rm(self._path(folder), recursive=True)

    def remove_if_empty(self, folder: str) -> None:
        """Remove a folder that holds nothing; a bucket has none."""
        if self._local is not None:
            with suppress(OSError):
                (self._local / folder).rmdir()

    def _entries(self, path: str) -> list[Mapping[str, Any]]:
        """Return what lies directly at a path, looked up anew; nothing if it does not exist yet."""
        with self._told():
            self._files.invalidate_cache()
            try:
                return list(self._files.ls(path, detail=True))
            except FileNotFoundError:
                return []

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}"

    @contextmanager
    def _told(self, missing: bool = False) -> Iterator[None]:
        """Translate the errors of the place into one sentence.

        Args:
            missing: also that something is missing: a bucket to write to. A file to read may be.
        """
        try:
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not missing:
                raise
            if error.errno in _FULL:
                raise StoreUnavailable(f"No space is left at {self.place}: free some, then run it again.") from error
            said = error.strerror or str(error) or type(error).__name__
            raise StoreUnavailable(
                f"The files at {self.place} cannot be written or read ({said}): check the place and the rights on it."
            ) from error
        except Exception as error:
            # The libraries of buckets have errors of their own.
            if not type(error).__module__.startswith(("botocore", "aiobotocore", "s3fs", "aiohttp", "gcsfs", "adlfs")):
                raise
            raise StoreUnavailable(
                f"The files at {self.place} cannot be written or read ({error}): check the address and the credentials."
            ) from error


def _name_of(entry: Mapping[str, Any]) -> str:
    return PurePosixPath(entry["name"]).name


def _is_own(entry: Mapping[str, Any]) -> bool:
    return entry["type"] == "file" and not entry.get("islink")


def _time_of(entry: Mapping[str, Any]) -> datetime:
    # Each kind of place has its own name for the time of the last write.
    return _instant(next(entry[name] for name in _TIMES if name in entry))


def _instant(time: datetime | float | str) -> datetime:
    if isinstance(time, float | int):
        return datetime.fromtimestamp(time, UTC)
    found = datetime.fromisoformat(time) if isinstance(time, str) else time
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _protocols(files: Any) -> tuple[str, ...]:
    found = files.protocol
    return (found,) if isinstance(found, str) else tuple(found)


def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    for folder in reversed([part for part in path.parents if not part.exists()]):
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
