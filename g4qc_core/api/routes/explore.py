"""Exploring: a set of parameters run at once and counted as a trial, and keeping it as a confirmed backtest."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRun, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import asked_spec
from g4qc_core.api.routes.jobs import JobStatus, job_status
from g4qc_core.api.routes.worth import WorthFigure
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec

router = APIRouter(tags=["explore"], dependencies=[CanRun], responses=documented(401, 403, 409, 413, 422, 429, 503))

_MOST_TRADES = 20_000


class SessionEquity(BaseModel):
    """The equity at the close of each session."""

    trade_date: list[str]
    equity: list[float] = Field(description="Money")


class ExploredWorth(BaseModel):
    """What the trials of the strategy leave of the set."""

    words: Spoken = Field(description="One or two sentences for a person")
    figures: dict[str, float | int | None]
    rows: list[WorthFigure]


class ExploreAnswer(BaseModel):
    """One explored set: figures, equity by session, trades, and the count of what was tried."""

    id: str = Field(description="Id that the result has when it is kept")
    parameters: dict[str, Any] = Field(description="All parameters, defaults included")
    engine: str
    data_version: str = Field(description="Fingerprint of the bars")
    metrics: dict[str, Any] = Field(description="Figures by name; null where undefined")
    equity: SessionEquity
    trades: dict[str, list[Any]] = Field(description="Columns of the first trades, as of `/backtests/{id}/trades`")
    trade_count: int = Field(description="Number of all trades")
    family: str = Field(description="The strategy whose trials count")
    trials: int = Field(description="Number of different sets that were ever tried for the strategy, this one included")
    new_trial: bool = Field(description="True if nobody had tried this set before")
    worth: ExploredWorth
    milliseconds: float = Field(description="Time that the server took")


@router.post("/explore")
def explore(
    asked: BacktestSpec,
    context: Context,
    trades: Annotated[int, Query(ge=0, le=_MOST_TRADES, description="Most trades in the answer")] = 500,
) -> ExploreAnswer:
    """Run a spec at once, without keeping it; each different set counts as a trial of its strategy.

    The set runs in a process that keeps the bars. A set that the account refuses (409) counts too.
    """
    began = time.perf_counter()
    spec = asked_spec(asked, context)
    made = context.explorer.explore(spec, trades)
    found, worth = made.found, made.worth.to_dict()
    return ExploreAnswer(
        id=found.fingerprint,
        parameters=dict(found.parameters),
        engine=found.engine,
        data_version=made.data_version,
        metrics=dict(found.metrics),
        equity=SessionEquity(trade_date=found.days, equity=found.equity),
        trades=dict(found.trades),
        trade_count=found.trade_count,
        family=spec.strategy,
        trials=made.trials,
        new_trial=made.new,
        worth=ExploredWorth.model_validate({name: worth[name] for name in ("words", "figures", "rows")}),
        milliseconds=round((time.perf_counter() - began) * 1000, 1),
    )


@router.post("/explore/keep", status_code=202)
async def keep(asked: BacktestSpec, context: Context, response: Response) -> JobStatus:
    """Keep an explored set: a backtest with its report, run by the reference engine too.

    The job fails where the two engines disagree about a trade or the equity of a session.
    """
    job_id = await context.call_launcher(context.launcher.backtest, asked_spec(asked, context), confirm=True)
    response.headers["Location"] = f"/api/v1/jobs/{job_id}"
    return job_status(await context.call_launcher(context.launcher.job, job_id))
