"""Trials in blocks: how many sets that were tried become rows of `trials` at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from g4qc_core.storage.result_stores.backtest_store import plain_json
from g4qc_core.storage.server.database import Database

# The columns of a block on its way into `trials` and `search_trials`, with their types.
_INCOMING = {
    "number": "bigint",
    "state": "text",
    "words": "text",
    "objective": "float8",
    "fingerprint": "text",
    "parameters": "json",
    "metrics": "json",
    "sessions": "integer",
    "session_sharpe": "float8",
    "session_skew": "float8",
    "session_kurtosis": "float8",
}


TRIAL_STATES = ("ranked", "unmet", "refused", "failed")
"""What can become of a trial; see `SearchTrial`."""


@dataclass(frozen=True)
class TrialOrigin:
    """What the trials of a block have in common.

    Attributes:
        family: the strategy.
        symbol, timeframe: of the bars.
        source: what tried them: `search` or `walk_forward`.
        id: of the search or study.
    """

    family: str
    symbol: str
    timeframe: str
    source: str
    id: str


@dataclass(frozen=True)
class SearchTrial:
    """One set that a search tried.

    Attributes:
        number: place in the order in which the search proposed sets, from 0; sets that do not fit have no trial.
        state: `ranked`, `unmet` (a constraint), `refused` or `failed`.
        words: why it is not ranked, one sentence; empty if it is.
        objective: value of the search's metric; None if undefined.
        fingerprint: id of the result, or of the inputs if there is none.
        parameters: all parameters of the strategy.
        metrics: figures of the result; empty if there is none.
        sessions, session_sharpe, session_skew, session_kurtosis: as in `Trial`.
    """

    number: int
    state: str
    words: str
    objective: float | None
    fingerprint: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    sessions: int | None = None
    session_sharpe: float | None = None
    session_skew: float | None = None
    session_kurtosis: float | None = None


def store_trials(database: Database, origin: TrialOrigin, block: Sequence[SearchTrial], at: datetime) -> None:
    """Count a block of trials that belong to no stored search, in one transaction; repeating one changes nothing."""
    if block:
        with database.transaction() as connection:
            copy_trials(connection, origin, block, at)


def copy_trials(connection: Connection, origin: TrialOrigin, block: Sequence[SearchTrial], at: datetime) -> None:
    """Count a block of trials; it stays in the table `incoming_trials` until the transaction ends."""
    columns = ", ".join(f"{name} {kind}" for name, kind in _INCOMING.items())
    connection.execute(text(f"CREATE TEMPORARY TABLE incoming_trials ({columns}) ON COMMIT DROP"))
    cursor = connection.connection.cursor()
    names = ", ".join(_INCOMING)
    cursor.copy_expert(f"COPY incoming_trials ({names}) FROM STDIN (FORMAT csv)", _lines(block))
    shared = "fingerprint, parameters, metrics, sessions, session_sharpe, session_skew, session_kurtosis"
    connection.execute(
        text(
            f"INSERT INTO trials (family, symbol, timeframe, created_at, source, search_id, refused, {shared}) "
            "SELECT :family, :symbol, :timeframe, :at, :source, :search, "
            f"CASE WHEN state IN ('refused', 'failed') THEN words END, {shared} FROM incoming_trials ORDER BY number "
            "ON CONFLICT (family, fingerprint) DO NOTHING"
        ),
        {
            "family": origin.family,
            "symbol": origin.symbol,
            "timeframe": origin.timeframe,
            "at": at,
            "source": origin.source,
            "search": origin.id,
        },
    )


def _lines(block: Sequence[SearchTrial]) -> StringIO:
    lines = StringIO()
    for one in block:
        lines.write(",".join(_csv(getattr(one, name)) for name in _INCOMING) + "\n")
    lines.seek(0)
    return lines


def _csv(value: Any) -> str:
    """Return a value as COPY's CSV writes it: NULL is empty, and a text is quoted."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        value = json.dumps(plain_json(value))
    if isinstance(value, str):
        # PostgreSQL has no such character in a text.
        quoted = value.replace("\0", "").replace('"', '""')
        return f'"{quoted}"'
    return repr(value.item() if isinstance(value, np.generic) else value)
