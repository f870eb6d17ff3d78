"""Backtests: starting them, and their results with trades, equity and report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from g4qc_core.api.bar_encoding import Format, choose_format
from g4qc_core.api.dependencies import ApiContext, CanRead, CanRun, Context
from g4qc_core.api.downloads import SHORT_ID, Download, download_headers, spec_parts
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import NO_NUL, RESULT_ID, documented
from g4qc_core.api.routes.jobs import JobStatus, job_status
from g4qc_core.api.routes.reports import sandboxed
from g4qc_core.api.table_encoding import encode_table
from g4qc_core.backtest.known_strategies import known_strategies
from g4qc_core.backtest.metrics import session_table
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import NotFound, UsageError, unknown
from g4qc_core.services.backtests.result_documents import document_of, summary_of
from g4qc_core.services.backtests.shown_results import shown_results
from g4qc_core.services.backtests.spec_run import spec_report
from g4qc_core.services.research.worth import confidences
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.result_stores.result_choice import ResultChoice
from g4qc_core.storage.result_stores.result_labels import TAG

router = APIRouter(tags=["backtests"], responses=documented(401, 403, 422, 429, 503))

Accepted = Annotated[str | None, Header(include_in_schema=False)]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            Format.PARQUET.media_type: _BINARY,
            Format.ARROW.media_type: _BINARY,
        },
    },
    **documented(404, 410),
}

ResultId = Annotated[str, Field(pattern=RESULT_ID)]
BacktestId = Annotated[ResultId, Path(description="Id of a result")]

Tag = Annotated[str, Field(max_length=30, pattern=TAG)]

FileForm = Annotated[Format | None, Query(description="Format; takes precedence over the header Accept")]

_MOST_POINTS = 20_000


class BacktestSummary(BaseModel):
    """A result without its trades and equity."""

    id: str
    name: str = Field(description="Name of the spec")
    title: str | None = Field(description="Title that a user gave to the result; null: the name of the spec is shown")
    tags: list[str] = Field(description="Tags that users gave to the result")
    note: str | None = Field(description="Remarks that a user wrote about the result; null for none")
    strategy: str
    instrument: str
    timeframe: str
    created_at: datetime
    spec: dict[str, Any]
    metrics: dict[str, Any] = Field(description="Figures by name; null where undefined")
    confidence: float | None = Field(
        description="Deflated Sharpe ratio: confidence that the true Sharpe ratio is above zero after all trials "
        "of the strategy; null where undefined"
    )
    run_id: str | None
    has_report: bool = Field(description="True if there is a report of this result")


class CardEntry(BaseModel):
    """One row of a result's card."""

    key: str = Field(description="Where the value stands among the inputs, like `costs.currency`")
    name: str
    value: str


class BacktestDetail(BacktestSummary):
    """A result with its inputs, card and notes."""

    inputs: dict[str, Any] = Field(description="Everything that the numbers depend on")
    card: list[CardEntry] = Field(description="The inputs as rows in a fixed order, the id first")
    notes: list[Spoken] = Field(description="Assumptions, in the language of the request")
    few: list[str] = Field(description="Names of figures that rest on few sessions or trades; mark them")


class BacktestPage(BaseModel):
    """Results, newest first."""

    backtests: list[BacktestSummary]
    total: int


class ColumnTable(BaseModel):
    """A table by columns of equal length; times are UTC, trade dates those of the exchange."""

    id: str
    columns: dict[str, list[Any]]


class ResultFilter:
    """Filters of a list of results, from the query."""

    def __init__(
        self,
        name: Annotated[str | None, Query(max_length=100, pattern=NO_NUL, description="Name of a spec")] = None,
        strategy: Annotated[str | None, Query(max_length=60)] = None,
        instrument: Annotated[str | None, Query(max_length=12)] = None,
        tag: Annotated[list[Tag], Query(max_length=20, description="Tag; repeat it for results with several")] = [],  # noqa: B006
        made_before: Annotated[
            datetime | None, Query(description="Made before this instant; UTC without a zone")
        ] = None,
    ) -> None:
        before = made_before.replace(tzinfo=UTC) if made_before and made_before.tzinfo is None else made_before
        self.choice = ResultChoice(name, strategy, instrument, tuple(tag), before)

    @property
    def given(self) -> bool:
        """True if a filter is given."""
        return self.choice != ResultChoice()

    def found(self, context: ApiContext) -> list[BacktestRecord]:
        """Return the matching results, newest first.

        Raises:
            UsageError: no result has, or can have, this strategy or instrument.
        """
        store = context.stores().backtests
        for field, known in (("strategy", known_strategies()), ("instrument", context.registry)):
            name = getattr(self.choice, field)
            if name is not None and name not in known:
                names = dict.fromkeys([*known, *(str(result.spec.get(field)) for result in store.results())])
                if name not in names:
                    raise unknown(field, name, names)
        return self.choice.found(store)


Chosen = Annotated[ResultFilter, Depends()]


@router.post("/backtests", status_code=202, dependencies=[CanRun], responses=documented(409, 413))
async def run(asked: BacktestSpec, context: Context, response: Response) -> JobStatus:
    """Start a backtest and its report; the job's `backtest` is the name of its result.

    The spec is checked against the stored data before the job is accepted. While a job of the same spec is not over,
    the answer is that job.
    """
    job_id = await context.call_launcher(context.launcher.backtest, asked_spec(asked, context))
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    return job_status(await context.call_launcher(context.launcher.job, job_id))


