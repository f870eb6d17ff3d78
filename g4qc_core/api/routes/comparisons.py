"""Results side by side, and whether two of them differ."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import ResultId, record_of
from g4qc_core.errors import UsageError
from g4qc_core.services.backtests.result_comparison import compare_results, differing
from g4qc_core.services.backtests.result_pairs import compared_pairs

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 404, 410, 422, 429, 503))


class FigureDifference(BaseModel):
    """One figure of two results on the sessions that both have."""

    first: float | None
    second: float | None
    difference: float | None = Field(description="First less second")
    low: float | None = Field(description="Interval of the difference; null if there are too few sessions")
    high: float | None


class SessionComparison(BaseModel):
    """Two results on the sessions that both have, by a paired block bootstrap of their session returns."""

    verdict: Spoken = Field(description="One or two sentences for a person")
    sessions: int = Field(description="Sessions that both have")
    only_first: list[date] = Field(description="Trade dates that only the first has; they are left out")
    only_second: list[date]
    mean: FigureDifference = Field(description="Mean return a session")
    sharpe: FigureDifference = Field(description="Sharpe ratio per session")
    total: FigureDifference = Field(description="Compounded return")
    first_error: float | None = Field(description="Standard error of the first Sharpe ratio, per session")
    second_error: float | None
    sharpe_in_words: list[str] = Field(description="Each Sharpe ratio with its error, a year where that is meaningful")
    sessions_a_year: float | None = Field(description="For annual figures; null if the time is too short")
    sessions_needed: int | None = Field(description="Sessions that would tell the two apart if they stay as they are")
    block: float = Field(description="Mean length of a block, in sessions")
    draws: int
    level: float = Field(description="Share of draws within an interval")


class PairFigure(BaseModel):
    """One figure of a pair on the sessions that both have."""

    first: float | None
    second: float | None
    difference: float | None = Field(description="First less second")
    low: float | None = Field(description="Interval of the difference; null if there are too few sessions")
    high: float | None
    chance: float | None = Field(description="Probability of such a difference between two equals")
    corrected: float | None = Field(description="The same by Holm's correction for all pairs and both figures")
    different: bool = Field(description="`corrected` is below 0.05, and the interval leaves out zero")


class ResultPair(BaseModel):
    """Two of several results; `compare?a=&b=` says more about them."""

    first: str = Field(description="Id")
    second: str
    sessions: int = Field(description="Sessions that both have")
    mean: PairFigure = Field(description="Mean return a session")
    sharpe: PairFigure = Field(description="Sharpe ratio per session")
    different: bool = Field(description="True if one of the two figures is different")


class BacktestComparison(BaseModel):
    """Several results side by side; each list has the order of the ids."""

    ids: list[str]
    names: list[str] = Field(description="Displayed names")
    metrics: dict[str, list[Any]]
    differing: dict[str, list[Any]] = Field(description="Fields of the specs and inputs in which they differ")
    returns: SessionComparison | None = Field(description="Whether a and b differ; null if `ids` was asked")
    pairs: list[ResultPair] | None = Field(
        description="Each result with each that follows it in `ids`, corrected for their number; null if a and b were "
        "asked"
    )


_OF_TWO = "Id of a result; with the other one, whether the two differ is computed"


@router.get("/backtests/compare")
def compare(
    context: Context,
    ids: Annotated[list[ResultId], Query(max_length=20, description="Id of a result; repeat it")] = [],  # noqa: B006
    a: Annotated[ResultId | None, Query(description=_OF_TWO)] = None,
    b: Annotated[ResultId | None, Query(description=_OF_TWO)] = None,
) -> BacktestComparison:
    """Compare results: several by `ids`, or two by `a` and `b`.

    Two are compared by their session returns, paired by trade date and drawn again in blocks: the difference with its
    interval, the standard error of each Sharpe ratio, and a verdict in words. Several are compared so in pairs: the
    more pairs there are, the more of them differ by chance, and `different` is corrected for that.
    """
    two = [one for one in (a, b) if one is not None]
    if len(two) == 1 or bool(two) == bool(ids):
        raise UsageError("Compare several results by `ids`, or two by `a` and `b`.")
    records = [record_of(backtest_id, context) for backtest_id in two or ids]
    names = list(dict.fromkeys(name for record in records for name in record.metrics))
    returns = compare_results(two[0], two[1], context.stores()).to_dict() if two else None
    return BacktestComparison(
        ids=[record.id for record in records],
        names=[record.shown_name for record in records],
        metrics={name: [record.metrics.get(name) for record in records] for name in names},
        differing=differing(records),
        returns=None if returns is None else SessionComparison(**returns),
        pairs=None if two else [ResultPair(**pair) for pair in compared_pairs(records, context.stores())],
    )
