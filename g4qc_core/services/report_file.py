"""HTML reports as files that all machines reach: in the home, or in the folder or bucket of `G4QC_REPORT_TARGET`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from g4qc_core.file_store import FileStore
from g4qc_core.settings import Settings

_SUFFIX = ".html"


@dataclass(frozen=True)
class ReportFile:
    """One report, which exists or not.

    Attributes:
        store: of all reports.
        name: of the file, with its suffix.
    """

    store: FileStore
    name: str

    def __str__(self) -> str:
        """Return the path, or the URL in a bucket."""
        return f"{self.store.place}/{self.name}"

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    def written(self) -> datetime | None:
        """Return when the report was written, UTC; None if there is none.

        Raises:
            StoreUnavailable: the place is gone or closed.
        """
        return self.store.written(self.name)

    def written_since(self, instant: datetime | None) -> bool:
        """Return True if the report exists and was written at the instant or later; False for None."""
        written = self.written()
        return instant is not None and written is not None and is_since(written, instant)

    def write(self, page: str) -> ReportFile:
        """Write the report whole, in the place of an older one, and return it.

        Raises:
            StoreUnavailable: the place is full, gone or closed.
        """
        with self.store.writing(self.name) as file:
            file.write(page.encode())
        return self

    def page(self) -> bytes:
        """Return the content.

        Raises:
            FileNotFoundError: there is no report.
            StoreUnavailable: the place is gone or closed.
        """
        with self.store.reading(self.name) as file:
            return bytes(file.read())

    def remove(self) -> None:
        """Remove the report; nothing happens if there is none."""
        self.store.remove(self.name)


def is_since(written: datetime, instant: datetime) -> bool:
    """Return True if a time of writing is the instant or later; buckets tell whole seconds only."""
    return written >= (instant if written.microsecond else instant.replace(microsecond=0))


def report_store(settings: Settings) -> FileStore:
    """Return the place of all reports."""
    return FileStore(settings.report_target or str(settings.home / "reports"))


def local_reports(settings: Settings) -> Path | None:
    """Return the folder of the reports; None if they are in a bucket."""
    return report_store(settings).folder


def report_named(stem: str, settings: Settings) -> ReportFile:
    """Return the report of a name, which has no suffix."""
    return ReportFile(report_store(settings), f"{stem}{_SUFFIX}")


def known_reports(settings: Settings) -> dict[str, datetime]:
    """Return when each report was written, UTC, by the name of its file, ascending; the place is listed once.

    Raises:
        StoreUnavailable: the place is gone or closed.
    """
    found = report_store(settings).times()
    return {name: found[name] for name in sorted(found) if name.endswith(_SUFFIX)}
