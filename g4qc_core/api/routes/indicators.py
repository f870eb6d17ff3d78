"""Indicators: the lines by which a strategy decides, for a chart."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import asked_spec
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies.indicator_lines import LineKind, PaneName
from g4qc_core.services.window_ends import parse_moment, window_of

router = APIRouter(tags=["bars"], dependencies=[CanRead])

_MOST = 50_000


class ChartLine(BaseModel):
    """One line of a strategy."""

    name: str = Field(description="With its parameters, like sma(20)")
    pane: PaneName = Field(description="price: in points of the bars' prices; own: in a pane of its own")
    kind: LineKind = Field(description="How to draw it; a band is one of two edges")
    values: list[float | None] = Field(
        description="One for each timestamp, null where the line is not known or before bars_needed; empty for a level"
    )
    level: float | None = Field(description="Value of a line that is the same at all bars; null for any other")


class Indicators(BaseModel):
    """The lines of a strategy over bars."""

    timestamps: list[int] = Field(description="Start of each bar, seconds since 1970 in UTC, ascending")
    lines: list[ChartLine] = Field(description="Empty for a strategy that declares none")
    bars_needed: int = Field(description="Bars up to and including the first one on which the strategy can decide")
    factor: float | None = Field(
        description="Of the newest bar: its price = the contract's own price x factor + adjustment. Bars that are "
        "adjusted up to a later roll have others"
    )
    adjustment: float | None


@router.post("/indicators", response_model=Indicators, responses=documented(401, 403, 404, 409, 413, 422, 429, 503))
def indicators(
    asked: BacktestSpec,
    context: Context,
    start: Annotated[
        str | None, Query(max_length=40, description="First trade date, or instant like 2026-10-05T13:30:00Z")
    ] = None,
    end: Annotated[
        str | None, Query(max_length=40, description="Last trade date, included, or instant, excluded")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Most bars; the newest of the window")] = 5000,
) -> Response:
    """Return the lines by which the strategy of a spec decides, as it computes them on the spec's series.

    The window leaves bars out of the answer only: the lines are computed from the first bar of the spec on.
    """
    spec = asked_spec(asked, context)
    window = window_of(context.registry[spec.instrument], parse_moment(start), parse_moment(end))
    found = context.lines.read(spec, window, limit)
    return Response(json.dumps(found.to_dict(), allow_nan=False), media_type="application/json")
