"""Limits that hold before an order leaves, and the one gate that applies them.

The gate is a pure function of an order and of what is known at that moment. It refuses with a sentence, and never
changes an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.sentences import counted


class TradingLimits(BaseModel):
    """The limits of one account. An account with real money must give every one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    contracts_per_instrument: int = Field(10, ge=1, le=10_000, description="Largest position in one instrument")
    contracts_total: int = Field(30, ge=1, le=100_000, description="Largest sum of positions over all instruments")
    order_size: int = Field(10, ge=1, le=10_000, description="Most contracts of one order")
    orders_per_day: int = Field(200, ge=1, le=100_000, description="Most orders in one trade date")
    orders_per_minute: int = Field(20, ge=1, le=1000, description="Most orders in sixty seconds")
    loss_per_day: Decimal = Field(
        Decimal(5000), gt=0, description="Loss of one trade date, in the account's currency, after which nothing opens"
    )
    margin_share: Decimal = Field(
        Decimal("0.5"), gt=0, le=1, description="Largest share of the account's equity that margin may take"
    )
    price_distance: Decimal = Field(
        Decimal("0.02"), gt=0, le=1, description="Largest distance of a limit or stop price from the last, as a share"
    )
    stale_after: float = Field(
        90.0, gt=0, le=86_400, description="Seconds after the close of a bar in which it is still traded upon"
    )
    before_close: float = Field(
        0.0, ge=0, le=1440, description="Minutes before a session's close in which no position is opened"
    )


@dataclass(frozen=True)
class OrderAsked:
    """What the gate must know of an order.

    Attributes:
        signed: contracts, negative for a sale.
        held: position of the account in the instrument, all contracts.
        working: contracts of open orders in the instrument, signed.
        price: limit or stop price in points; None for a market order.
        of_roll: it is the leg of a roll.
    """

    symbol: str
    signed: int
    held: int
    working: int
    price: Decimal | None = None
    of_roll: bool = False

    @property
    def moves(self) -> bool:
        """True for a leg of a roll that, with the other one, does not enlarge the position."""
        return self.of_roll and abs(self.held + self.working + self.signed) <= abs(self.held)

    @property
    def reduces(self) -> bool:
        """True if the order can only bring the position nearer to zero."""
        return self.held * self.signed < 0 and abs(self.signed) <= abs(self.held)


@dataclass(frozen=True)
class OrderSurroundings:
    """What is known at the moment of an order.

    Attributes:
        now: the gateway's clock, UTC.
        positions: contracts by instrument, signed.
        ordered_at: instants of the orders sent in this trade date, UTC.
        profit_today: of the account in this trade date, in its currency.
        equity: of the account; None if unknown.
        margin_after: initial margin after the order; None if unknown.
        last_price: of the instrument, in points; None if unknown.
        bar_closed_at: close of the newest bar of the instrument, UTC; None if there is none.
        closes_at: close of the session that is open or opens next, UTC.
        halted: reason of the kill switch; empty if it is off.
        locked: reason for which the instrument is locked; empty if it is not.
        link: reason for which no order may leave, such as lost servers; empty if there is none.
        red: failing checks of the instrument in the graph, in words; empty if they are green.
    """

    now: datetime
    positions: Mapping[str, int]
    ordered_at: tuple[datetime, ...]
    profit_today: Decimal
    equity: Decimal | None
    margin_after: Decimal | None
    last_price: Decimal | None
    bar_closed_at: datetime | None
    closes_at: datetime | None
    halted: str = ""
    locked: str = ""
    link: str = ""
    red: str = ""


_MINUTE = timedelta(minutes=1)


def refusal(limits: TradingLimits, asked: OrderAsked, known: OrderSurroundings) -> str | None:
    """Return the first reason against an order, as a sentence; None if it may leave.

    An order that only reduces a position is refused by the kill switch, a lock, a lost connection, the size of an order
    and the rate of orders alone: nothing else may keep a position open. One that moves a position into another contract
    need not wait for bars of the session to come, or for margin that the other leg sets free.
    """
    return next(_reasons(limits, asked, known), None)