@router.get("/backtests", dependencies=[CanRead])
def backtests(
    context: Context,
    chosen: Chosen,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> BacktestPage:
    """List results that match all filters, newest first."""
    found = chosen.found(context)
    return BacktestPage(backtests=summaries(found[offset : offset + limit], context), total=len(found))


@router.get("/backtests/{backtest_id}", dependencies=[CanRead], responses=documented(404, 410))
def backtest(backtest_id: BacktestId, context: Context) -> BacktestDetail:
    """Return one result."""
    return detail(record_of(backtest_id, context), context)


@router.get("/backtests/{backtest_id}/trades", dependencies=[CanRead], response_model=ColumnTable, responses=_TABLE)
def trades(
    backtest_id: BacktestId,
    context: Context,
    format: FileForm = None,
    download: Download = False,
    accept: Accepted = None,
) -> Response | ColumnTable:
    """Return the trades of a result by entry; prices are adjusted, in columns `_own` those of the contract itself.

    JSON, or the file that `format` names; an Arrow stream too if the request accepts one.
    """
    record = record_of(backtest_id, context)
    found = context.stores().backtests.trades(backtest_id)
    return _table(record, found, "trades", _form(format, accept), download)


@router.get("/backtests/{backtest_id}/equity", dependencies=[CanRead], response_model=ColumnTable, responses=_TABLE)
def equity(
    backtest_id: BacktestId,
    context: Context,
    points: Annotated[int, Query(ge=3, le=_MOST_POINTS, description="Most points of the JSON, evenly spaced")] = 5000,
    by: Annotated[Literal["bar", "session"], Query(description="A row for each bar, or for each session")] = "bar",
    format: FileForm = None,
    download: Download = False,
    accept: Accepted = None,
) -> Response | ColumnTable:
    """Return the equity of a result; the points include the first and last bar and the largest drawdown.

    A file, by `format` or as an Arrow stream that the request accepts, has all rows.
    """
    record, form = record_of(backtest_id, context), _form(format, accept)
    curve = context.stores().backtests.equity(backtest_id)
    if by == "session":
        table = session_table(curve, float(record.metrics["starting_cash"]))
        return _table(record, table, "equity-by-session", form, download)
    return _table(record, _thinned(curve, points) if form is Format.JSON else curve, "equity", form, download)


@router.get(
    "/backtests/{backtest_id}/report",
    dependencies=[CanRead],
    response_class=FileResponse,
    responses={200: {"content": {"text/html": {}}, "description": "The report, sandboxed"}, **documented(404, 410)},
)
def report(backtest_id: BacktestId, context: Context) -> Response:
    """Return the report as HTML that opens offline; a spec has one report, that of its newest result."""
    record = record_of(backtest_id, context)
    shown = shown_results([record.spec_name], context.settings, context.stores())
    if record.id not in shown.values():
        raise NotFound(f"The report of {record.spec_name} shows a newer result, or was never made: run it again.")
    return sandboxed(spec_report(context.settings, record.spec_name))


def asked_spec(asked: BacktestSpec, context: Context) -> BacktestSpec:
    """Return the spec that a request asks for, named by its content if it has no name.

    Raises:
        UsageError: the user's own class, or an unknown instrument.
    """
    if is_external(asked.strategy):
        raise UsageError("The API runs only the strategies of G4QC: run your own with `g4qc backtest`.")
    context.registry[asked.instrument]
    return BacktestSpec.asked(asked.to_dict())


def record_of(backtest_id: str, context: Context) -> BacktestRecord:
    """Return the record of a result.

    Raises:
        NotFound: there is no such result.
        Gone: the result was deleted.
    """
    stores = context.stores()
    found = stores.backtests.find(backtest_id)
    if found is None:
        raise stores.deleted.missing(backtest_id)
    return found


def detail(record: BacktestRecord, context: Context) -> BacktestDetail:
    """Return a result as a document of the API."""
    (about,) = summaries([record], context)
    more = document_of(record)
    return BacktestDetail(**about.model_dump(), **more)


def summaries(records: Sequence[BacktestRecord], context: Context) -> list[BacktestSummary]:
    """Return results as entries of a list."""
    left = confidences(records, context.stores())
    shown = set(shown_results({one.spec_name for one in records}, context.settings, context.stores()).values())
    return [BacktestSummary(**summary_of(one, one.id in shown, left[one.id])) for one in records]


def _form(named: Format | None, accept: str | None) -> Format:
    """Return the named format, else an Arrow stream if the request prefers one, else JSON."""
    return named or (Format.ARROW if choose_format(Format, None, accept) is Format.ARROW else Format.JSON)


def _table(
    record: BacktestRecord, frame: pd.DataFrame, what: str, form: Format, download: bool
) -> Response | ColumnTable:
    if form is Format.JSON:
        return ColumnTable(id=record.id, columns=columns_of(frame))
    content = encode_table(pa.Table.from_pandas(frame, preserve_index=False), form)
    named = download_headers(download, [*spec_parts(record.spec), record.id[:SHORT_ID], what], form)
    return Response(content, media_type=form.media_type, headers=named)


def columns_of(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a frame by columns, JSON-safe: instants and dates as text, null where there is no value."""
    found: dict[str, list[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif column.dtype.kind == "M":
            column = column.dt.strftime("%Y-%m-%d")
        found[str(name)] = [None if isinstance(v, float) and not np.isfinite(v) else v for v in column.tolist()]
    return found


def _thinned(curve: pd.DataFrame, points: int) -> pd.DataFrame:
    if len(curve) <= points:
        return curve
    at = np.linspace(0, len(curve) - 1, points - 1).astype(int)
    return curve.iloc[np.unique([*at, int(curve["drawdown"].to_numpy().argmin())])]
