"""Stored studies: walk-forward analyses, Monte Carlo simulations and portfolios, with the frames of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Row, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.errors import NotFound
from g4qc_core.parquet_frames import parquet_frame
from g4qc_core.storage.result_stores.backtest_store import plain_json
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import studies, study_frames

_TITLES = {"walk_forward": "walk-forward analysis", "monte_carlo": "Monte Carlo simulation"}


@dataclass(frozen=True)
class StudyRecord:
    """One study.

    Attributes:
        id: 32 hex digits of everything that decides its results: kind, spec, bars and code.
        kind: `walk_forward`, `monte_carlo` or `portfolio`.
        name: of its spec.
        spec: as it was asked for, JSON-safe.
        data_version: fingerprint of the bars that it read.
        code: versions of the code.
        state: `running`, `stopped`, `done` or `failed`.
        started_at, ended_at: UTC; it has not ended while `ended_at` is None.
        seconds: time that it has taken so far.
        summary: what came out, JSON-safe; None before the end.
        run_id: of the run in Dagster; None: it ran outside.
    """

    id: str
    kind: str
    name: str
    spec: Mapping[str, Any]
    data_version: str
    code: str
    state: str
    started_at: datetime
    ended_at: datetime | None = None
    seconds: float = 0.0
    summary: Mapping[str, Any] | None = None
    run_id: str | None = None


class StudyStore:
    """The studies of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, record: StudyRecord) -> StudyRecord:
        """Save a study that begins, and return it; one that began before keeps when it began and how long it took."""
        values = {name: plain_json(value) for name, value in asdict(record).items()}
        again = {name: values[name] for name in ("state", "run_id", "name", "spec")} | {"ended_at": None}
        statement = insert(studies).values(values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again))
            row = connection.execute(select(studies).where(studies.c.id == record.id)).one()
        return _record(row)

    def asked_again(self, record: StudyRecord) -> StudyRecord:
        """Save the name and the spec by which a known study was asked for last, and return it as it is stored."""
        said = {"name": record.name, "spec": plain_json(record.spec)}
        with self._database.transaction() as connection:
            connection.execute(update(studies).where(studies.c.id == record.id).values(said))
            row = connection.execute(select(studies).where(studies.c.id == record.id)).one()
        return _record(row)

    def update(self, record: StudyRecord) -> None:
        """Save state, seconds, end and summary of a study."""
        with self._database.transaction() as connection:
            connection.execute(_changed(record))

    def complete(self, record: StudyRecord, frames: Mapping[str, pd.DataFrame]) -> None:
        """Save the outcome of a study with all its frames, in place of earlier ones, in one transaction.

        Args:
            record: the study in its new state.
            frames: by name; columns are saved with their types, the index is not.
        """
        rows = [
            {"study_id": record.id, "name": name, "rows": len(frame), "content": _parquet(frame)}
            for name, frame in frames.items()
        ]
        with self._database.transaction() as connection:
            connection.execute(_changed(record))
            connection.execute(delete(study_frames).where(study_frames.c.study_id == record.id))
            if rows:
                connection.execute(study_frames.insert(), rows)

    def find(self, study_id: str) -> StudyRecord | None:
        """Return a study; None if there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(studies).where(studies.c.id == study_id)).first()
        return None if row is None else _record(row)

    def named(self, kind: str, words: str) -> StudyRecord:
        """Return the newest study of a name, or the one whose id begins with the words (at least 4 digits).

        Raises:
            NotFound: there is none.
        """
        query = select(studies).where(studies.c.kind == kind)
        query = query.order_by(studies.c.started_at.desc(), studies.c.id).limit(1)
        with self._database.transaction() as connection:
            row = connection.execute(query.where(studies.c.name == words)).first()
            if row is None and len(words) >= 4:
                row = connection.execute(query.where(studies.c.id.startswith(words, autoescape=True))).first()
        if row is None:
            raise NotFound(f"There is no {_TITLES.get(kind, kind)} {words[:100]}: name one of the list, or its id.")
        return _record(row)

    def all(self, kind: str) -> list[StudyRecord]:
        """Return the studies of a kind, the newest first."""
        query = select(studies).where(studies.c.kind == kind).order_by(studies.c.started_at.desc(), studies.c.id)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return [_record(row) for row in rows]

    def page(self, kind: str, name: str | None, limit: int, offset: int) -> tuple[list[StudyRecord], int]:
        """Return a page of the studies of a kind, the newest first, and the number of all of them.

        Args:
            kind: of the studies.
            name: only those of this name; None: all.
            limit: most studies of the page.
            offset: studies to leave out before the first.
        """
        wanted = (studies.c.kind == kind) if name is None else and_(studies.c.kind == kind, studies.c.name == name)
        query = select(studies).where(wanted).order_by(studies.c.started_at.desc(), studies.c.id)
        with self._database.transaction() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).all()
            total = connection.scalar(select(func.count()).select_from(studies).where(wanted))
        return [_record(row) for row in rows], int(total or 0)

    def frames(self, study_id: str) -> dict[str, int]:
        """Return the number of rows of each frame of a study, by name."""
        query = select(study_frames.c.name, study_frames.c.rows).where(study_frames.c.study_id == study_id)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(study_frames.c.name)).all()
        return {row.name: row.rows for row in rows}

    def parquet(self, study_id: str, name: str) -> bytes:
        """Return a frame as the bytes of a Parquet file.

        Raises:
            NotFound: the study has no such frame.
        """
        query = select(study_frames.c.content).where(study_frames.c.study_id == study_id, study_frames.c.name == name)
        with self._database.transaction() as connection:
            content = connection.scalar(query)
        if content is None:
            raise NotFound(f"The study {study_id} has no table {name[:100]}.")
        return bytes(content)

    def frame(self, study_id: str, name: str) -> pd.DataFrame:
        """Return a frame with the types that it was saved with.

        Raises:
            NotFound: the study has no such frame.
        """
        return parquet_frame(self.parquet(study_id, name))


def _parquet(frame: pd.DataFrame) -> bytes:
    out = BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), out, compression="zstd")
    return out.getvalue()


def _changed(record: StudyRecord) -> Any:
    changing = ("state", "seconds", "ended_at", "summary")
    values = {name: plain_json(getattr(record, name)) for name in changing}
    return update(studies).where(studies.c.id == record.id).values(values)


def _record(row: Row) -> StudyRecord:
    return StudyRecord(**row._mapping)
