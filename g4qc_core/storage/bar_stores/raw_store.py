"""Raw bars, stored as received together with their ledger entry; replaced values become revisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import RAW_BAR_COLUMNS, RAW_COLUMNS, RAW_VALUES
from g4qc_core.errors import InvalidBars
from g4qc_core.instruments.registry import Contract
from g4qc_core.storage.codec.binary_copy import copy_in, copy_out, encode
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, check_window, names
from g4qc_core.storage.contract_store import forget_late_head
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, insert_entry
from g4qc_core.storage.server.database import Database

_RECEIVED = kinds_of(RAW_COLUMNS)
_STORED = kinds_of((*_RECEIVED, "request_id", "received_at"))
_RAW = kinds_of(("symbol", "contract", *_STORED))
_REVISIONS = kinds_of((*_RAW, "replaced_by", "replaced_at"))

# A later answer may lack one in so many stored bars, and so many in a row. If it lacks more, it was probably cut short,
# or its data farm had lost an hour.
_ONE_IN = 100
_IN_A_ROW = 5


@dataclass(frozen=True)
class WriteResult:
    """Counts of what one write did.

    Attributes:
        inserted: bars that were new.
        unchanged: bars that were stored with the same values.
        revised: bars that were stored with other values.
        withdrawn: stored bars that the answer takes back.
        request_id: id of the ledger entry.
    """

    inserted: int
    unchanged: int
    revised: int
    withdrawn: int
    request_id: int


class RawStore:
    """The raw 1-minute bars. All timestamps are UTC and mark the bar's start."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def write(self, contract: Contract, bars: pd.DataFrame, entry: LedgerEntry) -> WriteResult:
        """Store one answer of the gateway and its ledger entry in one transaction.

        A bar that differs from the stored one replaces it, and the old values become a revision. A stored bar that the
        answer leaves out between its first and last bar was withdrawn, and becomes a revision too; but if more than one
        in a hundred is left out, or more than five in a row, the answer is considered incomplete and no bar is
        withdrawn. An entry whose outcome is no answer withdraws nothing.

        Args:
            contract: the contract of the bars.
            bars: `RAW_COLUMNS`, timestamps ascending and unique; may be empty.
            entry: of this request; its number of bars and hash are filled in.

        Raises:
            InvalidBars: timestamps are not ascending and unique, or lie outside the entry's window.
        """
        times = bars["timestamp"]
        check_window(times, entry.window_start, entry.window_end)
        if not (times.is_monotonic_increasing and times.is_unique):
            raise InvalidBars(f"The bars of {contract} from {times.min()} are not ascending and unique.")
        entry = replace(entry, bars=len(bars), content_hash=_digest(bars))
        with self._slices.writing(f"raw {contract}") as (connection, cursor):
            request = insert_entry(connection, entry)
            stored = _stored(cursor, contract, times)
            fresh, outdated = _compare(bars, stored)
            withdrawn = _withdrawn(bars, stored) if entry.outcome in ANSWERED else stored.iloc[:0]
            if not (outdated.empty and withdrawn.empty):
                gone = pd.concat([outdated, withdrawn]).sort_values("timestamp")
                _revise(cursor, contract, gone, request, entry.requested_at)
            key = {"symbol": contract.symbol, "contract": contract.month}
            copy_in(cursor, "raw_bars", _RAW, fresh, **key, request_id=request, received_at=entry.requested_at)
            if not fresh.empty:
                forget_late_head(connection, contract, fresh["timestamp"].iloc[0].to_pydatetime())
        new = len(fresh) - len(outdated)
        return WriteResult(new, len(bars) - len(fresh), len(outdated), len(withdrawn), request)

    def bars(self, symbol: str, start: datetime, end: datetime, contract: str | None = None) -> pd.DataFrame:
        """Return the raw bars that start in `[start, end)`, of one contract or of all.

        Returns:
            A frame with contract (str) and `RAW_COLUMNS`, by contract and timestamp.
        """
        columns = kinds_of(RAW_BAR_COLUMNS)
        return self._slices.read("raw_bars", columns, {"symbol": symbol, "contract": contract}, start, end)

    def revisions(self, symbol: str, start: datetime, end: datetime, contract: str | None = None) -> pd.DataFrame:
        """Return the replaced or withdrawn values of bars that start in `[start, end)`.

        Returns:
            The columns of `bars`, request_id and received_at of the old values, replaced_by (id of the request with
            the new values) and replaced_at.
        """
        columns = {name: kind for name, kind in _REVISIONS.items() if name != "symbol"}
        return self._slices.read("raw_bar_revisions", columns, {"symbol": symbol, "contract": contract}, start, end)


def _digest(bars: pd.DataFrame) -> str:
    digest = sha256()
    for piece in encode(_RECEIVED, bars, {}):
        digest.update(piece)
    return digest.hexdigest()


def _stored(cursor: Any, contract: Contract, timestamps: pd.Series) -> pd.DataFrame:
    first, last = (None, None) if timestamps.empty else (timestamps.min(), timestamps.max())
    return copy_out(
        cursor,
        f"SELECT {names(_STORED)} FROM raw_bars WHERE symbol = %s AND contract = %s "
        "AND timestamp BETWEEN %s AND %s ORDER BY timestamp",
        [contract.symbol, contract.month, first, last],
        _STORED,
    )


def _compare(bars: pd.DataFrame, stored: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bars to write (new or different), and the stored bars that differ from them."""
    at = pd.Index(stored["timestamp"]).get_indexer(pd.Index(bars["timestamp"]))
    known = at >= 0
    differs = np.zeros(len(bars), bool)
    for name in RAW_VALUES:
        new, old = bars[name].to_numpy()[known], stored[name].to_numpy()[at[known]]
        differs[known] |= (new != old) & ~(pd.isna(new) & pd.isna(old))
    return bars[~known | differs], stored.iloc[at[differs]]


def _withdrawn(bars: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the stored bars that the answer withdraws."""
    lacks = ~stored["timestamp"].isin(bars["timestamp"]).to_numpy()
    runs = np.diff(np.flatnonzero(np.concatenate(([True], ~lacks, [True])))) - 1
    believed = lacks.sum() <= max(1, len(stored) // _ONE_IN) and runs.max() <= _IN_A_ROW
    return stored[lacks] if believed else stored.iloc[:0]


def _revise(cursor: Any, contract: Contract, outdated: pd.DataFrame, request: int, now: datetime) -> None:
    """Move the outdated bars from the raw bars to the revisions."""
    key = {"symbol": contract.symbol, "contract": contract.month}
    copy_in(cursor, "raw_bar_revisions", _REVISIONS, outdated, **key, replaced_by=request, replaced_at=now)
    times = outdated["timestamp"]
    cursor.execute(
        "DELETE FROM raw_bars WHERE symbol = %s AND contract = %s AND timestamp = ANY(%s) "
        "AND timestamp BETWEEN %s AND %s",
        [contract.symbol, contract.month, list(times.dt.to_pydatetime()), times.min(), times.max()],
    )
