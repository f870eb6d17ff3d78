"""An order as the broker of the simulated gateway keeps it, and its fills."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from g4qc_core.gateway.markets.simulated_market import Listing


class OrderKind(StrEnum):
    """The types of order that are served, in the protocol's words."""

    MARKET = "MKT"
    LIMIT = "LMT"
    STOP = "STP"
    STOP_LIMIT = "STP LMT"

    @property
    def has_limit(self) -> bool:
        """True if it has a limit price."""
        return self in (OrderKind.LIMIT, OrderKind.STOP_LIMIT)

    @property
    def has_stop(self) -> bool:
        """True if it has a stop price."""
        return self in (OrderKind.STOP, OrderKind.STOP_LIMIT)


class Progress(StrEnum):
    """The state of an order, in the protocol's words."""

    NOT_SENT = "ApiPending"
    """The client holds it back (`transmit` is 0)."""
    HELD = "PreSubmitted"
    """It waits for the session, or for its stop price."""
    WORKING = "Submitted"
    CANCELLING = "PendingCancel"
    CANCELLED = "Cancelled"
    REJECTED = "Inactive"
    FILLED = "Filled"

    @property
    def final(self) -> bool:
        """True if nothing more happens to such an order."""
        return self in (Progress.CANCELLED, Progress.REJECTED, Progress.FILLED)


@dataclass(frozen=True)
class OrderTerms:
    """What a client asks for.

    Attributes:
        listing: the contract.
        action: `BUY` or `SELL`.
        quantity: contracts.
        kind: type of order.
        limit_price: in points, if the kind has one.
        stop_price: in points, if the kind has one.
        tif: `DAY` or `GTC`.
        account: the account, as the client wrote it.
        ref: the client's own reference.
        transmit: False: keep it, and send it when it comes again with True.
        what_if: report margin and commission, and place nothing.
        outside_rth: repeated to the client; every order works in all hours of the session.
    """

    listing: Listing
    action: str
    quantity: int
    kind: OrderKind
    limit_price: Decimal | None
    stop_price: Decimal | None
    tif: str = "DAY"
    account: str = ""
    ref: str = ""
    transmit: bool = True
    what_if: bool = False
    outside_rth: bool = False

    @property
    def buys(self) -> bool:
        """True for a purchase."""
        return self.action == "BUY"

    @property
    def sign(self) -> int:
        """1 for a purchase, -1 for a sale."""
        return 1 if self.buys else -1


@dataclass(frozen=True)
class BookedFill:
    """One execution of an order, or the correction of one.

    Attributes:
        exec_id: its id; a correction has the same one up to the last dot.
        shares: contracts, above 0.
        price: in points.
        cumulative: contracts of the order filled so far.
        average: average price of these, in points.
        commission: in the contract's currency.
        realized: profit net of all commissions of the contracts that it closed; None if it closed none.
    """

    exec_id: str
    order: BookedOrder
    at: datetime
    shares: int
    price: Decimal
    cumulative: int
    average: Decimal
    commission: Decimal = Decimal(0)
    realized: Decimal | None = None

    @property
    def root(self) -> str:
        """The part of the id that a correction shares."""
        return self.exec_id.rpartition(".")[0]


@dataclass(frozen=True)
class FillManner:
    """How an order fares if not as usual.

    Attributes:
        largest: most contracts in one execution; None: any number.
        pause: time between these executions.
        rejection: code and text with which it is rejected at once after it was taken; None: it is not.
    """

    largest: int | None = None
    pause: timedelta = timedelta()
    rejection: tuple[int, str] | None = None


AS_USUAL = FillManner()


@dataclass(frozen=True)
class Touch:
    """What the market does to an order.

    Attributes:
        at: the instant, UTC.
        price: at which it fills; None: it is triggered and fills later, or not at all.
    """

    at: datetime
    price: Decimal | None


@dataclass
class BookedOrder:
    """An order and its state.

    Attributes:
        perm_id: its id at the broker, 0 before it has one.
        works_from: instant from which it may be filled, UTC.
        expires_at: instant at which it ends unfilled, UTC; None: when its contract does.
        looked_until: instant up to which its fills are known, UTC.
        triggered: True once a stop price has been reached; always True without one.
        manner: how it fares if not as usual.
        reason: why it was cancelled or rejected.
        ahead: the next thing that the market does to it, if that is known.
        searched_until: instant before which there is nothing else, UTC.
    """

    order_id: int
    client_id: int
    perm_id: int
    terms: OrderTerms
    placed_at: datetime
    progress: Progress
    works_from: datetime
    looked_until: datetime
    expires_at: datetime | None = None
    triggered: bool = True
    filled: int = 0
    paid: Decimal = Decimal(0)
    last_price: Decimal = Decimal(0)
    manner: FillManner = AS_USUAL
    reason: str = ""
    ended_at: datetime | None = None
    fills: list[BookedFill] = field(default_factory=list)
    ahead: Touch | None = None
    searched_until: datetime | None = None

    @property
    def remaining(self) -> int:
        """Contracts that are not filled."""
        return self.terms.quantity - self.filled

    @property
    def average(self) -> Decimal:
        """Average price of its fills in points, 0 without one."""
        return self.paid / self.filled if self.filled else Decimal(0)

    @property
    def active(self) -> bool:
        """True if it may be filled, now or in a later session."""
        return not self.progress.final and self.progress is not Progress.NOT_SENT

    def look_again(self) -> None:
        """Forget what is known of its next event, because the order has changed."""
        self.ahead = self.searched_until = None

    def snapshot(self) -> BookedOrder:
        """Return a copy of the present state."""
        return replace(self, fills=list(self.fills))
