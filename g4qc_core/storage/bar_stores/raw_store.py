"""Raw bars, stored as received together with their ledger entry; replaced values become revisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from g4qc_core.bars.columns import RAW_BAR_COLUMNS, RAW_COLUMNS, RAW_VALUES
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.errors import InvalidBars
from g4qc_core.instruments.registry import Contract
from g4qc_core.storage.bar_stores.market_rows import leave_sessions
from g4qc_core.storage.bar_stores.raw_rows import move_to_revisions, raw_rows, stored_raw, write_raw
from g4qc_core.storage.bar_stores.series_numbers import StoredSeries, known_series, series_for
from g4qc_core.storage.bar_stores.validated_sessions import Received
from g4qc_core.storage.codec.binary_copy import copy_out
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, by_contract, check_window, take_turns
from g4qc_core.storage.contract_store import forget_late_head
from g4qc_core.storage.request_ledger import ANSWERED, LedgerEntry, insert_entry
from g4qc_core.storage.server.database import Database
from g4qc_core.timeframes import ONE_MINUTE

_RAW = kinds_of(RAW_BAR_COLUMNS)
_REVISIONS = kinds_of((*RAW_BAR_COLUMNS, "request_id", "received_at", "replaced_by", "replaced_at"))
_SNAPSHOT = {"series": "int4", "source": "text", "exact": "int4", **_RAW}

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
        lacked: number of stored bars that the answer lacks between its first and last bar and that are kept, because
            the answer lacks too many to be believed. A bar that several answers of one write lack counts for the first.
    """

    inserted: int
    unchanged: int
    revised: int
    withdrawn: int
    request_id: int
    lacked: int = 0


