"""Answers of the routes about trading: the views of `services.trading.shown`, their sentences in the asked language."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from g4qc_core.api.languages import Spoken
from g4qc_core.services.trading.shown.views import (
    AccountView,
    CommandView,
    DecisionView,
    DriftView,
    FillView,
    HaltView,
    LockView,
    LogLineView,
    OrderEventView,
    OrderView,
    PositionView,
    ReconciliationView,
    TraderView,
    TradingSummary,
)

_NEXT = "Send it as `before` for the next page; null at the end"


class TraderEntry(TraderView):
    """A trader as it reported itself last."""

    why: Spoken = Field(description="Reason of the state; often empty")


class ReconciliationEntry(ReconciliationView):
    """One comparison with the broker."""

    differences: list[Spoken]


class OrderEntry(OrderView):
    """An order."""

    why: Spoken = Field(description="Last reason of the broker or of the limits; often empty")


class DecisionEntry(DecisionView):
    """What a spec wanted to hold from the next open on."""

    reason: Spoken = Field(description="Why it was skipped; empty otherwise")


class LogEntry(LogLineView):
    """One line of a trader's log."""

    words: Spoken


class CommandEntry(CommandView):
    """A wish for a running trader, and its answer."""

    answer: Annotated[Spoken | None, Field(description="null while the trader has not answered")]


class LockEntry(LockView):
    """Why an instrument is not traded until a person has looked."""

    ours: Spoken = Field(description="Our side")
    theirs: Spoken = Field(description="The broker's side")


class AccountEntry(AccountView):
    """One account: its trader and all that holds for it now."""

    locks: list[LockEntry] = Field(description="In force")  # type: ignore[assignment]
    trader: TraderEntry | None = Field(description="null if none has ever run")
    reconciliation: ReconciliationEntry | None = Field(description="The last one")


class TradingState(TradingSummary):
    """All accounts that were ever traded."""

    accounts: list[AccountEntry]  # type: ignore[assignment]


class PositionList(BaseModel):
    """Every contract that was ever traded, by instrument and month."""

    account: str
    positions: list[PositionView]


class OrderPage(BaseModel):
    """Orders, newest first."""

    account: str
    orders: list[OrderEntry]
    next_cursor: str | None = Field(description=_NEXT)


class OrderDetail(OrderEntry):
    """An order with everything that was heard about it, in the order of arrival."""

    events: list[OrderEventView]


class FillPage(BaseModel):
    """Executions in their newest version, newest first."""

    account: str
    fills: list[FillView]
    next_cursor: str | None = Field(description=_NEXT)


class DecisionPage(BaseModel):
    """Decisions, newest bar first."""

    account: str
    decisions: list[DecisionEntry]
    next_cursor: str | None = Field(description=_NEXT)


class LockList(BaseModel):
    """Locks of instruments."""

    account: str
    locks: list[LockEntry]


class ReconciliationList(BaseModel):
    """Comparisons with the broker, newest first."""

    account: str
    reconciliations: list[ReconciliationEntry]


class TradingLog(BaseModel):
    """Lines of the log, newest first."""

    account: str
    lines: list[LogEntry]
    next_cursor: int | None = Field(description=_NEXT)


class DriftList(BaseModel):
    """How far paper fills were from the backtest, newest trade date first."""

    account: str
    drifts: list[DriftView]


class ReleasedHalts(BaseModel):
    """What ended, and what still halts."""

    released: list[HaltView]
    halts: list[HaltView]
