"""Bars: `/data/{symbol}`, in pages or as one stream, in the format that the client prefers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.bar_encoding import Format, choose_format, encode
from g4qc_core.api.cursors import read_cursor, write_cursor
from g4qc_core.api.dependencies import ApiContext, CanRead, Context
from g4qc_core.api.missing_fields import HEADERS, MissingRange, headers_of, missing_ranges
from g4qc_core.api.problems import documented, problem
from g4qc_core.api.server_metrics import ServerMetrics
from g4qc_core.bars.missing_sessions import Completeness
from g4qc_core.errors import NotFound, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import CONTRACT_MONTH, Instrument
from g4qc_core.services.coverage.completeness import completeness, life_of
from g4qc_core.services.series.series_segments import readable, segments_of, series_version
from g4qc_core.services.window_ends import parse_moment, window_of
from g4qc_core.storage.bar_stores.bar_reader import BarQuery, BarReader, last_start
from g4qc_core.timeframes import TIMEFRAMES

LARGEST_PAGE = 50_000
CURSOR_HEADER = "X-Next-Cursor"


router = APIRouter(tags=["bars"], dependencies=[CanRead])

TimeframeName = StrEnum("TimeframeName", {t.name: t.name for t in TIMEFRAMES})  # type: ignore[misc]
Symbol = Annotated[str, Path(max_length=12, description="Symbol of an instrument, like ES")]


class SortOrder(StrEnum):
    """Order of the bars by time."""

    ASC = "asc"
    DESC = "desc"


class Bar(BaseModel):
    """A bar; price = the contract's own price x factor + adjustment."""

    timestamp: datetime = Field(description="Start of the bar, UTC")
    open: float
    high: float
    low: float
    close: float
    volume: int = Field(description="Contracts; -1 if unknown")
    count: int = Field(description="Trades; -1 if unknown")
    contract: str = Field(description="Contract month, like 202512")
    trade_date: date = Field(description="Trade date of the bar's session, as the exchange names it")
    factor: float = Field(description="Factor of the contract's own prices")
    adjustment: float = Field(description="Points added to the contract's own prices")


class Bars(BaseModel):
    """Bars of one instrument and timeframe."""

    symbol: str
    timeframe: str
    next_cursor: str | None = Field(None, description="Cursor of the next page; null at the end, or without limit")
    missing: list[MissingRange] = Field(description="Requested sessions without bars, by date")
    data: list[Bar]
    records: int = Field(description="Number of bars in data")


class SeriesRequest(BaseModel):
    """Query of bars."""

    # A misspelt `start_date` would otherwise return all bars.
    model_config = ConfigDict(extra="forbid")

    timeframe: TimeframeName = Field(TimeframeName("1min"), description="Length of a bar")
    start_date: str | None = Field(
        None,
        max_length=40,
        description="First trade date, or instant like 2026-10-05T13:30:00Z",
        examples=["2026-10-01"],
    )
    end_date: str | None = Field(
        None, max_length=40, description="Last trade date, included, or instant, excluded", examples=["2026-10-31"]
    )
    contract: str | None = Field(
        None, pattern=f"^{CONTRACT_MONTH}$", description="Contract month; default: the front contract"
    )
    adjustment: Adjustment = Field(Adjustment.NONE, description="Adjustment of prices at rolls")
    rule: str | None = Field(
        None,
        max_length=400,
        description="Roll rule that joins the contracts, one that /rolls lists; default: the instrument's own",
    )
    order: SortOrder = Field(SortOrder.ASC, description="Oldest first, or newest first")
    limit: int | None = Field(None, ge=1, le=LARGEST_PAGE, description="Bars of a page; default: all bars are streamed")
    cursor: str | None = Field(None, max_length=64, description="next_cursor of the previous page")
    format: Format | None = Field(None, description="Format; takes precedence over the header Accept")


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bars",
        "headers": {
            CURSOR_HEADER: {"schema": {"type": "string"}, "description": "next_cursor, in every format"},
            **HEADERS,
        },
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            Format.PARQUET.media_type: {"schema": {"type": "string", "format": "binary"}},
            Format.ARROW.media_type: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    **documented(401, 403, 404, 406, 409, 422, 429, 503),
}


