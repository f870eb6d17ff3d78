"""Extraction: a job fetches, validates and derives bars; with `wait`, the answer describes the stored bars."""

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
from g4qc_core.api.routes.jobs import JobStatus, job_status, wait_for_job
from g4qc_core.bars.quarantine.selection import Selection
from g4qc_core.calendars.session_calendar import check_window, month_window
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import CONTRACT_MONTH, Instrument
from g4qc_core.services.series.stored_window import NoBars, describe_window
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
    """A window to extract: `start` and `end`, or `duration` and `num_blocks` back from today."""

    model_config = ConfigDict(extra="forbid")

    symbol: str = Field(max_length=12, examples=["ES"])
    duration: str | None = Field(None, max_length=12, description="Length of a block: 5 D, 2 W, 1 M or 1 Y")
    num_blocks: int = Field(1, ge=1, le=120, description="Number of blocks, ending today")
    start: date | None = Field(None, description="First trade date")
    end: date | None = Field(None, description="Last trade date, included; default: today")
    bar_size: str = Field(
        "1 min", max_length=12, description="Timeframe that the answer counts; all are derived", examples=["1h"]
    )
    contract_month: str | None = Field(
        None, pattern=f"^{CONTRACT_MONTH}$", description="Contract month; default: the months that the roll rule needs"
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
    """Stored bars of an extracted window."""

    status: Literal["success"]
    symbol: str
    timeframe: str
    records: int = Field(description="Stored bars of this timeframe in the window")
    date_range: DateRange
    missing: int = Field(
        description="Minutes of the window's sessions about which nothing is known; /coverage lists them"
    )
    quarantined: int = Field(description="Quarantined bars of the window; /quarantine says why")
    job: JobStatus


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ExtractResult, "description": "With wait: the stored bars"},
    202: {"model": JobStatus, "description": "The job was started; with wait: it has not ended yet"},
    **documented(401, 403, 404, 409, 413, 422, 429, 502, 503),
}


@router.post("/data/extract", status_code=202, responses=_ANSWERS, response_model=None)
async def extract(
    asked: ExtractRequest,
    context: Context,
    request: Request,
    wait: Annotated[bool, Query(description="Answer when the job has ended")] = False,
    timeout: Annotated[float, Query(ge=0, le=_LONGEST_WAIT, description="Longest time to wait, in seconds")] = 300,
) -> Response:
    """Start an extraction as a run of the graph.

    The answer is 202 with the job. With `wait`: 200 with the stored bars, 404 if the gateway confirmed that there are
    none, 409 if all bars are quarantined, 502 if the run failed, 202 if it has not ended yet.
    """
    instrument, timeframe = context.registry[asked.symbol], bar_size(asked.bar_size)
    first, last = window(asked, context.clock().astimezone(_ZONE).date())
    contracts = [asked.contract_month] if asked.contract_month else []
    order = ExtractionRequest(instrument.symbol, first, last, contracts)
    job_id = await context.call_launcher(context.launcher.extract, order)
    job = await wait_for_job(context, job_id, timeout if wait else 0, request.is_disconnected)
    if not wait or not job.state.final:
        return JSONResponse(job_status(job).model_dump(mode="json"), 202, {"Location": f"/api/v1/jobs/{job_id}"})
    if job.state is not JobState.SUCCEEDED:
        return problem(502, f"The extraction {job.state}: {job.message or 'somebody stopped it'} See {job.url}.")
    return await run_in_threadpool(_outcome, context, instrument, timeframe, order, job)


def bar_size(text: str) -> Timeframe:
    """Return a timeframe by its name, or by Interactive Brokers' name of it.

    Raises:
        UsageError: there is no such timeframe.
    """
    for timeframe in TIMEFRAMES:
        if text in (timeframe.name, timeframe.ib):
            return timeframe
    raise unknown("bar size", text, [t.name for t in TIMEFRAMES])


def window(asked: ExtractRequest, today: date) -> tuple[date, date]:
    """Return the first and last trade date of a request.

    Raises:
        UsageError: the window is reversed or begins in the future, or the duration cannot be read.
    """
    # The graph does not contain months that have not begun.
    last = min(asked.end or today, today + timedelta(days=1), month_window(today)[1])
    first = asked.start or _back(asked, today)
    if first > today:
        raise UsageError(f"The window begins on {first}, which is in the future.")
    check_window(first, asked.end or last)
    if (last - first).days > _MOST_DAYS:
        raise UsageError(f"The window has {(last - first).days:,} days: request at most ten years at once.")
    return first, last


def _back(asked: ExtractRequest, today: date) -> date:
    found = _DURATION.match(asked.duration or "")
    if found is None or not int(found[1]):
        raise UsageError(f"'{asked.duration}' is no duration: write it like 5 D, 2 W, 1 M or 1 Y.")
    count = int(found[1]) * asked.num_blocks
    if count > _MOST_DAYS:
        raise UsageError(f"{count:,} x {found[2].upper()} is too long: request at most ten years at once.")
    back = _UNITS[found[2].upper()](count)
    return (pd.Timestamp(today) - back + pd.Timedelta(days=1)).date()


def _outcome(
    context: ApiContext, instrument: Instrument, timeframe: Timeframe, order: ExtractionRequest, job: Job
) -> Response:
    """Return an answer that describes the stored bars, or says why there are none.

    Raises:
        BarsIncomplete: the timeframe was not derived from all stored minutes of the window.
    """
    contract = order.contracts[0] if order.contracts else None
    window = (order.first, order.last)
    found = describe_window(context.stores(), instrument, timeframe, window, contract, context.clock())
    if found.first_date is None or found.last_date is None:
        return _no_bars(found.no_bars, order, job)
    result = ExtractResult(
        status="success",
        symbol=instrument.symbol,
        timeframe=timeframe.name,
        records=found.bars,
        date_range=DateRange(start=found.first_date, end=found.last_date),
        missing=found.missing,
        quarantined=found.quarantined,
        job=job_status(job),
    )
    return JSONResponse(result.model_dump(mode="json"))


def _no_bars(reason: NoBars | None, order: ExtractionRequest, job: Job) -> Response:
    """Return the problem document for a window without bars."""
    what = f"{order.symbol} from {order.first} to {order.last}"
    if reason is NoBars.CLOSED:
        return problem(404, f"The exchange has no session of {what}: choose other dates.", "NoData")
    if reason is NoBars.QUARANTINED:
        bars = Selection((order.symbol,), tuple(order.contracts), first=order.first, last=order.last)
        text = f"The bars of {what} are in quarantine: decide about them on /quality?symbol={order.symbol}"
        return problem(409, f"{text}, or list them with `{bars.command()}`.", "InvalidBars")
    if reason is NoBars.CONFIRMED:
        return problem(404, f"The gateway confirmed that it has no bars of {what}: choose other sessions.", "NoData")
    return problem(502, f"The extraction ended, but not all of {what} is known: see {job.url}, then retry.")
