"""Stores that ask each question about a series once, for readers who know that nothing is written meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar, cast

import numpy as np

from g4qc_core.storage.bar_stores.known_bars import KnownBars
from g4qc_core.storage.bar_stores.presence_store import ContractWindow, PresenceStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.quick_reads import QuickReads
from g4qc_core.storage.stores import Stores

_MOST_ANSWERS = 256
_MOST_WINDOWS = 200_000

T = TypeVar("T")


class KnownStores(Stores):
    """Stores for reading series of bars, as long as a mark of `WriteWatch` is the present one.

    What decides which bars a series has, and which are missing, is read once and kept, and so are bars, up to a limit;
    callers do not change what they get. Whoever writes takes other stores.
    """

    def __init__(self, database: Database, reads: QuickReads) -> None:
        super().__init__(database)
        self.bar_batches = KnownBars(database, reads)
        self.versions = _asked_once(self.versions)
        self.bars = _asked_once(self.bars)
        self.rolls = _asked_once(self.rolls)
        self.contracts = _asked_once(self.contracts)
        self.coverage = _asked_once(self.coverage)
        self.quarantine = _asked_once(self.quarantine)
        self.presence = _KnownPresence(database, reads)


class _AskedOnce:
    """A store whose answers are kept by method and arguments."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        kept = lru_cache(maxsize=_MOST_ANSWERS)(getattr(self._store, name))
        setattr(self, name, kept)
        return kept


def _asked_once(store: T) -> T:
    return cast("T", _AskedOnce(store))


class _KnownPresence(PresenceStore):
    """Presence of bars that is asked once for each window."""

    def __init__(self, database: Database, reads: QuickReads) -> None:
        super().__init__(database)
        self._reads = reads
        self._known: dict[tuple[str, ...], dict[ContractWindow, bool]] = {}

    def bars(self, symbol: str, timeframe: str, windows: Sequence[ContractWindow]) -> np.ndarray:
        ask = partial(super().bars, symbol, timeframe)
        return self._once(("bars", symbol, timeframe), windows, ask)

    def raw(self, symbol: str, windows: Sequence[ContractWindow]) -> np.ndarray:
        return self._once(("raw", symbol), windows, partial(super().raw, symbol))

    def _rows(self, query: str, values: list[Any]) -> list[Any]:
        def rows(cursor: Any) -> list[Any]:
            cursor.execute(query, values)
            return list(cursor.fetchall())

        return self._reads.ask(rows)

    def _once(
        self,
        what: tuple[str, ...],
        windows: Sequence[ContractWindow],
        ask: Callable[[list[ContractWindow]], np.ndarray],
    ) -> np.ndarray:
        known = self._known.setdefault(what, {})
        new = [window for window in windows if window not in known]
        if new:
            if sum(map(len, self._known.values())) > _MOST_WINDOWS:
                self._known = {what: (known := {})}
                new = list(windows)
            known.update(zip(new, ask(new).tolist(), strict=True))
        return np.fromiter((known[window] for window in windows), bool, len(windows))
