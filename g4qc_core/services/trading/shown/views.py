"""What is shown of trading, as models: the API's answers, the documents of `g4qc trade` as JSON, the rows of the page.

Money and prices are numbers for display; the stores keep the exact ones. Instants are UTC. How they are read is in
`overview`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class HaltView(_View):
    """The kill switch is on."""

    account: str = Field(description="The halted account; * for all")
    at: datetime
    by: str = Field(description="Who turned it on")
    why: str


class TraderView(_View):
    """A trader as it reported itself last."""

    account: str
    state: str = Field(description="starting, trading, waiting (no connection), stopped or failed")
    why: str = Field(description="Reason of the state; often empty")
    up: bool = Field(description="True if it gave a sign of life within two minutes and has not stopped")
    stale: bool = Field(description="True if it should be up and is not")
    host: str
    pid: int
    client_id: int
    address: str = Field(description="Of the gateway")
    started_at: datetime
    heartbeat_at: datetime = Field(description="Last sign of life")
    heartbeat_age: float = Field(description="Seconds since the last sign of life")
    gateway_time: datetime | None = Field(description="The gateway's clock at the last sign of life")
    stopped_at: datetime | None
    specs: list[str] = Field(description="Names of the traded specs")


class LimitUse(_View):
    """What is used of one limit."""

    name: str
    used: float | None = Field(description="null: not known")
    limit: float


class LockView(_View):
    """Why an instrument is not traded until a person has looked."""

    id: int
    account: str
    symbol: str
    at: datetime
    reason: str = Field(
        description="What disagrees: position, average cost, realized profit, order or execution; or flattened"
    )
    ours: str = Field(description="Our side")
    theirs: str = Field(description="The broker's side")
    resolved_at: datetime | None = Field(description="null while it locks")
    resolved_by: str | None
    resolution: str | None


class ReconciliationView(_View):
    """One comparison with the broker."""

    account: str
    at: datetime
    cause: str = Field(description="start, reconnection, schedule, close or resolve")
    agrees: bool
    compared: dict[str, int] = Field(description="Numbers of positions, open orders and executions")
    differences: list[str]


class PositionView(_View):
    """The sum of the executions in one contract."""

    account: str
    symbol: str
    contract: str = Field(description="Contract month; empty if unknown")
    con_id: int
    quantity: int = Field(description="Contracts, negative for short")
    average_price: float = Field(description="In points; 0 without a position")
    last_price: float | None = Field(description="Close of the newest live bar, in points; null: none is stored")
    last_at: datetime | None = Field(description="Start of that bar")
    open_profit: float | None = Field(description="At that price, without fees, in `currency`")
    realized: float | None = Field(description="Net of commissions, in `currency`; null for an unknown instrument")
    commissions: float
    currency: str
    specs: dict[str, int] = Field(description="Contracts that each spec holds")


class OrderView(_View):
    """An order."""

    ref: str
    account: str
    spec: str
    cause: str = Field(description="bar, roll or flatten")
    bar: datetime = Field(description="Start of the deciding bar")
    symbol: str
    contract: str
    action: str = Field(description="BUY or SELL")
    quantity: int
    filled: int
    order_type: str = Field(description="MKT, LMT or STP")
    limit_price: float | None
    stop_price: float | None
    tif: str
    price: float | None = Field(description="Price of the market at the decision, in points")
    state: str
    open: bool = Field(description="False once nothing more is expected of it")
    why: str = Field(description="Last reason of the broker or of the limits; often empty")
    client_id: int | None
    order_id: int | None
    perm_id: int | None
    planned_at: datetime
    sent_at: datetime | None
    cancel_at: datetime | None = Field(description="When its cancel was asked for")


class OrderEventView(_View):
    """What was heard about an order, and the state that followed."""

    at: datetime
    kind: str
    state: str
    said: dict[str, Any]


class FillView(_View):
    """One execution in its newest version."""

    account: str
    exec_id: str
    ref: str = Field(description="Of its order; empty for an order of somebody else")
    spec: str = Field(description="Empty for none")
    symbol: str
    contract: str
    quantity: int = Field(description="Contracts, negative for a sale")
    price: float
    at: datetime
    commission: float | None = Field(description="null until the broker reports it")
    currency: str
    realized: float | None = Field(description="Profit that it realized, as the broker says; null: none")


class DecisionView(_View):
    """What a spec wanted to hold from the next open on."""

    account: str
    spec: str
    cause: str
    bar: datetime
    symbol: str
    contract: str
    timeframe: str
    target: int
    held: int = Field(description="Contracts that the spec held when it decided")
    price: float | None = Field(description="Close of the bar in the contract's own points")
    state: str = Field(description="pending, ordered, nothing, skipped or replaced")
    reason: str = Field(description="Why it was skipped; empty otherwise")
    decided_at: datetime
    fingerprint: str = Field(description="Of the bars that decided")


class LogLineView(_View):
    """One line of a trader's log."""

    id: int
    account: str
    at: datetime
    level: str
    subject: str = Field(description="An instrument, a spec or an order; empty for the trader itself")
    words: str


class CommandView(_View):
    """A wish for a running trader, and its answer."""

    id: int
    account: str
    command: str
    arguments: dict[str, Any]
    by: str
    at: datetime
    done_at: datetime | None = Field(description="null while the trader has not answered")
    answer: str | None


class DriftView(_View):
    """How far the paper fills of a spec were from its backtest on one trade date."""

    account: str
    spec: str
    trade_date: date
    figures: dict[str, Any]
    rows: list[dict[str, Any]] = Field(description="Decisions and fills side by side")
    data_version: str
    made_at: datetime


class AccountView(_View):
    """One account: its trader and all that holds for it now."""

    account: str
    trader: TraderView | None = Field(description="null if none has ever run")
    halts: list[HaltView] = Field(description="The kill switch is on if there is one")
    locks: list[LockView] = Field(description="In force")
    limits: list[LimitUse]
    values: dict[str, Any] = Field(description="Figures of the account by the broker's tag")
    positions: list[PositionView] = Field(description="Those that are not zero")
    orders: dict[str, int] = Field(description="Number of open orders by state")
    decisions: dict[str, int] = Field(description="Number of decisions of the last 24 hours by state")
    reconciliation: ReconciliationView | None = Field(description="The last one")


class TradingSummary(_View):
    """All accounts that were ever traded."""

    at: datetime = Field(description="When this was read")
    halts: list[HaltView] = Field(description="All halts")
    accounts: list[AccountView]
