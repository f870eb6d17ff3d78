"""Decisions about quarantined bars: events that are added and never changed.

A decision is about a bar with certain values. It applies as long as the raw bar has these values, however often the bar
is fetched or validated again; a restated bar awaits a new decision. The newest decision about the same values counts.
Which decisions are allowed is in `services.quarantine.review`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from g4qc_core.bars.columns import QUARANTINE_COLUMNS, RAW_BAR_COLUMNS
from g4qc_core.bars.quarantine.reasons import Decision
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.errors import DecidedMeanwhile
from g4qc_core.sentences import counted
from g4qc_core.storage.bar_stores.raw_rows import raw_rows
from g4qc_core.storage.codec.binary_copy import Kinds, copy_in, copy_out
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices, names
from g4qc_core.storage.request_ledger import ANSWERED
from g4qc_core.storage.server.database import Database

_BAR = kinds_of(RAW_BAR_COLUMNS)
_EVENT: Kinds = {"decision": "text", "decided_at": "timestamptz", "decided_by": "text", "note": "text"}
_LISTED: Kinds = {**kinds_of(QUARANTINE_COLUMNS), **_EVENT}
_WRITTEN: Kinds = {"symbol": "text", **_LISTED, "after_request": "int8"}

LISTED_COLUMNS = tuple(_LISTED)


def _of(row: str, columns: Iterable[str]) -> str:
    return ", ".join(f'{row}."{name}"' for name in columns)


# PostgreSQL's NaN equals itself, so bars without a price or an average compare like any other.
_SAME = " AND ".join(f'{{0}}."{name}" = {{1}}."{name}"' for name in ("symbol", *_BAR))

_NEWEST = (
    f"SELECT DISTINCT ON ({names({'symbol': 'text', **_BAR})}) * FROM quarantine_decisions "
    "WHERE symbol = %s AND timestamp >= %s AND timestamp < %s "
    f"ORDER BY {names({'symbol': 'text', **_BAR})}, id DESC"
)
_UP_TO = _NEWEST.replace("timestamp < %s", "timestamp <= %s")
_QUARANTINED = (
    f"SELECT {_of('b', (*_BAR, 'reason', 'detail'))}, {_of('n', _EVENT)} "
    f"FROM quarantined_bars b LEFT JOIN newest n ON {_SAME.format('b', 'n')} "
    "WHERE b.symbol = %s AND b.timestamp >= %s AND b.timestamp < %s"
)
_RAW = raw_rows(
    _BAR, "s.symbol = n.symbol AND s.contract = n.contract AND s.source <> '' AND b.timestamp = n.timestamp"
)
_AS_RECEIVED = " AND ".join(f'b."{name}" = n."{name}"' for name in _BAR)
_ACCEPTED = (
    f"SELECT {_of('n', _LISTED)} FROM newest n WHERE n.decision = '{Decision.ACCEPT}' AND EXISTS "
    f"(SELECT FROM ({_RAW}) b WHERE {_AS_RECEIVED}) AND NOT EXISTS "
    f"(SELECT FROM quarantined_bars q WHERE {_SAME.format('q', 'n')})"
)


@dataclass(frozen=True)
class Refetch:
    """A decision to request the session of a bar again.

    Attributes:
        contract: month.
        timestamp: start of the bar, UTC.
        after_request: id in the ledger; answers up to this request no longer count.
    """

    contract: str
    timestamp: datetime
    after_request: int


class QuarantineStore:
    """The decisions of one database. All timestamps are UTC and mark the bar's start."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def listed(self, symbol: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return the bars that start in `[start, end)` and are in quarantine, or left it because they were accepted.

        Returns:
            A frame with `LISTED_COLUMNS` by contract and timestamp: the bar as received, reason and detail, and the
            newest decision about it; decision, decided_at, decided_by and note are empty if there is none.
        """
        query = f"WITH newest AS ({_NEWEST}) {_QUARANTINED} UNION ALL {_ACCEPTED} ORDER BY contract, timestamp"
        with self._slices.reading() as cursor:
            return copy_out(cursor, query, [symbol, start, end] * 2, _LISTED)

    def accepted(self, symbol: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return the accepted bars that start in `[start, end)` as `RAW_BAR_COLUMNS`, unordered."""
        query = f"WITH newest AS ({_NEWEST}) SELECT {names(_BAR)} FROM newest WHERE decision = '{Decision.ACCEPT}'"
        with self._slices.reading() as cursor:
            return copy_out(cursor, query, [symbol, start, end], _BAR)[list(RAW_BAR_COLUMNS)]

    def decide(self, symbol: str, bars: pd.DataFrame, decision: Decision, by: str, at: datetime, note: str = "") -> int:
        """Record a decision about bars of one instrument; see `decide_all`."""
        return self.decide_all({symbol: bars}, decision, by, at, note)

    def decide_all(
        self, bars: Mapping[str, pd.DataFrame], decision: Decision, by: str, at: datetime, note: str = ""
    ) -> int:
        """Add an event for each bar whose newest decision is a different one; return the number of events.

        All events are added in one transaction, and transactions take turns. A refetch that was answered since then is
        done, so that repeating it adds a new event.

        Args:
            bars: rows of `listed`, by symbol.
            decision: the decision.
            by: name of the user.
            at: time of the decision, UTC.
            note: the user's note.

        Raises:
            DecidedMeanwhile: one of the bars was decided differently after it was listed; nothing is recorded.
        """
        with self._slices.writing("quarantine") as (_, cursor):
            for symbol, frame in bars.items():
                self._check_unchanged(cursor, symbol, frame, decision)
            return sum(self._add(cursor, symbol, frame, decision, by, at, note) for symbol, frame in bars.items())

    def _add(
        self, cursor: Any, symbol: str, bars: pd.DataFrame, decision: Decision, by: str, at: datetime, note: str
    ) -> int:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ib_requests")
        (last,) = cursor.fetchone()
        known = self._in_force(cursor, symbol, bars, decision)
        merged = bars.merge(known, on=list(_BAR), how="left", indicator=True)
        fresh = merged.loc[merged["_merge"] == "left_only", [*_BAR, "reason", "detail"]].assign(
            decision=str(decision), decided_at=at, decided_by=by, note=note
        )
        after = {"after_request": last} if decision is Decision.REFETCH else {}
        columns = {n: k for n, k in _WRITTEN.items() if n != "after_request" or after}
        fresh["decided_at"] = pd.to_datetime(fresh["decided_at"], utc=True).dt.as_unit("us")
        return copy_in(cursor, "quarantine_decisions", columns, fresh, symbol=symbol, **after)

    def _check_unchanged(self, cursor: Any, symbol: str, bars: pd.DataFrame, decision: Decision) -> None:
        """Raise DecidedMeanwhile if a bar's newest decision is neither the listed one nor this one."""
        if bars.empty:
            return
        query = f"WITH newest AS ({_UP_TO}) SELECT {names(_BAR)}, {names(_EVENT)} FROM newest"
        span = [symbol, bars["timestamp"].min(), bars["timestamp"].max()]
        newest = copy_out(cursor, query, span, {**_BAR, **_EVENT})
        listed = bars[[*_BAR, "decided_at"]]
        now = newest.merge(listed, on=list(_BAR), suffixes=("", "_listed"))
        other = now[(now["decided_at"] != now["decided_at_listed"]) & (now["decision"] != str(decision))]
        if not other.empty:
            first = other.iloc[0]
            found, verb = counted(len(bars), "bar"), "was" if len(other) == 1 else "were"
            raise DecidedMeanwhile(
                f"{len(other):,} of these {found} of {symbol} {verb} decided otherwise meanwhile "
                f"({first['decision']} by {first['decided_by']}), so that nothing is recorded: look at them again, "
                "then decide."
            )

    def refetches(self, symbol: str, contract: str | None, start: datetime, end: datetime) -> list[Refetch]:
        """Return all refetches, answered or not, of bars that start in `[start, end)`, of one contract or of all."""
        query = (
            "SELECT contract, timestamp, after_request FROM quarantine_decisions WHERE symbol = %s AND timestamp >= %s "
            "AND timestamp < %s AND after_request IS NOT NULL AND (%s::text IS NULL OR contract = %s) ORDER BY id"
        )
        with self._slices.reading() as cursor:
            cursor.execute(query, [symbol, start, end, contract, contract])
            return [Refetch(*row) for row in cursor.fetchall()]

    def history(self, symbol: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return all decisions about bars that start in `[start, end)` as `LISTED_COLUMNS`, oldest first."""
        query = (
            f"SELECT {names(_LISTED)} FROM quarantine_decisions "
            "WHERE symbol = %s AND timestamp >= %s AND timestamp < %s ORDER BY id"
        )
        with self._slices.reading() as cursor:
            return copy_out(cursor, query, [symbol, start, end], _LISTED)

    def _in_force(self, cursor: Any, symbol: str, bars: pd.DataFrame, decision: Decision) -> pd.DataFrame:
        """Return the bars in the span of `bars` for which this decision is the newest and in force."""
        first, last = (None, None) if bars.empty else (bars["timestamp"].min(), bars["timestamp"].max())
        answered = "', '".join(sorted(ANSWERED))
        query = (
            f"WITH newest AS ({_UP_TO}) "
            f"SELECT {names(_BAR)} FROM newest n WHERE decision = %s AND NOT EXISTS "
            "(SELECT FROM ib_requests r WHERE r.id > n.after_request AND r.symbol = n.symbol "
            "AND r.contract = n.contract AND r.window_start <= n.timestamp AND r.window_end > n.timestamp "
            f"AND r.source = '{GATEWAY}' AND r.outcome IN ('{answered}'))"
        )
        return copy_out(cursor, query, [symbol, first, last, str(decision)], _BAR)
