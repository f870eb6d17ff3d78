"""A run of a study that is recorded whatever happens: one at a time, stored at its end, `stopped` or `failed` if early.

Kinds of studies say by `steps` what is done; they call `complete` at the end.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from g4qc_core.errors import G4qcError, InUse
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.session_lock import STUDIES, SessionLock
from g4qc_core.storage.stores import Stores


class RecordedRun(ABC):
    """One run of a study; `events` runs it.

    Attributes:
        record: the study as it is stored.
        words: what will be done, one sentence.
    """

    def __init__(self, record: StudyRecord, words: str, stores: Stores) -> None:
        """Take the record of a study that has not begun.

        Args:
            record: in the state `running`, with its id.
            words: what will be done, one sentence.
            stores: where it is kept.
        """
        self.record, self.words, self.stores = record, words, stores
        self._began = 0.0

    @abstractmethod
    def steps(self) -> Iterator[StudyProgress]:
        """Do the research, yield how far it is, and end with `complete`.

        Raises:
            G4qcError: it cannot run, one sentence.
        """

    @property
    def seconds(self) -> float:
        """Time that the study has taken, earlier runs that were stopped included."""
        return self.record.seconds + time.monotonic() - self._began

    def events(self) -> Iterator[StudyProgress]:
        """Run the study and yield how far it is; afterwards `record` says what came out.

        A study that is done already yields nothing and has the stored record, under the name and with the bounds of
        checks by which it is asked for now. Ctrl-C, a kill or an error leave the
        record `stopped` or `failed`, and the same study can run again.

        Raises:
            InUse: the same study is running in another process.
            G4qcError: it cannot run, one sentence.
        """
        lock = SessionLock.named(self.stores.database, STUDIES, self.record.id)
        if not lock.take():
            what = self.record.kind.replace("_", " ")
            raise InUse(f"The {what} {self.record.name} is running in another process: wait until it ends, or end it.")
        try:
            known = self.stores.studies.find(self.record.id)
            if known is not None and known.state == "done":
                self.record = self.stores.studies.asked_again(self.record)
                return
            self.record = self.stores.studies.begin(self.record)
            self._began = time.monotonic()
            with self._kept_whatever_happens():
                yield from self.steps()
        finally:
            lock.release()

    def save(self, summary: Mapping[str, Any]) -> None:
        """Store what was found so far; the same study that runs again finds it in the summary of its record.

        Args:
            summary: JSON-safe.
        """
        self.record = replace(self.record, seconds=self.seconds, summary=dict(summary))
        self._began = time.monotonic()
        self.stores.studies.update(self.record)

    def complete(self, summary: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> None:
        """Store the outcome of the study with all its frames.

        Args:
            summary: JSON-safe.
            frames: by name.
        """
        now = datetime.now(UTC)
        self.record = replace(self.record, state="done", ended_at=now, seconds=self.seconds, summary=dict(summary))
        self._began = time.monotonic()
        self.stores.studies.complete(self.record, frames)
        # As it is read from now on: a figure that is not a number is none.
        self.record = self.stores.studies.find(self.record.id) or self.record

    @contextmanager
    def _kept_whatever_happens(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if self.record.state != "done":
                state = "stopped" if isinstance(error, KeyboardInterrupt | GeneratorExit) else "failed"
                summary = dict(self.record.summary or {})
                summary.pop("failed", None)
                if isinstance(error, G4qcError):
                    summary["failed"] = str(error)
                self.record = replace(
                    self.record, state=state, ended_at=datetime.now(UTC), seconds=self.seconds, summary=summary or None
                )
                self.stores.studies.update(self.record)
            raise
