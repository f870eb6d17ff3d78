"""Searches: starting them, their trials in pages or as a file, their surface, and what the best set is worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from g4qc_core.api.bar_encoding import Format
from g4qc_core.api.dependencies import CanRead, CanRun, Context
from g4qc_core.api.downloads import SHORT_ID, Download, download_headers, spec_parts
from g4qc_core.api.languages import Spoken, SpokenWithin
from g4qc_core.api.problems import NO_NUL, RESULT_ID, documented
from g4qc_core.api.routes.jobs import StartedWork, job_status
from g4qc_core.api.routes.reports import sandboxed
from g4qc_core.api.routes.studies import StudyCheckRow, StudyTable
from g4qc_core.api.table_answers import TABLE_ANSWERS, TABLE_WORDS, TableAsked, TableName, TablePage
from g4qc_core.api.table_encoding import encode_table
from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import NotFound, UsageError, unknown
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_surface import surface_of_search
from g4qc_core.services.research.search_tables import (
    SEARCH_TABLES,
    search_detail,
    search_report,
    search_summary,
    search_table,
    trial_table,
)
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.result_stores.trial_blocks import TRIAL_STATES, SearchTrial

router = APIRouter(tags=["searches"], responses=documented(401, 403, 422, 429, 503))

_MOST_ROWS = 100_000

FigureName = Annotated[str, Field(max_length=60, pattern=NO_NUL)]

SearchId = Annotated[str, Path(pattern=RESULT_ID, description="Id of a search")]


class TrialFormat(StrEnum):
    """Format of a list of trials."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
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
    summary: SpokenWithin | None = Field(description="What came out; null before the end")
    kind: str = Field(description="search")
    figures: dict[str, Any] = Field(description="Best objective, counts of the trials, and what they leave of it")
    checks: list[StudyCheckRow] = Field(default_factory=list, description="Empty: Dagster has the checks of searches")
    tables: list[StudyTable]
    report: str | None = Field(description="Address of the report below /api/v1; null before the end")


class SearchList(BaseModel):
    """Searches, newest first."""

    searches: list[SearchSummary]
    total: int


class TrialRow(BaseModel):
    """One set that a search tried."""

    number: int = Field(description="Place in the order in which the sets were proposed")
    state: str = Field(description="ranked, unmet, refused or failed")
    words: Spoken = Field(description="Why it is not ranked; empty if it is")
    objective: float | None
    id: str = Field(description="Id of its result")
    parameters: dict[str, Any]
    metrics: dict[str, Any]


class TrialPage(BaseModel):
    """Trials of a search."""

    trials: list[TrialRow]
    next_offset: int | None = Field(description="Send it as `offset` for the next page; null at the end")


class TrialColumns(BaseModel):
    """Trials of a search by columns of equal length, in the order in which they were proposed."""

    id: str = Field(description="Of the search")
    states: list[str] = Field(description="What the numbers in `state` mean")
    number: list[int] = Field(description="Place in the order in which the sets were proposed")
    state: list[int]
    objective: list[float | None]
    parameters: dict[str, list[Any]] = Field(description="Values of each parameter; null where a trial has none")
    figures: dict[str, list[float | None]] = Field(description="The figures that were asked for; null where undefined")
    next_after: int | None = Field(description="Send it as `after` for the next page; null at the end")


class SearchWorth(BaseModel):
    """What all trials leave of the best set of a search."""

    words: Spoken
    figures: dict[str, float | int | None]
    evidence: dict[str, Any] | None = Field(description="What the session returns that the search kept say")


@router.post("/searches", status_code=202, dependencies=[CanRun], responses=documented(409, 413))
async def start(asked: SearchSpec, context: Context, response: Response) -> StartedWork:
    """Start a search; the same search, stopped before, goes on where it stopped.

    Every set that it tries counts as a trial of the strategy.
    """
    spec = asked_search(asked)
    job_id = await context.call_launcher(context.launcher.search, spec)
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    job = job_status(await context.call_launcher(context.launcher.job, job_id))
    return StartedWork(**job.model_dump(), name=spec.name, spec=spec.to_dict())


