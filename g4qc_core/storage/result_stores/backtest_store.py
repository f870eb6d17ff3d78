"""Stored backtests: specs, results with trades and equity curves, and every trial ever run.

The money of trades is NUMERIC, exact. How a result is computed does not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import TypeEngine

from g4qc_core.errors import unknown
from g4qc_core.result_columns import EQUITY_COLUMNS, TRADE_COLUMNS
from g4qc_core.storage.codec.binary_copy import Kinds, copy_in, copy_out
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import (
    backtest_equity,
    backtest_names,
    backtest_specs,
    backtest_trades,
    backtests,
    deleted_backtests,
    trials,
)

_DTYPES: dict[type, Any] = {
    str: "str",
    int: "int64",
    float: "float64",
    Decimal: "float64",
    date: "datetime64[s]",
    datetime: "datetime64[us, UTC]",
}
# Columns of a result that each of its names has for itself.
_NAMED = ("spec_name", "spec", "created_at", "run_id")
_LABELS = ("title", "tags", "note")
_COPIED: dict[type, str] = {str: "text", int: "int4", float: "float8", date: "date", datetime: "timestamptz"}
_EQUITY: Kinds = {name: _COPIED[backtest_equity.c[name].type.python_type] for name in ("backtest_id", *EQUITY_COLUMNS)}


@dataclass(frozen=True)
class Trial:
    """One tried set of inputs, whatever its result: corrections for luck count all of them.

    Attributes:
        family: the strategy.
        fingerprint: of everything that decides the result; repeating a trial adds none.
        symbol, timeframe: of the bars.
        parameters: of the strategy.
        metrics: figures of the result; empty if the set was refused or failed.
        created_at: UTC.
        source: what tried it first: `backtest`, `search` or `explore`; None: not known.
        search_id: the search that tried it first.
        refused: why there is no result, one sentence; None: there is one.
        sessions, session_sharpe, session_skew, session_kurtosis: number of session returns, their Sharpe ratio per
            session, skew and plain kurtosis; None: not known, or undefined because they do not vary.
    """

    family: str
    fingerprint: str
    symbol: str
    timeframe: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    created_at: datetime
    source: str | None = "backtest"
    search_id: str | None = None
    refused: str | None = None
    sessions: int | None = None
    session_sharpe: float | None = None
    session_skew: float | None = None
    session_kurtosis: float | None = None


@dataclass(frozen=True)
class BacktestRecord:
    """One result without its trades and equity curve.

    Attributes:
        id: the same inputs have the same id, and a later result of the id replaces an earlier one.
        spec_name: name under which it was run: the requested one, or the newest.
        spec: as the user wrote it under that name.
        inputs: everything that decides the numbers.
        metrics: figures by name; NaN and infinity are stored as null.
        created_at: UTC.
        library: the engine's own figures by its own names.
        notes: sentences for the reader.
        run_id: of the run in Dagster; None: it ran outside.
        title: name that the user gave to the result; None: it is shown under the name of its spec.
        tags: the user's words for it, sorted.
        note: the user's remarks about it; None for none.
    """

    id: str
    spec_name: str
    spec: Mapping[str, Any]
    inputs: Mapping[str, Any]
    metrics: Mapping[str, Any]
    created_at: datetime
    library: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = field(default_factory=list)
    run_id: str | None = None
    title: str | None = None
    tags: Sequence[str] = ()
    note: str | None = None

    @property
    def shown_name(self) -> str:
        """Name under which the result is shown."""
        return self.title or self.spec_name


@dataclass(frozen=True)
class StoredSpec:
    """A backtest spec by name; `source` is its origin, for example the path of a file."""

    name: str
    spec: Mapping[str, Any]
    source: str
    created_at: datetime


class BacktestStore:
    """The backtests of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, record: BacktestRecord, trades: pd.DataFrame, equity: pd.DataFrame, trial: Trial | None = None
    ) -> None:
        """Save a result with trades, equity curve and trial in one transaction.

        A deleted result exists again. The record's labels are not written: `ResultLabels` does that.

        Args:
            record: the result.
            trades: `TRADE_COLUMNS`; money as float64 or Decimal, kept to the last digit that the float shows.
            equity: `EQUITY_COLUMNS`, with unique timestamps.
            trial: counted if it is new; None: nothing is counted.
        """
        values = {name: plain_json(value) for name, value in asdict(record).items() if name not in _LABELS}
        with self._database.transaction() as connection:
            connection.execute(delete(deleted_backtests).where(deleted_backtests.c.id == record.id))
            kept = insert(backtests).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
            connection.execute(kept)
            for table in (backtest_trades, backtest_equity):
                connection.execute(delete(table).where(table.c.backtest_id == record.id))
            _insert_name(connection, values)
            _insert_trades(connection, record.id, trades[list(TRADE_COLUMNS)])
            cursor = connection.connection.cursor()
            copy_in(cursor, "backtest_equity", _EQUITY, equity, backtest_id=record.id)
            if trial is not None:
                insert_trial(connection, trial)

    def record_trial(self, trial: Trial) -> None:
        """Count a trial; repeating one changes nothing."""
        self.record_trials([trial])

    def record_trials(self, made: Sequence[Trial]) -> None:
        """Count several trials in one transaction."""
        with self._database.transaction() as connection:
            for trial in made:
                insert_trial(connection, trial)

    def trials(self, family: str) -> list[Trial]:
        """Return all trials of a strategy, the oldest first."""
        query = select(trials).where(trials.c.family == family).order_by(trials.c.id)
        with self._database.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return [Trial(**{name: row[name] for name in Trial.__dataclass_fields__}) for row in rows]

    def results(self, spec_name: str | None = None) -> list[BacktestRecord]:
        """Return the results of one spec or of all, the newest first."""
        query = select(backtests).order_by(backtests.c.created_at.desc(), backtests.c.id)
        if spec_name is not None:
            query = _named().where(backtest_names.c.spec_name == spec_name)
            query = query.order_by(backtest_names.c.created_at.desc(), backtests.c.id)
        with self._database.transaction() as connection:
            return [_record(row) for row in connection.execute(query)]

    def newest(self) -> list[BacktestRecord]:
        """Return the newest result of each spec, by the spec's name."""
        names = backtest_names.c
        order = [names.created_at.desc(), names.backtest_id]
        age = func.row_number().over(partition_by=names.spec_name, order_by=order)
        ranked = _named().add_columns(age.label("age")).subquery()
        newest = [column for column in ranked.c if column.name != "age"]
        query = select(*newest).where(ranked.c.age == 1).order_by(ranked.c.spec_name)
        with self._database.transaction() as connection:
            return [_record(row) for row in connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Return the number of results by the name of their spec; a result with two names counts under both."""
        query = select(backtest_names.c.spec_name, func.count()).group_by(backtest_names.c.spec_name)
        with self._database.transaction() as connection:
            return {row.spec_name: row[1] for row in connection.execute(query)}

    def find(self, backtest_id: str) -> BacktestRecord | None:
        """Return a result without its trades and equity; None if there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(backtests).where(backtests.c.id == backtest_id)).first()
        return None if row is None else _record(row)

    def load(self, backtest_id: str) -> tuple[BacktestRecord, pd.DataFrame, pd.DataFrame]:
        """Return a result with its trades (`TRADE_COLUMNS`, money as float64) and equity (`EQUITY_COLUMNS`).

        Raises:
            UsageError: there is no such result.
        """
        with self._database.transaction() as connection:
            row = connection.execute(select(backtests).where(backtests.c.id == backtest_id)).first()
            if row is None:
                raise unknown("backtest", backtest_id, connection.scalars(select(backtests.c.id)))
            return _record(row), _trades(connection, backtest_id), _equity(connection, backtest_id)

    def trades(self, backtest_id: str) -> pd.DataFrame:
        """Return the trades of a result, as `load` does."""
        with self._database.transaction() as connection:
            return _trades(connection, backtest_id)

    def equity(self, backtest_id: str) -> pd.DataFrame:
        """Return the equity of a result, as `load` does."""
        with self._database.transaction() as connection:
            return _equity(connection, backtest_id)

    def save_spec(self, spec: StoredSpec) -> None:
        """Save a spec; a later spec of the same name replaces it."""
        values = {name: plain_json(value) for name, value in asdict(spec).items()}
        statement = insert(backtest_specs).values(values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))

    def forget_spec(self, name: str) -> bool:
        """Delete a spec that has no result; return True if no spec and no result has that name any longer."""
        proven = select(backtest_names.c.spec_name).where(backtest_names.c.spec_name == name).exists()
        with self._database.transaction() as connection:
            connection.execute(delete(backtest_specs).where(backtest_specs.c.name == name, ~proven))
            return not connection.scalar(select(proven))

    def specs(self) -> list[StoredSpec]:
        """Return all specs by name."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(backtest_specs).order_by(backtest_specs.c.name)).mappings().all()
        return [StoredSpec(**row) for row in rows]

    def deleted_specs(self) -> dict[str, Mapping[str, Any]]:
        """Return the specs of deleted results, by name; if several have a name, the one deleted last."""
        query = select(deleted_backtests.c.specs).order_by(deleted_backtests.c.deleted_at)
        with self._database.transaction() as connection:
            return {name: spec for specs in connection.scalars(query) for name, spec in specs.items()}


def _named() -> Select:
    """Select the results under each of their names."""
    own = [c for c in backtests.c if c.name not in _NAMED]
    names = [backtest_names.c[name] for name in _NAMED]
    return select(*own, *names).join(backtest_names, backtest_names.c.backtest_id == backtests.c.id)


def _insert_name(connection: Connection, record: Mapping[str, Any]) -> None:
    row = {name: record[name] for name in _NAMED} | {"backtest_id": record["id"]}
    statement = insert(backtest_names).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["spec_name", "backtest_id"], set_=row))


def _insert_trades(connection: Connection, backtest_id: str, trades: pd.DataFrame) -> None:
    columns = [_column(backtest_trades.c[name].type, trades[name]) for name in trades.columns]
    rows = [
        dict(zip(trades.columns, values, strict=True), backtest_id=backtest_id, number=number)
        for number, values in enumerate(zip(*columns, strict=True), start=1)
    ]
    if rows:
        connection.execute(backtest_trades.insert(), rows)


def _column(kind: TypeEngine, values: pd.Series) -> list[Any]:
    """Convert the values to Python's own types, for the driver."""
    if kind.python_type is Decimal:
        return [Decimal(str(value)) for value in values]
    if kind.python_type is date:
        return list(pd.DatetimeIndex(values).date)
    return list(values.astype(object))


