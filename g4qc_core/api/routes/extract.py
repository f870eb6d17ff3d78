"""Extraction: bars are fetched, validated and derived by a job; with `wait`, the answer comes when it has ended."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool

from g4qc_core.api.dependencies import ApiContext, CanRun, Context
from g4qc_core.api.job_launcher import ExtractionRequest, Job, JobState
from g4qc_core.api.problems import documented, problem
from g4qc_core.api.routes.jobs import JobStatus, finished, shown
from g4qc_core.bars.columns import MISSING
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.calendars.session_calendar import calendar, check_window, month_window
from g4qc_core.errors import UsageError, unknown
from g4qc_core.futures.segments import Segment
from g4qc_core.instruments.registry import CONTRACT_MONTH, Instrument
from g4qc_core.services.coverage.completeness import completeness, life_of
from g4qc_core.services.series.series_segments import readable, segments_of
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.bar_stores.bar_reader import BarQuery
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import TIMEFRAMES, Timeframe

router = APIRouter(tags=["extraction"], dependencies=[CanRun])

_ZONE = ZoneInfo("America/Chicago")  # time zone in which a month of the graph begins
_LONGEST_WAIT = 900.0
_MOST_DAYS = 3700
_DURATION = re.compile(r"^\s*(\d{1,4})\s*([DWMY])\s*$", re.IGNORECASE)
_UNITS = {
    "D": lambda count: pd.DateOffset(days=count),
    "W": lambda count: pd.DateOffset(weeks=count),
    "M": lambda count: pd.DateOffset(months=count),
    "Y": lambda count: pd.DateOffset(years=count),
}


class ExtractRequest(BaseModel):
    """What to extract: `start` and `end`, or `duration` and `num_blocks` back from today."""

    model_config = ConfigDict(extra="forbid")

    symbol: str = Field(max_length=12, examples=["ES"])
    duration: str | None = Field(None, max_length=12, description="Length of a block: 5 D, 2 W, 1 M or 1 Y")
    num_blocks: int = Field(1, ge=1, le=120, description="How many blocks, ending today")
    start: date | None = Field(None, description="First trade date")
    end: date | None = Field(None, description="Last trade date, included; default: today")
    bar_size: str = Field(
        "1 min", max_length=12, description="Bars that the answer counts; all are made", examples=["1h"]
    )
    contract_month: str | None = Field(
        None, pattern=f"^{CONTRACT_MONTH}$", description="One contract; without it, those that the roll rule calls for"
    )

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if (self.duration is None) == (self.start is None):
            raise ValueError("give start (and end), or duration (and num_blocks)")
        if self.start is None and self.end is not None:
            raise ValueError("end goes with start: with duration, blocks end today")
        return self


class DateRange(BaseModel):
    """Trade dates of the first and the last bar."""

    start: date
    end: date


class ExtractResult(BaseModel):
    """What an extraction left in the store."""

    status: Literal["success"]
    symbol: str
    timeframe: str
    records: int = Field(description="Bars of this timeframe that are stored for the window")
    date_range: DateRange
    missing: int = Field(
        description="Minutes of the window's sessions of which nothing is known: /coverage tells which"
    )
    quarantined: int = Field(description="Bars of the window that nobody believes yet: /quarantine tells why")
    job: JobStatus


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ExtractResult, "description": "With wait: what is stored now"},
    202: {"model": JobStatus, "description": "The job was started; with wait: it is not over yet"},
    **documented(401, 403, 404, 409, 413, 422, 429, 502, 503),
}


@router.post("/data/extract", status_code=202, responses=_ANSWERS, response_model=None)
async def extract(
    asked: ExtractRequest,
    context: Context,
    request: Request,
    wait: Annotated[bool, Query(description="Answer when the job has ended")] = False,
    timeout: Annotated[float, Query(ge=0, le=_LONGEST_WAIT, description="Seconds to wait at most")] = 300,
) -> Response:
    """Starts an extraction as a run of the graph.

    Answers 202 with the job. With `wait`: 200 with what is stored, 404 when the gateway confirmed that there is
    nothing, 409 when all there is stands in quarantine, 502 when the run failed, 202 when it is not over yet.
    """
    instrument, timeframe = context.registry[asked.symbol], bar_size(asked.bar_size)
    first, last = window(asked, context.clock().astimezone(_ZONE).date())
    contracts = [asked.contract_month] if asked.contract_month else []
    order = ExtractionRequest(instrument.symbol, first, last, contracts)
    job_id = await context.call_launcher(context.launcher.extract, order)
    job = await finished(context, job_id, timeout if wait else 0, request.is_disconnected)
    if not wait or not job.state.final:
        return JSONResponse(shown(job).model_dump(mode="json"), 202, {"Location": f"/api/v1/jobs/{job_id}"})
    if job.state is not JobState.SUCCEEDED:
        return problem(502, f"The extraction {job.state}: {job.message or 'somebody stopped it'} See {job.url}.")
    return await run_in_threadpool(_outcome, context, instrument, timeframe, order, job)


def bar_size(text: str) -> Timeframe:
    """The timeframe by G4QC's name of it or by Interactive Brokers'.

    Raises:
        UsageError: there is none.
    """
    for timeframe in TIMEFRAMES:
        if text in (timeframe.name, timeframe.ib):
            return timeframe
    raise unknown("bar size", text, [t.name for t in TIMEFRAMES])


def window(asked: ExtractRequest, today: date) -> tuple[date, date]:
    """First and last trade date that are asked for.

    Raises:
        UsageError: the window is reversed or begins in the future, or the duration cannot be read.
    """
    # The graph does not contain months that have not begun.
    last = min(asked.end or today, today + timedelta(days=1), month_window(today)[1])
    first = asked.start or _back(asked, today)
    if first > today:
        raise UsageError(f"The window begins on {first}, which is yet to come.")
    check_window(first, asked.end or last)
    if (last - first).days > _MOST_DAYS:
        raise UsageError(
            f"The window has {(last - first).days:,} days: ask for ten years at most, one after the other."
        )
    return first, last


def _back(asked: ExtractRequest, today: date) -> date:
    found = _DURATION.match(asked.duration or "")
    if found is None or not int(found[1]):
        raise UsageError(f"'{asked.duration}' is no duration: write it like 5 D, 2 W, 1 M or 1 Y.")
    count = int(found[1]) * asked.num_blocks
    if count > _MOST_DAYS:
        raise UsageError(f"{count:,} x {found[2].upper()} is too long: ask for ten years at most.")
    back = _UNITS[found[2].upper()](count)
    return (pd.Timestamp(today) - back + pd.Timedelta(days=1)).date()


def _outcome(
    context: ApiContext, instrument: Instrument, timeframe: Timeframe, order: ExtractionRequest, job: Job
) -> Response:
    """Return an answer that describes what is stored for the window, or says that nothing is.

    Raises:
        BarsIncomplete: the timeframe was not made from all stored minutes of the window.
    """
    stores = context.stores()
    start, end = window_of(instrument, order.first, order.last)
    asked = life_of(stores, instrument, order.contracts[0]) if order.contracts else segments_of(stores, instrument)
    completeness(stores, instrument, timeframe.name, asked, (start, end), context.clock()).check()
    segments = [Segment(order.contracts[0])] if order.contracts else segments_of(stores, instrument)
    query = BarQuery(
        instrument.symbol, timeframe.name, readable(stores, instrument, timeframe.name, segments, start, end)
    )
    records, days = 0, []
    for batch in stores.bar_batches.batches(query):
        records += len(batch)
        days += [batch.column("trade_date")[at].as_py() for at in (0, -1)]
    if not records:
        return _nothing(stores, instrument, order, job)
    known = _known(stores, instrument, order)
    found = ExtractResult(
        status="success",
        symbol=instrument.symbol,
        timeframe=timeframe.name,
        records=records,
        date_range=DateRange(start=days[0], end=days[-1]),
        missing=int(known[list(MISSING)].to_numpy().sum()),
        quarantined=int(known["quarantined"].sum()),
        job=shown(job),
    )
    return JSONResponse(found.model_dump(mode="json"))


def _known(stores: Stores, instrument: Instrument, order: ExtractionRequest) -> pd.DataFrame:
    """What is known of each session of the window, of the contracts that were asked for."""
    contract = order.contracts[0] if order.contracts else None
    return stores.coverage.sessions(instrument.symbol, order.first, order.last, contract)


def _nothing(stores: Stores, instrument: Instrument, order: ExtractionRequest, job: Job) -> Response:
    """Why nothing is stored: only what is on record counts as the gateway's word."""
    what = f"{instrument.symbol} from {order.first} to {order.last}"
    if not calendar(instrument.calendar).sessions(order.first, order.last):
        return problem(404, f"The exchange has no session of {what}: ask for other dates.", "NoData")
    known = _known(stores, instrument, order)
    if known["quarantined"].any():
        doubted = Selection((instrument.symbol,), tuple(order.contracts), first=order.first, last=order.last)
        waits = f"The bars of {what} wait in quarantine: decide about them on /quality?symbol={instrument.symbol}"
        return problem(409, f"{waits}, or look at them with `{doubted.command()}`.", "InvalidBars")
    if known.empty or known[list(MISSING)].to_numpy().any():
        return problem(502, f"The extraction ended, and yet not all of {what} is known: see {job.url}, and ask again.")
    return problem(404, f"The gateway has no bars of {what}, and confirmed it: ask for other sessions.", "NoData")