@router.get("/data/{symbol}", response_model=Bars, responses=_ANSWERS)
@router.get("/data/data/{symbol}", response_model=Bars, responses=_ANSWERS, operation_id="bars_by_the_longer_path")
def bars(
    symbol: Symbol,
    asked: Annotated[SeriesRequest, Query()],
    context: Context,
    request: Request,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Return bars as JSON, CSV, Parquet or an Arrow stream.

    Without `limit`, all bars of the window are streamed. With it, the answer is a page, and `next_cursor` (for every
    format also in the header X-Next-Cursor) continues with the next one. The prices of an adjusted series are anchored
    at the roll calendar, so that windows of it fit together.

    Requested sessions without bars are named in `missing` and in the header X-Missing-Sessions. The answer is 409 if
    the timeframe was not derived from all stored minutes of the window.
    """
    instrument = instrument_of(symbol, context)
    form = choose_format(asked.format, accept)
    if form is None:
        return problem(406, f"Bars come as {', '.join(f.media_type for f in Format)}: accept one, or name a format.")
    reader, query = context.stores().bar_batches, _query(instrument, asked, context)
    measures: ServerMetrics = request.app.state.measures
    head: dict[str, Any] = {"symbol": instrument.symbol, "timeframe": query.timeframe}
    if query.limit is None:
        known = _known(instrument, asked, context, _window(instrument, asked))
        batches = _first_read(_counted(reader.batches(query), form, measures))
        head |= {"next_cursor": None, "missing": missing_ranges(known)}
        return StreamingResponse(encode(form, batches, head), media_type=form.media_type, headers=headers_of(known))
    page, cursor = _page(reader, query, lambda last: write_cursor(*_described(instrument, asked, context), last))
    known = _known(instrument, asked, context, _reached(query, page, cursor, _window(instrument, asked)))
    head |= {"next_cursor": cursor, "missing": missing_ranges(known)}
    content = b"".join(encode(form, _counted(iter(page), form, measures), head))
    headers = headers_of(known) | ({CURSOR_HEADER: cursor} if cursor else {})
    return Response(content, media_type=form.media_type, headers=headers)


def instrument_of(symbol: str, context: ApiContext) -> Instrument:
    """Return the instrument of a symbol in a path.

    Raises:
        NotFound: there is no such instrument.
    """
    try:
        return context.registry[symbol]
    except UsageError as error:
        raise NotFound(str(error)) from None


def _query(instrument: Instrument, asked: SeriesRequest, context: ApiContext) -> BarQuery:
    start, end = _window(instrument, asked)
    segments = segments_of(context.stores(), instrument, asked.contract, asked.adjustment, asked.rule)
    after = None if asked.cursor is None else read_cursor(*_described(instrument, asked, context), asked.cursor)
    return BarQuery(
        symbol=instrument.symbol,
        timeframe=asked.timeframe.value,
        segments=readable(context.stores(), instrument, asked.timeframe.value, segments, start, end),
        after=after,
        limit=asked.limit,
        newest_first=asked.order is SortOrder.DESC,
    )


def _window(instrument: Instrument, asked: SeriesRequest) -> tuple[datetime, datetime]:
    return window_of(instrument, parse_moment(asked.start_date), parse_moment(asked.end_date))


def _known(
    instrument: Instrument, asked: SeriesRequest, context: ApiContext, window: tuple[datetime, datetime]
) -> Completeness:
    """Return the missing sessions of the window.

    Raises:
        BarsIncomplete: the timeframe was not made from all stored minutes of the window.
    """
    stores = context.stores()
    if asked.contract is not None:
        segments = life_of(stores, instrument, asked.contract)
    else:
        segments = segments_of(stores, instrument, None, Adjustment.NONE, asked.rule)
    known = completeness(stores, instrument, asked.timeframe.value, segments, window, context.clock())
    known.check()
    return known


def _reached(
    query: BarQuery, page: list[pa.RecordBatch], cursor: str | None, window: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """Return the part of the window that a page covers: from the previous page to its last bar, or to the end."""
    start, end = window
    begun = query.after
    ended = last_start(page[-1]) if cursor is not None else None
    if query.newest_first:
        return ended or start, begun or end
    return begun or start, end if ended is None else ended + timedelta(microseconds=1)


def _described(instrument: Instrument, asked: SeriesRequest, context: ApiContext) -> tuple[str, str]:
    """Return what a cursor belongs to: the query without cursor, limit and format; and the version of the series."""
    query = f"{instrument.symbol} {asked.model_dump_json(exclude={'cursor', 'limit', 'format'})}"
    return query, series_version(context.stores(), instrument, asked.contract, asked.rule)


def _page(
    reader: BarReader, query: BarQuery, cursor_after: Callable[[datetime], str]
) -> tuple[list[pa.RecordBatch], str | None]:
    """Return the page's batches and the cursor of the next page; one more bar is read to know whether there is one."""
    assert query.limit is not None
    batches, left = [], query.limit
    for batch in reader.batches(replace(query, limit=query.limit + 1)):
        batches.append(batch.slice(0, left))
        if len(batch) > left:
            last = batches[-1] if left else batches[-2]
            return [b for b in batches if len(b)], cursor_after(last_start(last))
        left -= len(batch)
    return batches, None


def _counted(batches: Iterator[pa.RecordBatch], form: Format, measures: ServerMetrics) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        measures.sent(form, len(batch))
        yield batch


def _first_read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read the first batch now and return all, so that an early error comes before the answer has started."""
    first = next(batches, None)

    def all_of_them() -> Iterator[pa.RecordBatch]:
        if first is not None:
            yield first
            yield from batches

    return all_of_them()
