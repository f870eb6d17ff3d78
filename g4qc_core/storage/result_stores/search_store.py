"""Stored searches: what was asked, how far it came, its trials in blocks, and the session returns that it kept."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Double, Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.errors import NotFound
from g4qc_core.storage.result_stores.backtest_store import plain_json
from g4qc_core.storage.result_stores.trial_blocks import TRIAL_STATES, SearchTrial, TrialOrigin, copy_trials
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import search_returns, search_trials, searches, trials

_READ_AT_ONCE = 5_000


@dataclass(frozen=True)
class SearchRecord:
    """One search.

    Attributes:
        id: of what decides its results: spec, bars and code.
        name: of its spec.
        family: the strategy.
        spec: the search as it was asked for.
        backtest: the backtest whose parameters are searched.
        data_version: fingerprint of the bars.
        code: versions of the code.
        state: `running`, `stopped`, `done` or `failed`.
        planned: sets that it tries at most; None: as many as its minutes allow.
        counts: trials by what became of them: `tried`, `unmet`, `refused`, `failed`; and `skipped` sets, which are no
            trials.
        seconds: time that it has taken so far.
        started_at, ended_at: UTC; it has not ended while `ended_at` is None.
        best: the best trial so far, JSON-safe; None if none is ranked.
        summary: what came out, JSON-safe; None before the end.
        run_id: of the run in Dagster; None: it ran outside.
    """

    id: str
    name: str
    family: str
    spec: Mapping[str, Any]
    backtest: Mapping[str, Any]
    data_version: str
    code: str
    state: str
    started_at: datetime
    planned: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    ended_at: datetime | None = None
    best: Mapping[str, Any] | None = None
    summary: Mapping[str, Any] | None = None
    run_id: str | None = None


@dataclass(frozen=True)
class KeptReturns:
    """Session returns of trials of one search.

    Attributes:
        numbers: of the trials, ascending.
        days: trade dates of the sessions, ascending.
        returns: float64, a row for each session and a column for each trial.
    """

    numbers: list[int]
    days: list[date]
    returns: np.ndarray

    def __post_init__(self) -> None:
        assert self.returns.shape == (len(self.days), len(self.numbers))


class SearchStore:
    """The searches of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, record: SearchRecord) -> SearchRecord:
        """Save a search that begins, and return it; one that began before goes on and keeps what it has."""
        again = {"state": record.state, "run_id": record.run_id, "name": record.name}
        statement = insert(searches).values({name: plain_json(value) for name, value in asdict(record).items()})
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again))
            row = connection.execute(select(searches).where(searches.c.id == record.id)).one()
        return _record(row)

    def add(self, record: SearchRecord, block: Sequence[SearchTrial], at: datetime) -> None:
        """Add trials to a search and save how far it came, in one transaction.

        A set that was tried before, by a backtest or another search, adds no trial and belongs to this search too.

        Args:
            record: the search with its counts, its best trial and its state as of this block.
            block: trials that are not stored yet.
            at: time of the trials, UTC.
        """
        with self._database.transaction() as connection:
            if block:
                _insert(connection, record, block, at)
            _update(connection, record)

    def update(self, record: SearchRecord) -> None:
        """Save state, counts, best trial, summary and end of a search."""
        with self._database.transaction() as connection:
            _update(connection, record)

    def find(self, search_id: str) -> SearchRecord | None:
        """Return a search; None if there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(searches).where(searches.c.id == search_id)).first()
        return None if row is None else _record(row)

    def named(self, words: str) -> SearchRecord:
        """Return the newest search of a spec's name, or the one whose id begins with the words (at least 4 digits).

        Raises:
            NotFound: there is none.
        """
        query = select(searches).order_by(searches.c.started_at.desc(), searches.c.id).limit(1)
        with self._database.transaction() as connection:
            row = connection.execute(query.where(searches.c.name == words)).first()
            if row is None and len(words) >= 4:
                row = connection.execute(query.where(searches.c.id.startswith(words, autoescape=True))).first()
        if row is None:
            raise NotFound(f"There is no search {words[:100]}: `g4qc search --list` lists them.")
        return _record(row)

    def all(self, family: str | None = None) -> list[SearchRecord]:
        """Return the searches of a strategy or of all, the newest first."""
        query = select(searches).order_by(searches.c.started_at.desc(), searches.c.id)
        with self._database.transaction() as connection:
            rows = connection.execute(query if family is None else query.where(searches.c.family == family)).all()
        return [_record(row) for row in rows]

    def trials(self, search_id: str, after: int = -1) -> Iterator[SearchTrial]:
        """Yield the trials of a search by number, read in blocks, from the first number after `after`."""
        while True:
            query = _trials(search_id).where(search_trials.c.number > after).order_by(search_trials.c.number)
            with self._database.transaction() as connection:
                rows = connection.execute(query.limit(_READ_AT_ONCE)).all()
            yield from (SearchTrial(**row._mapping) for row in rows)
            if len(rows) < _READ_AT_ONCE:
                return
            after = rows[-1].number

    def trial_columns(self, search_id: str, figures: Sequence[str], after: int, limit: int) -> dict[str, Any]:
        """Return trials of a search by columns, by number.

        Args:
            search_id: the search.
            figures: names of figures to return.
            after: trials after this number.
            limit: most trials.

        Returns:
            `number`, `state` (place in `TRIAL_STATES`), `objective`, `parameters` and `figures` by name, and
            `next_after`, None at the end.
        """
        # The server picks the figures: a trial has some sixty, and few of them are looked at.
        chosen = [trials.c.metrics[name].as_string().cast(Double) for name in figures]
        own = (search_trials.c.number, search_trials.c.state, search_trials.c.objective, trials.c.parameters)
        query = select(*own, *chosen).join(trials, trials.c.id == search_trials.c.trial_id)
        query = query.where(search_trials.c.search_id == search_id, search_trials.c.number > after)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(search_trials.c.number).limit(limit + 1)).all()
        more, rows = len(rows) > limit, rows[:limit]
        given = [row[3] for row in rows]
        names = dict.fromkeys(name for one in given for name in one)
        return {
            "number": [row[0] for row in rows],
            "state": [TRIAL_STATES.index(row[1]) for row in rows],
            "objective": [row[2] for row in rows],
            "parameters": {name: [one.get(name) for one in given] for name in names},
            "figures": {name: [row[4 + at] for row in rows] for at, name in enumerate(figures)},
            "next_after": rows[-1][0] if more else None,
        }

    def ranking(self, search_id: str, larger: bool, limit: int | None, offset: int = 0) -> list[SearchTrial]:
        """Return the ranked trials of a search, the best first; of equals the first one tried.

        Args:
            search_id: the search.
            larger: a larger objective is better.
            limit: most trials to return; None: all.
            offset: trials to leave out before the first.
        """
        column = search_trials.c.objective
        order = (column.desc() if larger else column.asc(), search_trials.c.number)
        query = _trials(search_id).where(search_trials.c.state == "ranked").order_by(*order)
        with self._database.transaction() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).all()
        return [SearchTrial(**row._mapping) for row in rows]

    def family_sharpes(self, family: str) -> pd.DataFrame:
        """Return the session Sharpe ratios of all trials of a strategy, the oldest first.

        Returns:
            A row for each trial: fingerprint, symbol, timeframe, sessions, session_sharpe, session_skew and
            session_kurtosis (float64, NaN where nothing is known or nothing varies).
        """
        names = ("fingerprint", "symbol", "timeframe", "sessions", "session_sharpe", "session_skew", "session_kurtosis")
        query = select(*(trials.c[name] for name in names)).where(trials.c.family == family).order_by(trials.c.id)
        with self._database.transaction() as connection:
            frame = pd.DataFrame(connection.execute(query).all(), columns=list(names))
        return frame.astype(dict.fromkeys(names[3:], "float64"))

    def count(self, family: str) -> int:
        """Return the number of trials of a strategy, whatever tried them."""
        query = select(func.count()).select_from(trials).where(trials.c.family == family)
        with self._database.transaction() as connection:
            return connection.scalar(query) or 0

    def keep_returns(self, search_id: str, kept: KeptReturns) -> None:
        """Save session returns of trials of a search in place of those that it kept before."""
        block = zlib.compress(np.ascontiguousarray(kept.returns, "<f8").tobytes(), 1)
        values = {"search_id": search_id, "numbers": kept.numbers, "days": kept.days, "returns": block}
        with self._database.transaction() as connection:
            connection.execute(delete(search_returns).where(search_returns.c.search_id == search_id))
            connection.execute(search_returns.insert().values(values))

    def returns(self, search_id: str) -> KeptReturns | None:
        """Return the session returns that a search kept; None if it kept none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(search_returns).where(search_returns.c.search_id == search_id)).first()
        if row is None:
            return None
        values = np.frombuffer(zlib.decompress(row.returns), "<f8").reshape(len(row.days), len(row.numbers))
        return KeptReturns(list(row.numbers), list(row.days), values.astype(np.float64))


