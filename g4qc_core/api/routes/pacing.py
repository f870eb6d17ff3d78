"""Pacing: how much of Interactive Brokers' request limits each account has used, and the extractions in progress."""

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
    """A limit on the requests within a number of seconds."""

    name: str
    seconds: float
    used: int
    limit: int


class AccountPacing(BaseModel):
    """Usage of one account now; the requests of all processes count."""

    account: str
    windows: list[PacingWindow]
    open: int = Field(description="Requests without an answer yet")
    open_limit: int
    paused_until: datetime | None = Field(description="No request is sent before this time; null if there is no pause")
    last_sent_at: datetime | None


class WorkProgressEntry(BaseModel):
    """Extraction in progress: `done` of `total` requests are answered."""

    subject: str
    done: int
    total: int
    finishes_at: datetime = Field(description="Estimated time of the last answer, UTC")
    run_id: str | None


class LastRequest(BaseModel):
    """The newest request for bars, to any gateway, paced or not."""

    at: datetime = Field(description="By the gateway's clock, UTC")
    symbol: str
    contract: str
    outcome: Outcome
    bars: int
    message: str | None = Field(description="The gateway's message, if any")


class PacingState(BaseModel):
    """Usage of the request limits."""

    accounts: list[AccountPacing] = Field(description="Accounts with recent requests; never simulated ones")
    last_request: LastRequest | None = Field(description="null if bars were never requested")
    plans: list[WorkProgressEntry]


@router.get("/pacing")
def pacing(context: Context) -> PacingState:
    """Return the accounts with recent requests, the newest request, and the extractions in progress."""
    stores = context.stores()
    with stores.pacer(IB_RULES) as store:
        accounts = [_account(name, store) for name in store.accounts()]
    plans = [WorkProgressEntry.model_validate(plan, from_attributes=True) for plan in stores.progress.running()]
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
