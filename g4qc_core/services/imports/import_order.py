"""The order of an import by a program, and the answer to it."""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.services.imports.import_plan import ImportRequest
from g4qc_core.services.imports.import_start import ImportWish


@dataclass(frozen=True)
class ImportOrder:
    """Files to import.

    Attributes:
        request: which files, and how they are read.
        wish: what is done with them.
    """

    request: ImportRequest
    wish: ImportWish


@dataclass(frozen=True)
class AcceptedImport:
    """An import that is recorded.

    Attributes:
        number: of the import.
        known: True if the same content was imported before, or an import of it was interrupted.
        job: id of the job that stores it; None if nothing is left to do.
    """

    number: int
    known: bool
    job: str | None
