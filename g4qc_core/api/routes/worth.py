"""What a result is worth after all trials of its strategy."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import BacktestId, record_of
from g4qc_core.services.research.worth import worth_of_record

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 404, 410, 422, 429, 503))


class WorthFigure(BaseModel):
    """One figure, written for readers."""

    name: str
    label: Spoken
    value: str
    words: Spoken = Field(description="What the figure means")


class WorthReport(BaseModel):
    """What the trials of the strategy leave of a result."""

    id: str
    family: str = Field(description="The strategy whose trials count")
    words: Spoken = Field(description="One or two sentences for a person")
    figures: dict[str, float | int | None] = Field(
        description="Figures by name: Sharpe ratios are annual, probabilities fractions of one, the least track record "
        "is in sessions; null where undefined"
    )
    rows: list[WorthFigure] = Field(description="The figures that are defined, written for readers")


@router.get("/backtests/{backtest_id}/worth")
def worth(backtest_id: BacktestId, context: Context) -> WorthReport:
    """Return what a result is worth after everything that was tried for its strategy, deleted results included."""
    found = worth_of_record(record_of(backtest_id, context), context.stores())
    return WorthReport.model_validate({"id": backtest_id, **found.to_dict()})