class RawStore:
    """The raw 1-minute bars. All timestamps are UTC and mark the bar's start."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def write(self, contract: Contract, bars: pd.DataFrame, entry: LedgerEntry, source: str = GATEWAY) -> WriteResult:
        """Store one answer of a source and its ledger entry in one transaction.

        A bar that differs from the stored one replaces it, and the old values become a revision. A stored bar that the
        answer leaves out between its first and last bar was withdrawn, and becomes a revision too; but if more than one
        in a hundred is left out, or more than five in a row, the answer is considered incomplete and no bar is
        withdrawn. An entry whose outcome is no answer withdraws nothing.

        Args:
            contract: the contract of the bars.
            bars: `RAW_COLUMNS`, timestamps ascending and unique; may be empty. If they came from a file, received_row
                (int64) is the row of each; another row with the same values is no restatement.
            entry: of this request; its number of bars and hash are filled in.
            source: where the bars come from; bars of several sources are stored side by side.

        Raises:
            InvalidBars: timestamps are not ascending and unique, or lie outside the entry's window.
        """
        return self.write_parts(contract, [(bars, entry)], source)[0]

    def write_parts(
        self,
        contract: Contract,
        parts: Sequence[tuple[pd.DataFrame, LedgerEntry]],
        source: str,
        then: Callable[[Connection, Sequence[WriteResult]], None] | None = None,
    ) -> list[WriteResult]:
        """Store several answers as `write` does, in the order given and in one transaction.

        Args:
            contract: the contract of the bars.
            parts: as for `write`; bars may have received_row, the row of the file that each came from.
            source: where the bars come from.
            then: called in the same transaction with the results.
        """
        with self._slices.writing(f"raw {contract}") as (connection, cursor):
            given = pd.concat([bars["timestamp"] for bars, _ in parts])
            lacked: set[pd.Timestamp] = set()
            results = [
                _stored(connection, cursor, contract, bars, entry, source, given, lacked) for bars, entry in parts
            ]
            if then is not None:
                then(connection, results)
        return results

    def bars(
        self, symbol: str, start: datetime, end: datetime, contract: str | None = None, source: str = GATEWAY
    ) -> pd.DataFrame:
        """Return the raw bars of a source that start in `[start, end)`, of one contract or of all.

        Returns:
            A frame with contract (str) and `RAW_COLUMNS`, by contract and timestamp.
        """
        given = _window(symbol, start, end, contract, source)
        return by_contract(self._slices.frame(raw_rows(_RAW, _OWN), given, _RAW))

    def received(self, symbol: str, start: datetime, end: datetime) -> Received:
        """Return the raw bars of every source that start in `[start, end)`, with what validation needs to name them."""
        given = _window(symbol, start, end, None, None)
        with self._slices.snapshot() as cursor:
            found = by_contract(copy_out(cursor, raw_rows(_SNAPSHOT, _OWN), given, _SNAPSHOT))
            # Only requests with bars take turns, so that one of them is never seen before one with a smaller id.
            cursor.execute(
                "SELECT s.id, (SELECT max(r.id) FROM ib_requests r WHERE r.symbol = s.symbol AND r.bars > 0 "
                "AND r.contract = s.contract AND r.timeframe = s.timeframe) FROM bar_series s WHERE s.id = ANY(%s)",
                [found["series"].unique().tolist()],
            )
            upto = dict(cursor.fetchall())
        shared = found["exact"].to_numpy() == 0
        return Received(found[list(RAW_BAR_COLUMNS)], found["series"].to_numpy(), shared, found["source"], upto)

    def revisions(
        self, symbol: str, start: datetime, end: datetime, contract: str | None = None, source: str = GATEWAY
    ) -> pd.DataFrame:
        """Return the replaced or withdrawn values of a source's bars that start in `[start, end)`.

        Returns:
            The columns of `bars`, request_id and received_at of the old values, replaced_by (id of the request with
            the new values) and replaced_at.
        """
        keys = {"symbol": symbol, "contract": contract, "source": source}
        return self._slices.read("raw_bar_revisions", _REVISIONS, keys, start, end)


_OWN = (
    "s.symbol = %(symbol)s AND s.timeframe = %(timeframe)s AND s.source <> '' "
    "AND (%(source)s::text IS NULL OR s.source = %(source)s) "
    "AND (%(contract)s::text IS NULL OR s.contract = %(contract)s) "
    "AND b.timestamp >= %(start)s AND b.timestamp < %(end)s"
)


def _window(symbol: str, start: datetime, end: datetime, contract: str | None, source: str | None) -> dict[str, object]:
    key = {"symbol": symbol, "timeframe": ONE_MINUTE.name, "contract": contract, "source": source}
    return {**key, "start": start, "end": end}


def _stored(
    connection: Connection,
    cursor: Any,
    contract: Contract,
    bars: pd.DataFrame,
    entry: LedgerEntry,
    source: str,
    given: pd.Series,
    lacked: set[pd.Timestamp],
) -> WriteResult:
    """Store one answer and its entry in the caller's transaction.

    `given` are the starts of all bars of the answers; to `lacked`, those of kept bars are added that the answers lack.
    """
    times = bars["timestamp"]
    check_window(times, entry.window_start, entry.window_end)
    if not (times.is_monotonic_increasing and times.is_unique):
        raise InvalidBars(f"The bars of {contract} from {times.min()} are not ascending and unique.")
    hashed = fingerprint(bars[list(RAW_COLUMNS)])
    request = insert_entry(connection, replace(entry, bars=len(bars), content_hash=hashed, source=source))
    known = known_series(cursor, contract.symbol, ONE_MINUTE.name, contract.month, source)
    stored = stored_raw(cursor, known.get(contract.month), times)
    fresh, outdated = (bars, stored) if stored.empty else _compare(bars, stored)
    withdrawn = _withdrawn(given, stored) if entry.outcome in ANSWERED else stored.iloc[:0]
    before = len(lacked)
    if withdrawn.empty and not stored.empty:
        lacked.update(stored["timestamp"][~stored["timestamp"].isin(given)])
    if not (outdated.empty and withdrawn.empty):
        gone = pd.concat([outdated, withdrawn]).sort_values("timestamp")
        _revise(cursor, contract, known[contract.month], gone, request)
    if not fresh.empty:
        series = known.get(contract.month)
        if series is None:
            own = fresh.assign(contract=contract.month)
            series = series_for(cursor, contract.symbol, ONE_MINUTE.name, own, source)[contract.month]
        write_raw(cursor, series, fresh, request)
        forget_late_head(connection, contract, fresh["timestamp"].iloc[0].to_pydatetime())
    new = len(fresh) - len(outdated)
    return WriteResult(new, len(bars) - len(fresh), len(outdated), len(withdrawn), request, len(lacked) - before)


def _compare(bars: pd.DataFrame, stored: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bars to write (new or different), and the stored bars that differ from them."""
    at = pd.Index(stored["timestamp"]).get_indexer(pd.Index(bars["timestamp"]))
    known = at >= 0
    differs = np.zeros(len(bars), bool)
    for name in RAW_VALUES:
        new, old = bars[name].to_numpy()[known], stored[name].to_numpy()[at[known]]
        differs[known] |= (new != old) & ~(pd.isna(new) & pd.isna(old))
    return bars[~known | differs], stored.iloc[at[differs]]


def _withdrawn(given: pd.Series, stored: pd.DataFrame) -> pd.DataFrame:
    """Return the stored bars that an answer with bars at the given starts withdraws."""
    if stored.empty:
        return stored
    lacks = ~stored["timestamp"].isin(given).to_numpy()
    runs = np.diff(np.flatnonzero(np.concatenate(([True], ~lacks, [True])))) - 1
    believed = lacks.sum() <= max(1, len(stored) // _ONE_IN) and runs.max() <= _IN_A_ROW
    return stored[lacks] if believed else stored.iloc[:0]


def _revise(cursor: Any, contract: Contract, series: StoredSeries, outdated: pd.DataFrame, request: int) -> None:
    """Move the outdated bars from the raw bars to the revisions; the market keeps them until it is validated again."""
    take_turns(cursor, f"bars {contract.symbol} {ONE_MINUTE.name}")
    leave_sessions(cursor, contract.symbol, series, outdated["timestamp"])
    move_to_revisions(cursor, series, outdated, request)
