"""Intents: what was decided, and the orders that it takes. An intent is stored before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from g4qc_core.trading.broker import Action, OrderTicket, OrderType, TimeInForce, TradedContract
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import OrderState


class DecisionState(StrEnum):
    """What became of a decision."""

    PENDING = "pending"
    """Orders of an earlier decision must end before its own can be made."""
    ORDERED = "ordered"
    """Its orders are stored."""
    NOTHING = "nothing"
    """The position is already the target."""
    SKIPPED = "skipped"
    """It was not traded upon; the reason says why."""
    REPLACED = "replaced"
    """A later decision came before its orders could be made."""


@dataclass(frozen=True)
class TradeDecision:
    """What a spec wants to hold from the next open on, decided on the close of one bar.

    Attributes:
        key: account, spec, cause and bar.
        symbol: of the instrument.
        contract: month in which the target is held.
        timeframe: of the bar.
        fingerprint: of the bars and the other inputs that decided; empty if nothing was read.
        target: contracts, negative for short.
        held: contracts that the spec held when it decided.
        price: close of the bar in the contract's own points; None if there is none.
        decided_at: by the gateway's clock, UTC.
        reason: why it was skipped; empty otherwise.
    """

    key: DecisionKey
    symbol: str
    contract: str
    timeframe: str
    fingerprint: str
    target: int
    held: int
    price: Decimal | None
    decided_at: datetime
    state: DecisionState = DecisionState.PENDING
    reason: str = ""


@dataclass(frozen=True)
class Order:
    """One order of ours.

    Attributes:
        ref: our reference, the key.
        decision: that it belongs to.
        sequence: number within the decision, from 1.
        contract: what is traded.
        quantity: contracts, above zero.
        price: of the market at the decision, in points; what slippage is measured from.
        why: the last reason that the broker or the gate gave.
        client_id, order_id: under which it was sent; None before.
        perm_id: the broker's lasting id, once it is known.
        filled: contracts filled so far.
        cancel_at: when its cancel was asked for, UTC.
    """

    ref: str
    decision: DecisionKey
    sequence: int
    contract: TradedContract
    action: Action
    quantity: int
    order_type: OrderType
    tif: TimeInForce
    planned_at: datetime
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    price: Decimal | None = None
    state: OrderState = OrderState.PLANNED
    why: str = ""
    client_id: int | None = None
    order_id: int | None = None
    perm_id: int | None = None
    filled: int = 0
    sent_at: datetime | None = None
    cancel_at: datetime | None = None

    @property
    def signed(self) -> int:
        """The quantity, negative for a sale."""
        return self.quantity if self.action == "BUY" else -self.quantity

    @property
    def remaining(self) -> int:
        """Contracts that are not filled, negative for a sale."""
        left = self.quantity - self.filled
        return left if self.action == "BUY" else -left

    def ticket(self) -> OrderTicket:
        """Return the order as it is sent; it must have an id."""
        assert self.order_id is not None
        return OrderTicket(
            self.order_id,
            self.ref,
            self.contract,
            self.action,
            self.quantity,
            self.order_type,
            self.tif,
            self.decision.account,
            self.limit_price,
            self.stop_price,
        )

    def but(self, **changes: object) -> Order:
        """Return the order with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]
