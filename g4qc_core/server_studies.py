"""Searches and studies over a server: its routes, and jobs that are followed by their events."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa

from g4qc_core.client_study import SEARCH, StudyWork
from g4qc_core.errors import G4qcError, NotFound, TransientError
from g4qc_core.parquet_frames import parquet_frame
from g4qc_core.server_connection import ServerConnection
from g4qc_core.study_paths import study_path

_ID = re.compile(r"[0-9a-f]{32}")
_PAUSE_SECONDS = 0.5
_LOOKED_THROUGH = 100  # newest studies
_SEARCH_ROWS = 100_000  # of one answer


class ServerStudies:
    """The port `client_study.StudySource` over one server.

    Args:
        server: the connection.
    """

    def __init__(self, server: ServerConnection) -> None:
        self._server = server

    def start(self, kind: str, of: str | Mapping[str, Any], fields: Mapping[str, Any]) -> StudyWork:
        """See the port."""
        if isinstance(of, str) and kind == SEARCH:
            path, body = _path(kind), {"backtest": of, **fields}
        elif isinstance(of, str):
            path, body = f"{_path(kind)}/named", {"of": of, "fields": dict(fields)}
        else:
            path, body = _path(kind), {**of, **fields}
        job = self._server.request("POST", path, json=body).json()
        return StudyWork(kind, job["name"], job["spec"], job["id"])

    def finish(self, work: StudyWork, tell: Callable[[str], object], seconds: float | None) -> str:
        """See the port."""
        assert work.job is not None
        follow_job(self._server, work.job, tell, seconds)
        # A name may have had other specs, and a study that was done already has the name under which it ran.
        for name in (work.name, None):
            for one in self.listed(work.kind, name, _LOOKED_THROUGH):
                if one["state"] == "done" and self._has_spec(work, str(one["id"])):
                    return str(one["id"])
        raise NotFound(
            f"The {work.kind.replace('_', ' ')} {work.name} ran, and is not among the newest {_LOOKED_THROUGH} of its "
            f"kind: `studies('{work.kind}')` lists them."
        )

    def _has_spec(self, work: StudyWork, study_id: str) -> bool:
        spec = self.document(work.kind, study_id)["spec"]
        return {**spec, "name": work.name} == work.spec

    def find(self, kind: str, words: str) -> str:
        """See the port."""
        if _ID.fullmatch(words):
            return str(self.document(kind, words)["id"])
        found = self.listed(kind, words, 1)
        if not found:
            raise NotFound(f"There is no {kind.replace('_', ' ')} {words[:100]}: `studies('{kind}')` lists them.")
        return str(found[0]["id"])

    def listed(self, kind: str, name: str | None, limit: int) -> list[dict[str, Any]]:
        """See the port."""
        answer = self._server.request("GET", _path(kind), params={"name": name, "limit": limit}).json()
        return list(answer["searches" if kind == SEARCH else "studies"])

    def document(self, kind: str, study_id: str) -> dict[str, Any]:
        """See the port."""
        return dict(self._server.request("GET", f"{_path(kind)}/{quote(study_id, safe='')}").json())

    def table(self, kind: str, study_id: str, name: str) -> pd.DataFrame:
        """See the port."""
        path = f"{_path(kind)}/{quote(study_id, safe='')}/tables/{quote(name, safe='')}"
        if kind != SEARCH:
            return parquet_frame(self._server.request("GET", path, params={"format": "parquet"}).content)
        parts: list[pd.DataFrame] = []
        while not parts or len(parts[-1]) == _SEARCH_ROWS:
            query = {"format": "parquet", "limit": _SEARCH_ROWS, "offset": len(parts) * _SEARCH_ROWS}
            parts.append(parquet_frame(self._server.request("GET", path, params=query).content))
        return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]

    def trials(self, search: str, ranked: bool, limit: int, offset: int) -> pd.DataFrame:
        """See the port."""
        query = {"ranked": ranked, "limit": limit, "offset": offset, "format": "arrow"}
        answer = self._server.request("GET", f"/searches/{quote(search, safe='')}/trials", params=query)
        frame: pd.DataFrame = pa.ipc.open_stream(answer.content).read_pandas()
        return frame

    def report(self, kind: str, study_id: str) -> bytes:
        """See the port."""
        return self._server.request("GET", f"{_path(kind)}/{quote(study_id, safe='')}/report").content


def follow_job(
    server: ServerConnection, job_id: str, tell: Callable[[str], object], seconds: float | None
) -> dict[str, Any]:
    """Wait until a job has succeeded and return it; wait also for a server or a Dagster that is away.

    Args:
        server: the connection.
        job_id: id of the job.
        tell: receives each message of its log.
        seconds: longest time to wait; None: as long as it takes.

    Raises:
        G4qcError: the job failed or was cancelled; the message says why.
        TimeoutError: the job has not ended in time.
    """
    begun, after, trouble = time.monotonic(), None, ""
    while (left := _left(begun, seconds)) is None or left > 0:
        try:
            for kind, data, cursor in server.events(f"/jobs/{job_id}/events", after, left):
                if kind == "told":
                    after = cursor
                    tell(str(data["message"]))
                elif kind == "state" and (ended := succeeded(data)):
                    return ended
                elif kind == "trouble":
                    trouble = f" {data['detail']}"
                if (left := _left(begun, seconds)) is not None and left <= 0:
                    break
        except TransientError as error:
            trouble = f" {error}"
        time.sleep(_PAUSE_SECONDS)
    raise TimeoutError(f"The job {job_id} has not ended within {seconds:.0f} seconds.{trouble}")


def succeeded(job: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a job that has succeeded; None for one that has not ended.

    Raises:
        G4qcError: the job failed or was cancelled; the message says why.
    """
    if job["state"] in ("failed", "cancelled"):
        raise G4qcError(f"The job {job['about']} {job['state']}: {job['message'] or 'somebody stopped it'}")
    return dict(job) if job["state"] == "succeeded" else None


def _left(begun: float, seconds: float | None) -> float | None:
    return None if seconds is None else begun + seconds - time.monotonic()


def _path(kind: str) -> str:
    return "/searches" if kind == SEARCH else study_path(quote(kind, safe=""))
