"""Bars: `/data/{symbol}`, in pages or as one stream, in the format that the client prefers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from g4qc_core.api.bar_encoding import BarFormat, choose_format, encode
from g4qc_core.api.bar_pages import CURSOR_HEADER, missing_sessions
from g4qc_core.api.bar_request import SeriesRequest
from g4qc_core.api.dependencies import ApiContext, CanRead, Context
from g4qc_core.api.downloads import bars_parts, download_headers
from g4qc_core.api.missing_fields import HEADERS, MissingRange, headers_of, missing_ranges
from g4qc_core.api.problems import documented, problem
from g4qc_core.api.server_metrics import ServerMetrics
from g4qc_core.errors import NotFound, UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.storage.stores import Stores

router = APIRouter(tags=["bars"], dependencies=[CanRead])

Symbol = Annotated[str, Path(max_length=12, description="Symbol of an instrument, like ES")]


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


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bars",
        "headers": {
            CURSOR_HEADER: {"schema": {"type": "string"}, "description": "next_cursor, in every format"},
            **HEADERS,
        },
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            BarFormat.PARQUET.media_type: {"schema": {"type": "string", "format": "binary"}},
            BarFormat.COLUMNS.media_type: {"schema": {"type": "string", "format": "binary"}},
            BarFormat.ARROW.media_type: {"schema": {"type": "string", "format": "binary"}},
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
    """Return bars as JSON, CSV, Parquet, an Arrow stream or columns of numbers.

    Without `limit`, all bars of the window are streamed; columns of numbers always come in pages, of 50,000 bars at
    most. With it, the answer is a page, and `next_cursor` (for every format also in the header X-Next-Cursor)
    continues with the next one. The prices of an adjusted series are anchored at the roll calendar, so that windows of
    it fit together.

    Requested sessions without bars are named in `missing` and in the header X-Missing-Sessions. The answer is 409 if
    the timeframe was not derived from all stored minutes of the window.
    """
    instrument = instrument_of(symbol, context)
    form = choose_format(BarFormat, asked.format, accept)
    if form is None:
        return problem(406, f"Bars come as {', '.join(f.media_type for f in BarFormat)}: accept one, or name a format.")
    stores, measures = context.stores(), request.app.state.measures
    named = download_headers(asked.download, bars_parts(instrument, asked), form) if asked.download else {}
    if asked.limit is None and form is not BarFormat.COLUMNS:
        answer = _stream(stores, instrument, asked, form, context.clock(), measures)
        answer.headers.update(named)
        return answer
    page = context.pages.page(stores, instrument, asked, form, context.clock())
    measures.sent(form, page.bars)
    return Response(page.content, media_type=form.media_type, headers={**page.headers, **named})


def instrument_of(symbol: str, context: ApiContext) -> Instrument:
    """Return the instrument of a symbol in a path.

    Raises:
        NotFound: there is no such instrument.
    """
    try:
        return context.registry[symbol]
    except UsageError as error:
        raise NotFound(str(error)) from None


def _stream(
    stores: Stores,
    instrument: Instrument,
    asked: SeriesRequest,
    form: BarFormat,
    now: datetime,
    measures: ServerMetrics,
) -> Response:
    query = asked.query(instrument, stores)
    known = missing_sessions(stores, instrument, asked, asked.window(instrument), now)
    batches = _first_read(_counted(stores.bar_batches.batches(query), form, measures))
    head = {
        "symbol": instrument.symbol,
        "timeframe": query.timeframe,
        "next_cursor": None,
        "missing": missing_ranges(known),
    }
    return StreamingResponse(encode(form, batches, head), media_type=form.media_type, headers=headers_of(known))


def _counted(batches: Iterator[pa.RecordBatch], form: BarFormat, measures: ServerMetrics) -> Iterator[pa.RecordBatch]:
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
