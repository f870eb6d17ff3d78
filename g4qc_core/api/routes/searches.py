"""Searches: starting them, their trials in pages or as a file, their surface, and what the best set is worth."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from io import BytesIO, StringIO
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, CanRun, Context
from g4qc_core.api.problems import NO_NUL, RESULT_ID, documented
from g4qc_core.api.routes.jobs import JobStatus, job_status
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import NotFound, UsageError
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_surface import surface_of_search
from g4qc_core.storage.result_stores.search_store import SearchRecord, SearchTrial

router = APIRouter(tags=["searches"], responses=documented(401, 403, 422, 429, 503))

SearchId = Annotated[str, Path(pattern=RESULT_ID, description="Id of a search")]


class TrialFormat(StrEnum):
    """Format of a list of trials."""

    JSON = "json"
    CSV = "csv"
    ARROW = "arrow"


class SearchSummary(BaseModel):
    """A search without its trials."""

    id: str
    name: str
    family: str = Field(description="The strategy whose trials it makes")
    instrument: str
    timeframe: str
    objective: str
    state: str = Field(description="running, stopped, done or failed")
    planned: int | None = Field(description="Sets that it tries at most; null: as many as its minutes allow")
    counts: dict[str, int] = Field(description="Sets by what became of them")
    seconds: float
    started_at: datetime
    ended_at: datetime | None
    best: dict[str, Any] | None = Field(description="The best set so far, with its figures")
    run_id: str | None


class SearchDetail(SearchSummary):
    """A search with its spec and what came out."""

    spec: dict[str, Any]
    backtest: dict[str, Any]
    data_version: str
    code: str
    summary: dict[str, Any] | None = Field(description="What came out; null before the end")


class SearchList(BaseModel):
    """Searches, newest first."""

    searches: list[SearchSummary]
    total: int


class TrialRow(BaseModel):
    """One set that a search tried."""

    number: int = Field(description="Place in the order in which the sets were proposed")
    state: str = Field(description="ranked, unmet, refused or failed")
    words: str = Field(description="Why it is not ranked; empty if it is")
    objective: float | None
    id: str = Field(description="Id of its result")
    parameters: dict[str, Any]
    metrics: dict[str, Any]


class TrialPage(BaseModel):
    """Trials of a search."""

    trials: list[TrialRow]
    next_offset: int | None = Field(description="Send it as `offset` for the next page; null at the end")


class SearchWorth(BaseModel):
    """What all trials leave of the best set of a search."""

    words: str
    figures: dict[str, float | int | None]
    evidence: dict[str, Any] | None = Field(description="What the session returns that the search kept say")


@router.post("/searches", status_code=202, dependencies=[CanRun], responses=documented(409, 413))
async def start(asked: SearchSpec, context: Context, response: Response) -> JobStatus:
    """Start a search; the same search, stopped before, goes on where it stopped.

    Every set that it tries counts as a trial of the strategy.
    """
    spec = SearchSpec.asked(asked.to_dict())
    if isinstance(spec.backtest, Mapping) and is_external(str(spec.backtest["strategy"])):
        raise UsageError("The API runs only the strategies of G4QC: search your own with `g4qc search`.")
    job_id = await context.call_launcher(context.launcher.search, spec)
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    return job_status(await context.call_launcher(context.launcher.job, job_id))


@router.get("/searches", dependencies=[CanRead])
def searches(
    context: Context,
    strategy: Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="Only of this strategy")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> SearchList:
    """List searches, newest first."""
    found = context.stores().searches.all(strategy)
    page = found[offset : offset + limit]
    return SearchList(searches=[SearchSummary(**_summary(one)) for one in page], total=len(found))


@router.get("/searches/{search_id}", dependencies=[CanRead], responses=documented(404))
def search(search_id: SearchId, context: Context) -> SearchDetail:
    """Return one search."""
    record = _record(search_id, context)
    more = {name: getattr(record, name) for name in ("spec", "backtest", "data_version", "code", "summary")}
    return SearchDetail(**_summary(record), **more)


@router.get(
    "/searches/{search_id}/trials",
    dependencies=[CanRead],
    response_model=TrialPage,
    responses={
        200: {"content": {"text/csv": {}, "application/vnd.apache.arrow.stream": {}}},
        **documented(404),
    },
)
def trials(
    search_id: SearchId,
    context: Context,
    ranked: Annotated[bool, Query(description="The best first, only ranked ones; otherwise all, as proposed")] = True,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**7, description="Trials to leave out")] = 0,
    format: Annotated[TrialFormat, Query(description="json in pages, or csv or arrow with a column each")] = (
        TrialFormat.JSON
    ),
) -> Any:
    """Return the trials of a search, ranked or in the order in which they were proposed."""
    record, store = _record(search_id, context), context.stores().searches
    if ranked:
        objective = Objective.parse(str(record.spec["objective"]))
        found = store.ranking(search_id, objective.larger, limit + 1, offset)
    else:
        found = _proposed(store.trials(search_id, offset - 1), limit + 1)
    more, found = len(found) > limit, found[:limit]
    if format is not TrialFormat.JSON:
        return _file(found, format)
    following = (offset + limit if ranked else found[-1].number + 1) if more else None
    return TrialPage(trials=[_row(one) for one in found], next_offset=following)


@router.get("/searches/{search_id}/surface", dependencies=[CanRead], responses=documented(404))
def surface(search_id: SearchId, context: Context) -> dict[str, Any]:
    """Return the surface of a search: heat map of each pair of parameters, local optima, edges, slices, warnings.

    A search without ranked sets, or without parameters that vary, has none (404).
    """
    record = _record(search_id, context)
    found = surface_of_search(record, context.stores())
    if found is None:
        raise NotFound(f"The search {record.name} has no surface: nothing is ranked, or no parameter varies.")
    return found.to_dict()


@router.get("/searches/{search_id}/worth", dependencies=[CanRead], responses=documented(404))
def worth(search_id: SearchId, context: Context) -> SearchWorth:
    """Return what all trials of the strategy left of the best set when the search ended.

    A search that has not ended, or has no ranked set, has none (404).
    """
    record = _record(search_id, context)
    summary = record.summary or {}
    if not summary.get("worth"):
        raise NotFound(f"The search {record.name} has no best set to judge: wait for its end, or see its counts.")
    judged = summary["worth"]
    return SearchWorth(words=judged["words"], figures=judged["figures"], evidence=summary.get("evidence"))


def _record(search_id: str, context: Context) -> SearchRecord:
    found = context.stores().searches.find(search_id)
    if found is None:
        raise NotFound(f"There is no search {search_id}: /api/v1/searches lists them.")
    return found


def _summary(record: SearchRecord) -> dict[str, Any]:
    own = ("id", "name", "family", "state", "planned", "counts", "seconds", "started_at", "ended_at", "best", "run_id")
    of_backtest = {name: record.backtest[name] for name in ("instrument", "timeframe")}
    return {**{name: getattr(record, name) for name in own}, **of_backtest, "objective": record.spec["objective"]}


def _proposed(found: Any, most: int) -> list[SearchTrial]:
    return [one for one, _ in zip(found, range(most), strict=False)]


def _row(trial: SearchTrial) -> TrialRow:
    return TrialRow(
        number=trial.number,
        state=trial.state,
        words=trial.words,
        objective=trial.objective,
        id=trial.fingerprint,
        parameters=dict(trial.parameters),
        metrics=dict(trial.metrics),
    )


def _file(found: Sequence[SearchTrial], form: TrialFormat) -> Response:
    """Return trials as columns: number, state, objective, id, each parameter, and each figure."""
    rows = [
        {
            "number": one.number,
            "state": one.state,
            "objective": one.objective,
            "id": one.fingerprint,
            **one.parameters,
            **{name: value for name, value in one.metrics.items() if name not in one.parameters},
        }
        for one in found
    ]
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["number", "state", "objective", "id"]
    if form is TrialFormat.CSV:
        text = StringIO()
        writer = csv.DictWriter(text, names)
        writer.writeheader()
        writer.writerows(rows)
        return Response(text.getvalue(), media_type="text/csv")
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    table, out = pa.table(columns), BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return Response(out.getvalue(), media_type="application/vnd.apache.arrow.stream")


def _column(values: list[Any]) -> pa.Array:
    """Return one column; values of several kinds become text."""
    try:
        return pa.array(values)
    except pa.ArrowInvalid:
        return pa.array([value if value is None or isinstance(value, str) else json.dumps(value) for value in values])
