"""The folder whose files the API may import: nothing outside it is read, whatever a path or a link says."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from g4qc_core.errors import AccessDenied, NotFound
from g4qc_core.sources.reading.source_files import source_files


def path_in_folder(folder: Path | None, named: str) -> Path:
    """Return the file or folder of this name below the folder of imports.

    Args:
        folder: that of the settings; None: there is none.
        named: path below the folder, with slashes.

    Raises:
        AccessDenied: there is no folder of imports, or the path leads out of it.
        NotFound: nothing in the folder has this name.
        UsageError: it holds no file that can be read.
    """
    if folder is None:
        raise AccessDenied("This server imports no files for its clients: set G4QC_IMPORT_FOLDER on the server.")
    below, root = PurePosixPath(named), folder.resolve()
    if below.is_absolute() or ".." in below.parts or "\\" in named:
        raise _outside(named)
    path = root / below
    _check_inside(path, root, named)
    if not path.exists():
        raise NotFound(f"{named} is not in the folder of imports: name a file or a folder in G4QC_IMPORT_FOLDER.")
    for one in source_files(path):
        _check_inside(one.path, root, named)
    return path


def _check_inside(path: Path, root: Path, named: str) -> None:
    try:
        inside = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links, or a name that no file can have
        inside = False
    if not inside:
        raise _outside(named)


def _outside(named: str) -> AccessDenied:
    return AccessDenied(f"{named} leads out of the folder of imports: name a file or a folder in G4QC_IMPORT_FOLDER.")
