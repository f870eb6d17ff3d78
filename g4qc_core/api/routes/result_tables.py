"""What the figures of a result are, and its tables by calendar, side and drawdown."""

from __future__ import annotations

from typing import Any, Literal

import pyarrow as pa
from fastapi import APIRouter
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.downloads import spec_parts
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import BacktestId, columns_of, record_of
from g4qc_core.api.table_answers import TABLE_ANSWERS, TABLE_WORDS, TableAsked, TableName, TablePage
from g4qc_core.backtest.metrics import DEFINITIONS, GAINS
from g4qc_core.errors import NotFound, unknown
from g4qc_core.research.search.goal import better
from g4qc_core.services.backtests.result_tables import TABLES, tables_of

_NO_HOURS = "There is no table by hour, because the instrument of this result is not known any longer."

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 422, 429, 503))

_Columns = dict[str, list[Any]]


class MetricDefinition(BaseModel):
    """What a figure of a result is."""

    key: str = Field(description="Name among the metrics of a result")
    formula: Spoken
    unit: str = Field(description="money, share, ratio, sessions, days, bars or count")
    group: str
    needs: str = Field(description="sessions, trades, bars or benchmark")
    annual: bool = Field(description="True if it is scaled to a year")
    least: Spoken = Field(description="The smallest sample of which it is meaningful; empty if any will do")
    reliable_from: int = Field(
        description="Sessions, or trades for means and ratios of trades, from which it is reliable; 0: always"
    )
    distorted: bool = Field(description="True if sessions without bars distort it")
    gain: bool = Field(description="True if it is a gain above zero and a loss below")
    better: Literal["larger", "smaller"] | None = Field(
        None, description="Which value is the better one; null: a search must say it by + or -"
    )


class MetricList(BaseModel):
    """All figures of a result, in the order in which they are shown."""

    metrics: list[MetricDefinition]


class ResultTables(BaseModel):
    """Tables of a result by columns; the profits of each add up to the net profit."""

    id: str
    month: _Columns
    year: _Columns
    weekday: _Columns
    hour: _Columns | None = Field(None, description="By whole hours from the session's open; null without a calendar")
    side: _Columns = Field(description="All trades, the long and the short ones")
    drawdowns: _Columns = Field(description="The ten deepest, over the ends of sessions")


@router.get("/backtests/metrics")
def metrics() -> MetricList:
    """List what every figure of a result is: formula, unit and sample."""
    return MetricList(
        metrics=[
            MetricDefinition(
                **one.to_dict(), reliable_from=one.reliable_from, gain=one.key in GAINS, better=better(one.key)
            )
            for one in DEFINITIONS.values()
        ]
    )


@router.get("/backtests/{backtest_id}/tables", responses=documented(404, 410))
def tables(backtest_id: BacktestId, context: Context) -> ResultTables:
    """Return a result by month, year, weekday and hour of the session, by side, and its deepest drawdowns."""
    record_of(backtest_id, context)
    found = tables_of(backtest_id, context.registry, context.stores())
    return ResultTables(id=backtest_id, **{name: columns_of(frame) for name, frame in found.items()})


@router.get(
    "/backtests/{backtest_id}/tables/{name}",
    response_model=TablePage,
    responses=TABLE_ANSWERS | documented(410),
    description=f"{TABLE_WORDS} Tables: {', '.join(TABLES)}.",
)
def table(backtest_id: BacktestId, name: TableName, context: Context, asked: TableAsked) -> Any:
    """Return one of the tables of a result."""
    record = record_of(backtest_id, context)
    found = tables_of(backtest_id, context.registry, context.stores()).get(name)
    if found is None:
        raise unknown("table", name, TABLES) if name not in TABLES else NotFound(_NO_HOURS)
    whole = pa.Table.from_pandas(found, preserve_index=False)
    return asked.answer(
        record.id, name, lambda limit, offset: whole.slice(offset, limit), title=spec_parts(record.spec)
    )


@router.get("/backtests/{backtest_id}/figures", response_model=TablePage, responses=TABLE_ANSWERS | documented(410))
def figures(backtest_id: BacktestId, context: Context, asked: TableAsked) -> Any:
    """Return the figures of a result as a table: name, value, unit and formula; undefined ones have no value."""
    record = record_of(backtest_id, context)
    shown = [one for one in DEFINITIONS.values() if one.key in record.metrics]
    whole = pa.table(
        {
            "name": pa.array([one.key for one in shown], pa.string()),
            "value": pa.array([record.metrics[one.key] for one in shown], pa.float64()),
            "unit": pa.array([one.unit for one in shown], pa.string()),
            "formula": pa.array([one.formula for one in shown], pa.string()),
        }
    )
    title = spec_parts(record.spec)
    return asked.answer(record.id, "figures", lambda limit, offset: whole.slice(offset, limit), title=title)
