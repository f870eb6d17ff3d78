"""One's own files in a backup: the reports, and what settings and the home hold of instruments, strategies and specs.

Files with passwords and keys stay out: `.env`, and the keys of the web server.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from g4qc_core.errors import SettingsError
from g4qc_core.files import write_whole
from g4qc_core.services.report_file import local_reports
from g4qc_core.settings import Settings

_NAMED = (
    *("calendars", "rolls", "open_interest", "sources", "backtests", "searches", "portfolios", "walk_forwards"),
    *("trading", "instruments", "strategies"),
)
_LEFT_OUT = ("__pycache__",)


@dataclass(frozen=True)
class OwnFiles:
    """The files of one kind.

    Attributes:
        kind: name of the setting, or `reports` or `trading.halt`.
        place: the file, or the folder that holds them.
    """

    kind: str
    place: Path

    @property
    def files(self) -> list[Path]:
        """The files that exist, in the order of their names."""
        if self.place.is_file():
            return [self.place]
        return sorted(
            path
            for path in self.place.rglob("*")
            if path.is_file() and not path.is_symlink() and not {*_LEFT_OUT} & {*path.relative_to(self.place).parts}
            and not path.name.endswith(".part")
        )  # fmt: skip

    @property
    def stamp(self) -> str:
        """A text that changes when a file is added, removed or written: by name, length and time of writing."""
        found = hashlib.sha256()
        for path in self.files:
            state = path.stat()
            found.update(f"{path.relative_to(self.place.parent)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
        return found.hexdigest()


def own_files(settings: Settings) -> list[OwnFiles]:
    """Return the kinds of files that exist, each with at least one file."""
    places = {name: getattr(settings, name) for name in _NAMED}
    places |= {"instruments": settings.instruments_file, "strategies": settings.strategies_folder}
    places |= {"reports": local_reports(settings), "trading.halt": settings.home / "trading.halt"}
    found = [OwnFiles(kind, place) for kind, place in places.items() if place is not None and place.exists()]
    return [one for one in found if one.files]


def pack(kind: OwnFiles, sink: IO[bytes]) -> int:
    """Write the files as a tar archive, with paths below their place; return their number.

    Raises:
        SettingsError: a file cannot be read.
    """
    count = 0
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path in kind.files:
            base = kind.place if kind.place.is_dir() else kind.place.parent
            try:
                with path.open("rb") as file:
                    about = archive.gettarinfo(arcname=str(path.relative_to(base)), fileobj=file)
                    about.uid = about.gid = 0
                    about.uname = about.gname = ""
                    content = _Steady(file, about.size)
                    archive.addfile(about, cast("IO[bytes]", content))
            except FileNotFoundError:
                continue  # it was removed meanwhile
            except PermissionError:
                raise SettingsError(f"The file {path} cannot be read for the backup: check the rights on it.") from None
            count += 1
    return count


def unpack(source: IO[bytes], place: Path, aside: Path) -> tuple[int, list[Path]]:
    """Write the files of an archive below a place, without overwriting any.

    Args:
        source: what `pack` wrote.
        place: the folder, or the folder of the one file.
        aside: folder for files whose place is taken by another content.

    Returns:
        The number of files, and those that were put aside.
    """
    count, put_aside = 0, []
    with tarfile.open(fileobj=source, mode="r|") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                continue
            relative = _safe(member.name)
            data, target = content.read(), place / relative
            count += 1
            if target.exists():
                if target.read_bytes() == data:
                    continue
                target = aside / relative
                put_aside.append(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, data)
            os.utime(target, (member.mtime, member.mtime))
    return count, put_aside


def place_of(kind: str, settings: Settings) -> Path:
    """Return the folder into which files of a kind are restored: where the settings want them, or the home."""
    if kind == "reports":
        return local_reports(settings) or settings.home / kind
    if kind == "strategies":
        return settings.strategies_folder
    if kind == "open_interest":
        return settings.open_interest or settings.home / kind
    given = settings.instruments_file if kind == "instruments" else getattr(settings, kind, None)
    return given.parent if isinstance(given, Path) else settings.home


def _safe(name: str) -> Path:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise SettingsError(f"The backup holds a file '{name}' outside of its folder: it was not made by G4QC.")
    return path


class _Steady:
    """A file that may grow or shrink while it is read: exactly the announced bytes, zeros for those that went."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        data += bytes(wanted - len(data))
        self._left -= wanted
        return data