def _reasons(limits: TradingLimits, asked: OrderAsked, known: OrderSurroundings) -> Iterator[str]:
    if known.halted:
        yield f"The kill switch is on ({known.halted})."
    if known.locked:
        yield f"{asked.symbol} is locked: {known.locked}"
    if known.link:
        yield known.link
    if abs(asked.signed) > limits.order_size:
        yield f"The order is for {counted(abs(asked.signed), 'contract')}, and order_size is {limits.order_size}."
    recent = sum(known.now - one < _MINUTE for one in known.ordered_at)
    if recent >= limits.orders_per_minute:
        yield f"{counted(recent, 'order')} left within a minute, and orders_per_minute is {limits.orders_per_minute}."
    if len(known.ordered_at) >= limits.orders_per_day:
        yield f"{counted(len(known.ordered_at), 'order')} left today, and orders_per_day is {limits.orders_per_day}."
    if not asked.reduces:
        yield from _against_opening(limits, asked, known)


def _against_opening(limits: TradingLimits, asked: OrderAsked, known: OrderSurroundings) -> Iterator[str]:
    after = asked.held + asked.working + asked.signed
    if abs(after) > limits.contracts_per_instrument:
        most = limits.contracts_per_instrument
        yield f"The position would be {after}, and contracts_per_instrument is {most}."
    others = sum(abs(held) for symbol, held in known.positions.items() if symbol != asked.symbol)
    if others + abs(after) > limits.contracts_total:
        yield f"All positions would be {others + abs(after)}, and contracts_total is {limits.contracts_total}."
    if known.profit_today <= -limits.loss_per_day:
        yield f"The account lost {-known.profit_today:.2f} today, and loss_per_day is {limits.loss_per_day:f}."
    if not asked.moves:
        yield from _against_market(limits, asked, known)
    if known.red:
        yield f"The checks of {asked.symbol} are not green: {known.red}"
    if not asked.moves and known.equity is not None and known.margin_after is not None:
        share = known.margin_after / known.equity if known.equity > 0 else Decimal(1)
        if share > limits.margin_share:
            yield f"Margin would take {share:.0%} of the equity, and margin_share is {limits.margin_share:.0%}."


def _against_market(limits: TradingLimits, asked: OrderAsked, known: OrderSurroundings) -> Iterator[str]:
    if known.bar_closed_at is None:
        yield f"No live bar of {asked.symbol} has arrived."
    elif (late := (known.now - known.bar_closed_at).total_seconds()) > limits.stale_after:
        yield f"The newest bar closed {late:.0f} s ago, and stale_after is {limits.stale_after:g} s."
    if known.closes_at is not None and limits.before_close:
        left = (known.closes_at - known.now).total_seconds() / 60
        if 0 <= left < limits.before_close:
            yield f"The session closes in {left:.0f} minutes, and before_close is {limits.before_close:g}."
    if asked.price is not None and known.last_price:
        away = abs(asked.price / known.last_price - 1)
        if away > limits.price_distance:
            most = f"{limits.price_distance:.1%}"
            yield f"The price {asked.price:f} is {away:.1%} from the last, and price_distance is {most}."


def used(limits: TradingLimits, known: OrderSurroundings) -> dict[str, Any]:
    """Return what is used of each limit that adds up, JSON-safe: `{name: {"used": ..., "limit": ...}}`."""
    largest = max((abs(held) for held in known.positions.values()), default=0)
    share = None
    if known.equity and known.margin_after is not None:
        share = float(known.margin_after / known.equity)
    return {
        "contracts_per_instrument": {"used": largest, "limit": limits.contracts_per_instrument},
        "contracts_total": {"used": sum(map(abs, known.positions.values())), "limit": limits.contracts_total},
        "orders_per_day": {"used": len(known.ordered_at), "limit": limits.orders_per_day},
        "orders_per_minute": {
            "used": sum(known.now - one < _MINUTE for one in known.ordered_at),
            "limit": limits.orders_per_minute,
        },
        "loss_per_day": {"used": float(max(-known.profit_today, Decimal(0))), "limit": float(limits.loss_per_day)},
        "margin_share": {"used": share, "limit": float(limits.margin_share)},
    }
