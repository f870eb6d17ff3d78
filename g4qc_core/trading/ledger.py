"""The ledger: what executions add up to, by contract. The order and the repetition of messages change nothing.

A correction of an execution has the same id before the last dot and a higher number after it, and replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Fill:
    """One execution, or a position that a person entered by hand, as it is kept.

    Attributes:
        exec_id: the broker's id, or `adopted-` and a number.
        ref: reference of the order; empty for one of somebody else.
        spec: that the order belongs to; empty for none.
        con_id: of the contract.
        month: of the contract, empty if unknown.
        quantity: contracts, negative for a sale.
        price: in points.
        at: instant of the fill, UTC.
        commission: in `currency`; None until its report arrives.
        reported: profit that the broker says this fill realized, net of commissions; None if it says none.
    """

    exec_id: str
    ref: str
    spec: str
    symbol: str
    con_id: int
    month: str
    quantity: int
    price: Decimal
    at: datetime
    commission: Decimal | None = None
    currency: str = ""
    reported: Decimal | None = None


@dataclass(frozen=True)
class Holding:
    """A position in one contract.

    Attributes:
        quantity: contracts, negative for short.
        average_price: in points, by average cost, without commissions; 0 without a position.
        realized: profit of what was closed, in points x contracts, without commissions.
        commissions: paid so far, in the currency of the contract.
        open_fees: part of the commissions that belongs to the open position.
        uncosted: contracts of fills whose commission is not known yet.
        closings: fills that closed a position or a part of one.
        reported: profit that the broker says they realized, net of commissions.
        unreported: fills that closed and about which it has not said so.
    """

    symbol: str
    con_id: int
    month: str
    quantity: int = 0
    average_price: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)
    commissions: Decimal = Decimal(0)
    open_fees: Decimal = Decimal(0)
    uncosted: int = 0
    closings: int = 0
    reported: Decimal = Decimal(0)
    unreported: int = 0

    def after(self, fill: Fill) -> Holding:
        """Return the position after one more fill."""
        fee = fill.commission or Decimal(0)
        closed = min(abs(self.quantity), abs(fill.quantity)) if self.quantity * fill.quantity < 0 else 0
        total = self.quantity + fill.quantity
        opened = abs(fill.quantity) - closed
        kept = self.open_fees * (abs(self.quantity) - closed) / abs(self.quantity) if self.quantity else Decimal(0)
        average = self.average_price
        if opened and closed:
            average = fill.price
        elif opened:
            average = (average * self.quantity + fill.price * fill.quantity) / total
        side = 1 if self.quantity > 0 else -1
        return replace(
            self,
            month=fill.month or self.month,
            quantity=total,
            average_price=average if total else Decimal(0),
            realized=self.realized + (fill.price - self.average_price) * closed * side,
            commissions=self.commissions + fee,
            open_fees=kept + fee * opened / abs(fill.quantity) if total else Decimal(0),
            uncosted=self.uncosted + (abs(fill.quantity) if fill.commission is None else 0),
            closings=self.closings + (closed > 0),
            reported=self.reported + (fill.reported or Decimal(0)),
            unreported=self.unreported + (closed > 0 and fill.reported is None),
        )

    def cost_of_one(self, point: Decimal) -> Decimal:
        """Return the average cost of one open contract in money, commissions included; `point` is a point's money."""
        fees = self.open_fees / abs(self.quantity) if self.quantity else Decimal(0)
        return self.average_price * point + (fees if self.quantity > 0 else -fees)

    def realized_net(self, point: Decimal) -> Decimal:
        """Return the realized profit in money, net of the commissions of what was opened and closed."""
        return self.realized * point - (self.commissions - self.open_fees)

    def profit_at(self, price: Decimal) -> Decimal:
        """Return realized and open profit at a price, in points x contracts, without commissions."""
        return self.realized + (price - self.average_price) * self.quantity


def root_of(exec_id: str) -> tuple[str, int]:
    """Return what all versions of an execution have in common, and the number of this version."""
    root, dot, suffix = exec_id.rpartition(".")
    return (root, int(suffix)) if dot and suffix.isdigit() else (exec_id, 0)


def in_force(fills: Iterable[Fill]) -> list[Fill]:
    """Return the newest version of each execution, in the order of time."""
    newest: dict[str, tuple[int, Fill]] = {}
    for fill in fills:
        root, version = root_of(fill.exec_id)
        known = newest.get(root)
        if known is None or version > known[0] or (version == known[0] and fill.commission is not None):
            newest[root] = version, fill
    return sorted((fill for _, fill in newest.values()), key=lambda fill: (fill.at, root_of(fill.exec_id)[0]))


def holdings(fills: Iterable[Fill]) -> dict[int, Holding]:
    """Return the position of each contract that was ever traded, by con_id."""
    found: dict[int, Holding] = {}
    for fill in in_force(fills):
        held = found.get(fill.con_id) or Holding(fill.symbol, fill.con_id, fill.month)
        found[fill.con_id] = held.after(fill)
    return found


def filled_of(fills: Iterable[Fill], ref: str) -> int:
    """Return the contracts that an order has filled, without sign."""
    return sum(abs(fill.quantity) for fill in in_force(fills) if fill.ref == ref)
