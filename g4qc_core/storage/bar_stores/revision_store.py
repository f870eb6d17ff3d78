"""Revisions: the old and new values of every raw bar that the gateway restated, and the time of the restatement.

The new values of a revision are those of the bar's next revision, or of the current bar; a bar that the gateway
withdrew has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from g4qc_core.bars.columns import PRICES, RAW_VALUES
from g4qc_core.storage.codec.binary_copy import Kinds, copy_out
from g4qc_core.storage.codec.column_kinds import kinds_of
from g4qc_core.storage.codec.time_slices import TimeSlices
from g4qc_core.storage.server.database import Database

_KEY = kinds_of(("symbol", "contract", "timestamp"))
_REVISIONS: Kinds = {
    **_KEY,
    **{f"old_{name}": kind for name, kind in kinds_of(RAW_VALUES).items()},
    **{f"new_{name}": "float8" for name in RAW_VALUES},
    "request_id": "int8",
    "received_at": "timestamptz",
    "replaced_by": "int8",
    "replaced_at": "timestamptz",
}

REVISION_COLUMNS = tuple(_REVISIONS)
CHANGE_COLUMNS = ("symbol", "contract", "timestamp", "field", "old", "new", "request", "replaced_at")

_STEPS = {name: f'b."{name}" / s.per_point::float8' for name in PRICES}
_QUERY = (
    "SELECT s.symbol, s.contract, r.timestamp, "
    + "".join(f'r."{name}", ' for name in RAW_VALUES)
    + "".join(f'coalesce(n."{name}"::float8, {_STEPS.get(name, f"b.{name}::float8")}), ' for name in RAW_VALUES)
    + "r.request_id, old.requested_at, r.replaced_by, new.requested_at FROM raw_exact r "
    "JOIN bar_series s ON s.id = r.series LEFT JOIN ib_requests old ON old.id = r.request_id "
    "LEFT JOIN ib_requests new ON new.id = r.replaced_by "
    "LEFT JOIN LATERAL (SELECT * FROM raw_exact n WHERE n.series = r.series AND n.timestamp = r.timestamp "
    "AND n.replaced_by > r.replaced_by ORDER BY n.replaced_by LIMIT 1) n ON true "
    "LEFT JOIN raw_minutes b ON b.series = r.series AND b.timestamp = r.timestamp WHERE {wanted} "
    "ORDER BY r.replaced_by DESC, r.timestamp DESC, s.contract DESC LIMIT %s"
)


@dataclass(frozen=True)
class RevisionKey:
    """The position of a revision in the listing; a page starts after the previous page's last revision."""

    replaced_by: int
    timestamp: datetime
    contract: str


class RevisionStore:
    """The revisions of one database. All timestamps are UTC and mark the bar's start."""

    def __init__(self, database: Database) -> None:
        self._slices = TimeSlices(database)

    def revisions(
        self,
        symbol: str,
        start: datetime | None = None,
        end: datetime | None = None,
        contract: str | None = None,
        since_request: int | None = None,
        after: RevisionKey | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return the revisions of bars that start in `[start, end)`, the newest restatement first.

        Args:
            symbol: the instrument.
            start: UTC; None: no limit.
            end: UTC, exclusive; None: no limit.
            contract: month; None: all contracts.
            since_request: only restatements by this request of the ledger or later ones.
            after: position of the previous page's last revision; see `page_end`.
            limit: rows of a page; None: all.

        Returns:
            A frame with `REVISION_COLUMNS`: the bar, its old and new values (prices in points; new values are NaN if
            the bar was withdrawn), the requests of both, and their times by the gateway's clock.
        """
        given: dict[str, Any] = {
            "s.symbol = %s": symbol,
            "r.timestamp >= %s": start,
            "r.timestamp < %s": end,
            "s.contract = %s": contract,
            "r.replaced_by >= %s": since_request,
        }
        wanted = {text: value for text, value in given.items() if value is not None}
        parameters = list(wanted.values())
        conditions = list(wanted)
        if after is not None:
            conditions.append("(r.replaced_by, r.timestamp, s.contract) < (%s, %s, %s)")
            parameters += [after.replaced_by, after.timestamp, after.contract]
        query = _QUERY.format(wanted=" AND ".join(conditions))
        with self._slices.reading() as cursor:
            return copy_out(cursor, query, [*parameters, limit], _REVISIONS)


def page_end(page: pd.DataFrame) -> RevisionKey | None:
    """Return the position of a page's last revision; None for an empty page."""
    if page.empty:
        return None
    last = page.iloc[-1]
    return RevisionKey(int(last["replaced_by"]), last["timestamp"].to_pydatetime(), str(last["contract"]))


def by_field(revisions: pd.DataFrame) -> pd.DataFrame:
    """Return one row per changed field as `CHANGE_COLUMNS`, old and new as float64, in the order of the revisions.

    A value that is NaN before and after did not change.
    """
    fields = []
    for name in RAW_VALUES:
        old, new = revisions[f"old_{name}"].astype("float64"), revisions[f"new_{name}"].astype("float64")
        differs = (old != new) & ~(old.isna() & new.isna())
        key = revisions.loc[differs, ["symbol", "contract", "timestamp", "replaced_by", "replaced_at"]]
        fields.append(key.assign(field=name, old=old[differs], new=new[differs]))
    changes = pd.concat(fields).rename(columns={"replaced_by": "request"})
    return changes.sort_index(kind="stable")[list(CHANGE_COLUMNS)].reset_index(drop=True)
