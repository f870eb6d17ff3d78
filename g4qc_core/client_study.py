"""A search or study at a client: waiting for it, and what came out as figures, checks, frames and report.

What a client does over a server or in this process is behind `StudySource`.
"""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from g4qc_core.errors import UsageError

Progress = bool | Callable[[str], object]
"""Where each line of progress goes: True for the error stream, False for nowhere, or a function."""

SEARCH = "search"
"""The kind of searches, which have the frames of studies and routes of their own."""


@dataclass(frozen=True)
class StudyWork:
    """A search or study that was started, or that will run in this process.

    Attributes:
        kind: `search`, or the kind of study.
        name: of its spec.
        spec: all fields, as the server or the library read them.
        job: id of its job; None: it runs in this process.
        run: what the source needs to run it.
    """

    kind: str
    name: str
    spec: Mapping[str, Any]
    job: str | None = None
    run: Any = field(default=None, repr=False, compare=False)


class StudySource(Protocol):
    """Where a client's searches and studies run and are stored."""

    def start(self, kind: str, of: str | Mapping[str, Any], fields: Mapping[str, Any]) -> StudyWork:
        """Check a spec and start it, if it runs elsewhere.

        Args:
            kind: of study, or `search`.
            of: what it is about by its name, or fields of the spec.
            fields: further fields, JSON-safe.

        Raises:
            UsageError: a field is missing, unknown or malformed, or what it names is not there.
        """

    def finish(self, work: StudyWork, tell: Callable[[str], object], seconds: float | None) -> str:
        """Run it, or wait until it has ended, and return the id of the study.

        Raises:
            G4qcError: it failed or was stopped; the message says why.
            TimeoutError: it has not ended in so many seconds.
        """

    def find(self, kind: str, words: str) -> str:
        """Return the id of the newest study of a name, or of the study with this id.

        Raises:
            NotFound: there is none.
        """

    def listed(self, kind: str, name: str | None, limit: int) -> list[dict[str, Any]]:
        """Return the studies of a kind as the API lists them, newest first."""

    def document(self, kind: str, study_id: str) -> dict[str, Any]:
        """Return a study as the API shows it."""

    def table(self, kind: str, study_id: str, name: str) -> pd.DataFrame:
        """Return a whole table of a study.

        Raises:
            NotFound: it has no such table.
        """

    def trials(self, search: str, ranked: bool, limit: int, offset: int) -> pd.DataFrame:
        """Return rows of the trials of a search."""

    def report(self, kind: str, study_id: str) -> bytes:
        """Return the report of a study as HTML.

        Raises:
            NotFound: it has none.
        """


class Study:
    """A search, walk-forward, Monte Carlo simulation or portfolio: what came out as figures, checks and frames.

        >>> study = G4QC().walk_forward("sma_cross-ES-1h", wait=False)  # doctest: +SKIP
        >>> study.job  # doctest: +SKIP
        >>> study.wait().frame("windows")  # doctest: +SKIP

    Attributes:
        kind: `search`, `walk_forward`, `monte_carlo` or `portfolio`.
        name: of its spec.
        spec: all fields of its spec.
        job: id of the job that runs it; None: it runs in this process, or was only read.
    """

    def __init__(self, source: StudySource, work: StudyWork, study_id: str | None = None) -> None:
        self._source, self._work, self._id = source, work, study_id
        self._document: dict[str, Any] | None = None
        self._frames: dict[str, pd.DataFrame] = {}
        self.kind, self.name, self.spec, self.job = work.kind, work.name, dict(work.spec), work.job

    def __repr__(self) -> str:
        state = self._id and self.state
        return f"Study({self.kind} {self.name}, {f'{state}, id {self._id}' if state else 'not waited for yet'})"

    def wait(self, seconds: float | None = None, progress: Progress = True) -> Study:
        """Wait until the study has ended, and return it; one that runs in this process runs now.

        Args:
            seconds: longest time to wait; None: as long as it takes.
            progress: where each line of progress goes: the error stream, nowhere, or a function.

        Raises:
            G4qcError: it failed or was stopped; the message says why.
            TimeoutError: it has not ended in time. One that runs elsewhere goes on.
        """
        if self._id is None:
            self._id = self._source.finish(self._work, _teller(progress), seconds)
        return self

    @property
    def id(self) -> str:
        """Id of the study.

        Raises:
            UsageError: the study was started without waiting for it.
        """
        if self._id is None:
            raise UsageError(f"The {self.kind.replace('_', ' ')} {self.name} was not waited for: call wait() first.")
        return self._id

    @property
    def state(self) -> str:
        """`running`, `stopped`, `done` or `failed`, as it is stored now."""
        if self._document is None or self._document["state"] != "done":
            self._document = self._source.document(self.kind, self.id)
        return str(self._document["state"])

    @property
    def document(self) -> dict[str, Any]:
        """Everything that is known of the study except the rows of its tables: spec, versions, summary, checks."""
        if self._document is None:
            self._document = self._source.document(self.kind, self.id)
        return self._document

    @property
    def summary(self) -> dict[str, Any]:
        """What came out, as it is stored; empty before the end."""
        return dict(self.document["summary"] or {})

    @property
    def figures(self) -> pd.Series:
        """Key figures by label; empty before the end."""
        found = self.document["figures"]
        return pd.Series(list(found.values()), index=pd.Index(list(found), name="figure"), name="value", dtype=object)

    @property
    def checks(self) -> pd.DataFrame:
        """What each check says, by its name: passed (bool) and words. A search has none: Dagster has its checks."""
        found = self.document["checks"]
        return pd.DataFrame(
            {"passed": [bool(one["passed"]) for one in found], "words": [str(one["words"]) for one in found]},
            index=pd.Index([one["name"] for one in found], name="check", dtype="str"),
        ).astype({"passed": "bool", "words": "str"})

    @property
    def tables(self) -> dict[str, str]:
        """Names of the frames, with a few words on each."""
        return {one["name"]: one["about"] for one in self.document["tables"]}

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table of the study, all rows; `tables` names them.

        Raises:
            NotFound: it has no such table.
        """
        if name not in self._frames:
            self._frames[name] = self._source.table(self.kind, self.id, name)
        return self._frames[name].copy()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return all tables of the study by name."""
        return {name: self.frame(name) for name in self.tables}

    def report(self, path: str | Path | None = None, show: bool = False) -> Path:
        """Save the report as one HTML file that opens without a network, and return its path.

        Args:
            path: the file; a folder: a file of the study's name in it; None: the folder of the program.
            show: open it in the browser too.

        Raises:
            NotFound: the study has no report, because it is not done.
        """
        content = self._source.report(self.kind, self.id)
        file = Path() if path is None else Path(path)
        if file.is_dir():
            file /= f"{self.kind.replace('_', '-')}-{self.name}-{self.id[:8]}.html"
        file.write_bytes(content)
        if show:
            webbrowser.open(file.absolute().as_uri())
        return file


def _teller(progress: Progress) -> Callable[[str], object]:
    if callable(progress):
        return progress
    return _say if progress else lambda _: None


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