def _trials(search_id: str) -> Any:
    own = ("number", "state", "words", "objective")
    shared = [one.name for one in fields(SearchTrial) if one.name not in own]
    columns = [*(search_trials.c[name] for name in own), *(trials.c[name] for name in shared)]
    joined = select(*columns).join(trials, trials.c.id == search_trials.c.trial_id)
    return joined.where(search_trials.c.search_id == search_id)


def _insert(connection: Connection, record: SearchRecord, block: Sequence[SearchTrial], at: datetime) -> None:
    origin = TrialOrigin(
        record.family, record.backtest["instrument"], record.backtest["timeframe"], "search", record.id
    )
    copy_trials(connection, origin, block, at)
    connection.execute(
        text(
            "INSERT INTO search_trials (search_id, number, trial_id, state, words, objective) "
            "SELECT :search, i.number, t.id, i.state, i.words, i.objective FROM incoming_trials i "
            "JOIN trials t ON t.family = :family AND t.fingerprint = i.fingerprint ON CONFLICT DO NOTHING"
        ),
        {"search": record.id, "family": record.family},
    )


def _update(connection: Connection, record: SearchRecord) -> None:
    changing = ("state", "counts", "seconds", "ended_at", "best", "summary", "planned")
    values = {name: plain_json(getattr(record, name)) for name in changing}
    connection.execute(update(searches).where(searches.c.id == record.id).values(values))


def _record(row: Row) -> SearchRecord:
    return SearchRecord(**row._mapping)
