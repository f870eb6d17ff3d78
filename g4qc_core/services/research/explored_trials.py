"""Explored sets as trials: each different one counts, and is stored in the background.

The count that an answer shows includes sets that are not stored yet.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from g4qc_core.errors import G4qcError
from g4qc_core.research.overfitting.result_worth import FamilyTrials
from g4qc_core.storage.result_stores.backtest_store import Trial
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.stores import Stores

_log = logging.getLogger(__name__)

_FRESH_SECONDS = 60.0
_PAUSE_SECONDS = 0.2
_TRY_AGAIN_SECONDS = 5.0
_LAST_TRIES = 3
_MOST_SEEN = 200_000


@dataclass
class _Family:
    """What is known of the trials of one strategy."""

    count: int
    sharpes: list[float]
    read_at: float
    seen: set[str] = field(default_factory=set)


class ExploredTrials:
    """Counts the sets that one server explores. Close it with `close`, which stores what is not stored yet.

    Args:
        stores: opens the stores.
    """

    def __init__(self, stores: Callable[[], Stores]) -> None:
        self._stores = stores
        self._families: dict[str, _Family] = {}
        self._waiting: list[Trial] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def count(self, trial: Trial) -> tuple[FamilyTrials, bool]:
        """Count a set; return all trials of its strategy, and whether this one is new.

        Raises:
            DatabaseUnavailable: the database does not answer.
        """
        store = TrialStore(self._stores().database)
        family = self._family(trial.family, store)
        if trial.fingerprint not in family.seen and not store.exists(trial.family, trial.fingerprint):
            new = self._add(trial, family)
        else:
            new = False
            self._see(trial, family)
        with self._lock:
            return FamilyTrials.of(trial.family, max(1, family.count), family.sharpes), new

    def close(self) -> None:
        """Store what is waiting; the next `count` begins again."""
        with self._lock:
            thread, self._thread, self._closed = self._thread, None, True
        self._wake.set()
        if thread is not None:
            thread.join()
        for _ in range(_LAST_TRIES):
            if self._write():
                break
            time.sleep(_PAUSE_SECONDS)
        else:
            _log.error("%d explored sets could not be stored as trials.", len(self._waiting))
        with self._lock:
            self._closed = False
            self._families.clear()

    def _family(self, name: str, store: TrialStore) -> _Family:
        now = time.monotonic()
        with self._lock:
            known = self._families.get(name)
            if known is not None and now - known.read_at < _FRESH_SECONDS and len(known.seen) < _MOST_SEEN:
                return known
        self._write()
        read = store.sharpes(name)
        with self._lock:
            # What came in between is counted again with the next reading.
            own = [one for one in self._waiting if one.family == name]
            sharpes = [*read.sharpes, *(one.session_sharpe for one in own if one.session_sharpe is not None)]
            made = _Family(read.count + len(own), sharpes, now, {one.fingerprint for one in own})
            self._families[name] = made
            return made

    def _add(self, trial: Trial, family: _Family) -> bool:
        with self._lock:
            if trial.fingerprint in family.seen:
                return False
            family.seen.add(trial.fingerprint)
            family.count += 1
            if trial.session_sharpe is not None:
                family.sharpes.append(trial.session_sharpe)
            self._waiting.append(trial)
            if self._thread is None:
                self._thread = threading.Thread(target=self._store, name="explored-trials", daemon=True)
                self._thread.start()
        self._wake.set()
        return True

    def _see(self, trial: Trial, family: _Family) -> None:
        with self._lock:
            family.seen.add(trial.fingerprint)

    def _store(self) -> None:
        """Store waiting trials until the end."""
        while not self._closed:
            self._wake.wait()
            self._wake.clear()
            time.sleep(_PAUSE_SECONDS)  # a slider moves on: several sets are one transaction
            if not self._closed and not self._write():
                time.sleep(_TRY_AGAIN_SECONDS)
                self._wake.set()

    def _write(self) -> bool:
        """Store what is waiting; return False if the database refuses, and keep it."""
        with self._writing:
            with self._lock:
                block = list(self._waiting)
            if not block:
                return True
            try:
                self._stores().backtests.record_trials(block)
            except G4qcError as error:
                _log.warning("%d explored sets wait for the database: %s", len(block), error)
                return False
            with self._lock:
                del self._waiting[: len(block)]
            return True