@router.get("/searches", dependencies=[CanRead])
def searches(
    context: Context,
    strategy: Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="Only of this strategy")] = None,
    name: Annotated[str | None, Query(max_length=100, pattern=NO_NUL, description="Only of this name")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> SearchList:
    """List searches, newest first."""
    found = [one for one in context.stores().searches.all(strategy) if name in (None, one.name)]
    page = found[offset : offset + limit]
    return SearchList(searches=[SearchSummary(**search_summary(one)) for one in page], total=len(found))


@router.get("/searches/{search_id}", dependencies=[CanRead], responses=documented(404))
def search(search_id: SearchId, context: Context) -> SearchDetail:
    """Return one search."""
    return SearchDetail(**search_detail(_record(search_id, context)))


@router.get(
    "/searches/{search_id}/trials",
    dependencies=[CanRead],
    response_model=TrialPage,
    responses={
        200: {"content": {form.media_type: {} for form in Format if form is not Format.JSON}},
        **documented(404),
    },
)
def trials(
    search_id: SearchId,
    context: Context,
    download: Download = False,
    ranked: Annotated[bool, Query(description="The best first, only ranked ones; otherwise all, as proposed")] = True,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**7, description="Trials to leave out")] = 0,
    format: Annotated[TrialFormat, Query(description="json in pages, or a file with a column each")] = (
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
        form = Format(format)
        named = download_headers(download, [*spec_parts(record.backtest), search_id[:SHORT_ID], "trials"], form)
        return Response(encode_table(trial_table(found), form), media_type=form.media_type, headers=named)
    following = (offset + limit if ranked else found[-1].number + 1) if more else None
    return TrialPage(trials=[_row(one) for one in found], next_offset=following)


@router.get("/searches/{search_id}/columns", dependencies=[CanRead], responses=documented(404))
def columns(
    search_id: SearchId,
    context: Context,
    figure: Annotated[
        list[FigureName], Query(max_length=12, description="Figure to return; repeat it for several")
    ] = [],  # noqa: B006
    after: Annotated[int, Query(ge=-1, le=10**9, description="Trials after this number")] = -1,
    limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 10_000,
) -> TrialColumns:
    """Return all trials of a search by columns in the order in which they were proposed, for tables and maps."""
    _record(search_id, context)
    names = list(dict.fromkeys(figure))
    for name in names:
        if name not in DEFINITIONS:
            raise unknown("figure", name, DEFINITIONS)
    found = context.stores().searches.trial_columns(search_id, names, after, limit)
    return TrialColumns(id=search_id, states=list(TRIAL_STATES), **found)


@router.get(
    "/searches/{search_id}/tables/{name}",
    dependencies=[CanRead],
    response_model=TablePage,
    responses=TABLE_ANSWERS,
    description=f"{TABLE_WORDS} A file has at most 100,000 rows; `offset` continues. Tables: "
    + "; ".join(f"`{name}` ({about})" for name, about in SEARCH_TABLES.items())
    + ".",
)
def table(search_id: SearchId, name: TableName, context: Context, asked: TableAsked) -> Any:
    """Return a table of a search."""
    record = _record(search_id, context)

    def read(limit: int | None, offset: int) -> pa.Table:
        return search_table(record, name, context.stores(), limit or _MOST_ROWS, offset)

    return asked.answer(search_id, name, read, title=spec_parts(record.backtest))


@router.get(
    "/searches/{search_id}/report",
    dependencies=[CanRead],
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}, "description": "The report, sandboxed"}, **documented(404)},
)
def report(search_id: SearchId, context: Context) -> Response:
    """Return the report as HTML that opens offline; one that was not written yet is written now."""
    record = _record(search_id, context)
    return sandboxed(search_report(record, context.settings, context.registry, context.stores()))


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


def asked_search(asked: SearchSpec) -> SearchSpec:
    """Return the search that a request asks for, named by its content if it has no name.

    Raises:
        UsageError: a search of the user's own class.
    """
    spec = SearchSpec.asked(asked.to_dict())
    if isinstance(spec.backtest, Mapping) and is_external(str(spec.backtest["strategy"])):
        raise UsageError("The API runs only the strategies of G4QC: search your own with `g4qc search`.")
    return spec


def _record(search_id: str, context: Context) -> SearchRecord:
    found = context.stores().searches.find(search_id)
    if found is None:
        raise NotFound(f"There is no search {search_id}: /api/v1/searches lists them.")
    return found


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
