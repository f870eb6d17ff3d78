"""Revisions: stored bars that the gateway restated with other values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.data import Symbol, instrument_of
from g4qc_core.api.routes.instruments import number_or_none
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.bar_stores.revision_store import by_field

router = APIRouter(tags=["coverage"], dependencies=[CanRead], responses=documented(401, 403, 404, 422, 429, 503))


class Restatement(BaseModel):
    """A changed value of one bar."""

    contract: str
    timestamp: datetime = Field(description="Start of the bar, UTC")
    field: str = Field(description="open, high, low, close, volume, wap or count")
    old: float | None
    new: float | None = Field(description="Null if the gateway withdrew the bar")
    request: int = Field(description="Id of the request that brought the new value")
    replaced_at: datetime


class Restatements(BaseModel):
    """Changed values, the newest restatement first."""

    symbol: str
    changes: list[Restatement]


@router.get("/revisions/{symbol}")
def revisions(
    symbol: Symbol,
    context: Context,
    first: Annotated[date | None, Query(description="First trade date")] = None,
    last: Annotated[date | None, Query(description="Last trade date, included")] = None,
    limit: Annotated[int, Query(ge=1, le=5000, description="Bars at most")] = 200,
) -> Restatements:
    """List the values that the gateway restated."""
    instrument = instrument_of(symbol, context)
    start, end = window_of(instrument, first, last)
    found = by_field(context.stores().revisions.revisions(instrument.symbol, start, end, limit=limit))
    return Restatements(
        symbol=instrument.symbol,
        changes=[
            Restatement(
                contract=row["contract"],
                timestamp=row["timestamp"].to_pydatetime(),
                field=row["field"],
                old=number_or_none(row["old"]),
                new=number_or_none(row["new"]),
                request=row["request"],
                replaced_at=row["replaced_at"].to_pydatetime(),
            )
            for row in found.to_dict("records")
        ],
    )
