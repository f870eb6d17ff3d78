"""Studies: starting walk-forwards, Monte Carlo simulations and portfolios, and their figures, tables and reports.

One set of routes for all kinds: each kind of the server has its own paths, and its spec is the body that starts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.dependencies import ApiContext, CanRead, CanRun, Context
from g4qc_core.api.languages import Spoken, SpokenWithin
from g4qc_core.api.problems import NO_NUL, RESULT_ID, documented
from g4qc_core.api.routes.jobs import StartedWork, job_status
from g4qc_core.api.routes.reports import sandboxed
from g4qc_core.api.routes.study_plans import add_plans
from g4qc_core.api.table_answers import TABLE_ANSWERS, TABLE_WORDS, TableAsked, TableName, TablePage
from g4qc_core.services.research.study import StudyKind, StudySpec
from g4qc_core.services.research.study_documents import (
    check_table,
    find_study,
    refuse_external_strategies,
    study_document,
    study_report,
    study_summary,
)
from g4qc_core.study_paths import study_path

StudyId = Annotated[str, Path(pattern=RESULT_ID, description="Id of a study")]
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "The report, sandboxed"},
    **documented(404),
}


class StudyOrder(BaseModel):
    """A name, and what of it is to be different."""

    model_config = ConfigDict(extra="forbid")

    of: str = Field(
        min_length=1,
        max_length=200,
        pattern=NO_NUL,
        description="Name of a spec of this kind; where the kind is about a backtest, a search or a result, the name "
        "of one of those will do",
    )
    fields: dict[str, Any] = Field(default_factory=dict, description="Fields of the spec that replace its own")


class StudySummary(BaseModel):
    """A study without its tables."""

    id: str
    kind: str
    name: str = Field(description="Name of its spec")
    state: str = Field(description="running, stopped, done or failed")
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    run_id: str | None
    figures: SpokenWithin = Field(description="Key figures by label; empty before the end")


class StudyCheckRow(BaseModel):
    """The outcome of one check of a study."""

    name: str
    passed: bool
    words: Spoken = Field(description="One sentence with the figure and the bound")
    figures: dict[str, Any]


class StudyTable(BaseModel):
    """A table that a study has."""

    name: str
    about: Spoken
    rows: int | None = Field(None, description="Null where it is computed when it is read")


class StudyDetail(StudySummary):
    """A study with its spec, what came out, its checks and the names of its tables."""

    spec: dict[str, Any]
    data_version: str
    code: str
    summary: SpokenWithin | None = Field(description="What came out; null before the end")
    checks: list[StudyCheckRow]
    tables: list[StudyTable]
    report: str | None = Field(description="Address of the report below /api/v1; null before the end")


class StudyList(BaseModel):
    """Studies of one kind, newest first."""

    studies: list[StudySummary]
    total: int


def study_routers(kinds: Iterable[StudyKind]) -> list[APIRouter]:
    """Return the routes of each kind, below its own path."""
    return [_router(kind) for kind in kinds]


def _router(kind: StudyKind) -> APIRouter:
    path = study_path(kind.name)
    router = APIRouter(prefix=path, tags=[path.strip("/")], responses=documented(401, 403, 422, 429, 503))
    _add_starts(router, kind)
    add_plans(router, kind)
    _add_answers(router, kind)
    _add_files(router, kind)
    return router


def _add_starts(router: APIRouter, kind: StudyKind) -> None:
    async def start(asked: StudySpec, context: Context, response: Response) -> StartedWork:
        given = asked.to_dict()
        refuse_external_strategies(given, kind)
        return await _started(kind.model.asked(given), kind, context, response)  # type: ignore[attr-defined]

    async def start_of(asked: StudyOrder, context: Context, response: Response) -> StartedWork:
        refuse_external_strategies({"strategy": asked.of, **asked.fields}, kind)
        where = (context.settings, context.registry)
        spec = await context.call_launcher(lambda: kind.from_words(asked.of, asked.fields, *where, context.stores()))
        return await _started(spec, kind, context, response)

    start.__annotations__["asked"] = kind.model
    shared: dict[str, Any] = {
        "methods": ["POST"],
        "status_code": 202,
        "dependencies": [CanRun],
        "responses": documented(404, 409, 413),
    }
    router.add_api_route(
        "",
        start,
        summary=f"Start a {kind.title}",
        description=f"The body is the spec of the {kind.title}; the address with `/plan` says what it will cost. The "
        "answer is a job to follow. If a job of the same spec is in progress already, the answer is that job. A study "
        "that is done is not run a second time.",
        **shared,
    )
    router.add_api_route(
        "/named",
        start_of,
        summary=f"Start a {kind.title} by a name",
        description=f"For those who have a name and no spec, as on the command line. `GET` at the same address lists "
        f"the names of every {kind.title} that can be started so. The answer is a job to follow.",
        **shared,
    )


async def _started(spec: StudySpec, kind: StudyKind, context: ApiContext, response: Response) -> StartedWork:
    job_id = await context.call_launcher(context.launcher.study, kind.name, spec)
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    job = job_status(await context.call_launcher(context.launcher.job, job_id))
    return StartedWork(**job.model_dump(), name=spec.name, spec=spec.to_dict())


def _add_answers(router: APIRouter, kind: StudyKind) -> None:
    def studies(
        context: Context,
        name: Annotated[str | None, Query(max_length=100, pattern=NO_NUL, description="Only of this name")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
    ) -> StudyList:
        found, total = context.stores().studies.page(kind.name, name, limit, offset)
        return StudyList(studies=[StudySummary(**study_summary(one, kind)) for one in found], total=total)

    def study(study_id: StudyId, context: Context) -> StudyDetail:
        stores = context.stores()
        return StudyDetail(**study_document(find_study(study_id, kind, stores), kind, stores))

    router.add_api_route(
        "",
        studies,
        dependencies=[CanRead],
        summary=f"List every {kind.title}",
        description="All that were ever started, the newest first: how each stands, and its key figures if it is done.",
    )
    router.add_api_route(
        "/{study_id}",
        study,
        dependencies=[CanRead],
        responses=documented(404),
        summary=f"Return one {kind.title}",
        description="Everything that is known of it but the rows of its tables: the spec, how it stands, key figures, "
        "checks, and which tables it has. They are "
        + "; ".join(f"`{name}` ({about.rstrip('.')})" for name, about in kind.tables.items())
        + ".",
    )


def _add_files(router: APIRouter, kind: StudyKind) -> None:
    def table(study_id: StudyId, name: TableName, context: Context, asked: TableAsked) -> Any:
        store = context.stores().studies
        record = find_study(study_id, kind, context.stores())
        check_table(record, name, kind, context.stores())

        def read(limit: int | None, offset: int) -> pa.Table:
            return pq.read_table(BytesIO(store.parquet(record.id, name))).slice(offset, limit)

        title = [kind.name, record.name]
        return asked.answer(record.id, name, read, lambda: store.parquet(record.id, name), title)

    def report(study_id: StudyId, context: Context) -> Response:
        stores = context.stores()
        record = find_study(study_id, kind, stores)
        return sandboxed(study_report(record, kind, context.settings, context.registry, stores))

    router.add_api_route(
        "/{study_id}/tables/{name}",
        table,
        dependencies=[CanRead],
        response_model=TablePage,
        responses=TABLE_ANSWERS,
        summary=f"Return a table of a {kind.title}",
        description=TABLE_WORDS,
    )
    router.add_api_route(
        "/{study_id}/report",
        report,
        dependencies=[CanRead],
        response_class=FileResponse,
        responses=_PAGE,
        summary=f"Return the report of a {kind.title}",
        description="One HTML page with all pictures in it, which opens offline too, in the language of the request. "
        "It is written when somebody first asks for it.",
    )