def insert_trial(connection: Connection, trial: Trial) -> None:
    """Count a trial; repeating one changes nothing."""
    values = {name: plain_json(value) for name, value in asdict(trial).items()}
    connection.execute(insert(trials).values(values).on_conflict_do_nothing())


def _trades(connection: Connection, backtest_id: str) -> pd.DataFrame:
    query = select(*(backtest_trades.c[name] for name in TRADE_COLUMNS))
    query = query.where(backtest_trades.c.backtest_id == backtest_id).order_by(backtest_trades.c.number)
    # Plain tuples: pandas asks every other row what it is.
    frame = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=list(TRADE_COLUMNS))
    return frame.astype({name: _DTYPES[backtest_trades.c[name].type.python_type] for name in TRADE_COLUMNS})


def _equity(connection: Connection, backtest_id: str) -> pd.DataFrame:
    columns = {name: _EQUITY[name] for name in EQUITY_COLUMNS}
    listing = ", ".join(f'"{name}"' for name in columns)
    query = f"SELECT {listing} FROM backtest_equity WHERE backtest_id = %s ORDER BY timestamp"
    return copy_out(connection.connection.cursor(), query, [backtest_id], columns)


def _record(row: Row) -> BacktestRecord:
    return BacktestRecord(**{**row._mapping, "tags": tuple(row.tags)})


def plain_json(value: Any) -> Any:
    """Convert the value to JSON types; NaN and infinity, which JSON lacks, become null."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_json(item) for item in value]
    if isinstance(value, np.generic):
        return plain_json(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
