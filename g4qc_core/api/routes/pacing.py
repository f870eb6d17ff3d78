"""Pacing: what an account has used of what Interactive Brokers allows, and the work that is under way there."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.problems import documented
from g4qc_core.ib.pacing_limits import IB_RULES
from g4qc_core.pacing.usage import usage
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.request_ledger import Outcome

_NAMES = ("symbol", "contract", "outcome", "bars", "message")

router = APIRouter(tags=["pacing"], dependencies=[CanRead], responses=documented(401, 403, 422, 429, 503))


class PacingWindow(BaseModel):
    """A rule: so many requests within so many seconds."""

    name: str
    seconds: float
    used: int
    limit: int


class AccountPacing(BaseModel):
    """One account now; requests of every process count."""

    account: str
    windows: list[PacingWindow]
    open: int = Field(description="Requests that wait for an answer")
    open_limit: int
    paused_until: datetime | None = Field(description="Nothing is asked before; null where no pause is in force")
    last_sent_at: datetime | None


class WorkProgress(BaseModel):
    """Work that is under way: `done` of `total` requests are answered."""

    subject: str
    done: int
    total: int
    finishes_at: datetime = Field(description="About when the last one will be answered")
    run_id: str | None


class LastRequest(BaseModel):
    """The newest request for bars of any gateway, paced or not."""

    at: datetime = Field(description="By the gateway's clock, UTC")
    symbol: str
    contract: str
    outcome: Outcome
    bars: int
    message: str | None = Field(description="The gateway's words, where it said something")


class PacingState(BaseModel):
    """What is used, and by what."""

    accounts: list[AccountPacing] = Field(description="Accounts that the rules look back to; simulated ones never are")
    last_request: LastRequest | None = Field(description="null where bars were never asked for")
    plans: list[WorkProgress]


@router.get("/pacing")
def pacing(context: Context) -> PacingState:
    """The accounts that the rules look back to, the newest request, and the work that is under way."""
    stores = context.stores()
    with stores.pacer(IB_RULES) as store:
        accounts = [_account(name, store) for name in store.accounts()]
    plans = [WorkProgress.model_validate(plan, from_attributes=True) for plan in stores.progress.running()]
    newest = stores.ledger.last()
    last = (
        None
        if newest is None
        else LastRequest.model_validate({"at": newest.requested_at, **{name: getattr(newest, name) for name in _NAMES}})
    )
    return PacingState(accounts=accounts, last_request=last, plans=plans)


def _account(name: str, store: PacingStore) -> AccountPacing:
    now = usage(store.history(name), store.now(), IB_RULES)
    return AccountPacing(
        account=name,
        windows=[PacingWindow.model_validate(window, from_attributes=True) for window in now.windows],
        open=now.open,
        open_limit=now.open_limit,
        paused_until=now.paused_until,
        last_sent_at=now.last_sent_at,
    )
