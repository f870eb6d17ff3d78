"""Monthly returns of a backtest, computed from the whole equity curve."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import BacktestId, record_of
from g4qc_core.backtest.metrics import monthly_returns, session_equity

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 404, 410, 422, 429, 503))


class MonthlyReturn(BaseModel):
    """Return of one month of trade dates, as a fraction."""

    month: str = Field(description="Like 2026-10")
    value: float = Field(serialization_alias="return")


class MonthlyReturns(BaseModel):
    """Monthly returns of a result, ascending."""

    id: str
    months: list[MonthlyReturn]


@router.get("/backtests/{backtest_id}/months")
def months(backtest_id: BacktestId, context: Context) -> MonthlyReturns:
    """Return the return of each month; the first one is relative to the starting cash."""
    record = record_of(backtest_id, context)
    equity = context.stores().backtests.equity(backtest_id)
    returns = monthly_returns(session_equity(equity), float(record.metrics["starting_cash"]))
    return MonthlyReturns(
        id=backtest_id, months=[MonthlyReturn(month=str(m), value=float(r)) for m, r in returns.items()]
    )
