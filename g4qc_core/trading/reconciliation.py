"""Reconciliation: what the broker reports against what the ledger says, as stated invariants.

1. Positions by contract are equal.
2. Every open order of ours at the broker is one that we know to be there, with the same contract and quantity, and
   every order that we take for open is open there.
3. Every execution that the broker lists is in the ledger, with the same quantity and price.
4. The average cost of an open contract and the realized profit agree within a cent's rounding of each fill.

An open order or an execution of somebody else in a traded instrument is a difference, too: the position is no longer
the sum of ours alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from g4qc_core.sentences import counted
from g4qc_core.trading.broker import BrokerPosition, Execution, OpenOrder
from g4qc_core.trading.ledger import Fill, Holding, in_force, root_of

Kind = Literal["position", "average cost", "realized profit", "order", "execution", "flattened"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class BrokerDifference:
    """One thing on which the two sides disagree.

    Attributes:
        symbol: the instrument that it locks.
        kind: the invariant that is broken, or `flattened` if a person ended the position.
        ours: our side in words.
        theirs: the broker's side in words.
    """

    symbol: str
    kind: Kind
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.symbol}: {self.kind}: we have {self.ours}, the broker has {self.theirs}"


@dataclass(frozen=True)
class KnownOrder:
    """An order of ours that should be at the broker.

    Attributes:
        certain: False if the broker has not confirmed it yet, so that its absence is no difference.
    """

    ref: str
    symbol: str
    con_id: int
    signed: int
    certain: bool = True


@dataclass(frozen=True)
class BrokerSide:
    """What the broker reported, of one account."""

    positions: Sequence[BrokerPosition]
    open_orders: Sequence[OpenOrder]
    executions: Sequence[Execution]


def differences(
    ours: Mapping[int, Holding],
    fills: Iterable[Fill],
    orders: Sequence[KnownOrder],
    broker: BrokerSide,
    traded: Mapping[int, tuple[str, Decimal]],
) -> list[BrokerDifference]:
    """Return what disagrees, in a stable order; nothing if all invariants hold.

    Args:
        ours: our positions by con_id.
        fills: all fills of the ledger.
        orders: our orders that should be at the broker.
        broker: the other side.
        traded: symbol and money of one point by con_id, of every contract of the traded instruments.
    """
    kept = in_force(fills)
    found = [
        *_positions(ours, broker.positions, traded),
        *_orders(orders, broker.open_orders, traded),
        *_executions(kept, broker.executions, traded),
    ]
    return sorted(found, key=lambda one: (one.symbol, one.kind, one.ours))


def _positions(
    ours: Mapping[int, Holding], theirs: Sequence[BrokerPosition], traded: Mapping[int, tuple[str, Decimal]]
) -> Iterable[BrokerDifference]:
    there = {one.con_id: one for one in theirs}
    for con_id in sorted({*ours, *there} & set(traded)):
        symbol, point = traded[con_id]
        holding, other = ours.get(con_id), there.get(con_id)
        held, reported = holding.quantity if holding else 0, other.quantity if other else 0
        if held != reported:
            named = f"contract {con_id}" if not (holding and holding.month) else holding.month
            yield BrokerDifference(symbol, "position", f"{held} of {named}", f"{reported}")
        elif holding is not None:
            yield from _money(symbol, point, holding, other)


def _money(symbol: str, point: Decimal, holding: Holding, other: BrokerPosition | None) -> Iterable[BrokerDifference]:
    if holding.uncosted:
        return
    if other is not None and holding.quantity:
        cost = holding.cost_of_one(point)
        if abs(other.average_cost - cost) > _CENT:
            yield BrokerDifference(symbol, "average cost", f"{cost:.2f} a contract", f"{other.average_cost:.2f}")
    profit = holding.realized_net(point)
    if not holding.unreported and abs(holding.reported - profit) > _CENT * max(holding.closings, 1):
        yield BrokerDifference(symbol, "realized profit", f"{profit:.2f}", f"{holding.reported:.2f}")


def _orders(
    ours: Sequence[KnownOrder], theirs: Sequence[OpenOrder], traded: Mapping[int, tuple[str, Decimal]]
) -> Iterable[BrokerDifference]:
    there = {one.ref: one for one in theirs if one.ref}
    known = {one.ref: one for one in ours}
    for order in ours:
        other = there.get(order.ref)
        if other is None:
            if order.certain:
                yield BrokerDifference(order.symbol, "order", f"{order.ref} open", "no such open order")
        elif other.con_id != order.con_id or _signed(other) != order.signed:
            said = f"{_signed(other)} of contract {other.con_id}"
            yield BrokerDifference(order.symbol, "order", f"{order.ref} for {order.signed} of {order.con_id}", said)
    for other in theirs:
        if other.con_id in traded and other.ref not in known:
            who = f"{other.action} {other.quantity} of client {other.client_id}, reference '{other.ref}'"
            yield BrokerDifference(traded[other.con_id][0], "order", "no such order", who)


def _executions(
    kept: Sequence[Fill], theirs: Sequence[Execution], traded: Mapping[int, tuple[str, Decimal]]
) -> Iterable[BrokerDifference]:
    ours = {root_of(fill.exec_id)[0]: fill for fill in kept}
    newest: dict[str, Execution] = {}
    for one in theirs:
        root, version = root_of(one.exec_id)
        if root not in newest or version > root_of(newest[root].exec_id)[1]:
            newest[root] = one
    for root, one in newest.items():
        if one.con_id not in traded:
            continue
        fill, said = ours.get(root), f"{counted(abs(one.quantity), 'contract')} at {one.price:f} ({one.exec_id})"
        symbol = traded[one.con_id][0]
        if fill is None:
            yield BrokerDifference(symbol, "execution", "no such execution", said)
        elif (fill.quantity, fill.price) != (one.quantity, one.price):
            mine = f"{counted(abs(fill.quantity), 'contract')} at {fill.price:f} ({fill.exec_id})"
            yield BrokerDifference(symbol, "execution", mine, said)
        elif not fill.spec:
            yield BrokerDifference(symbol, "execution", "no order of ours for it", said)


def _signed(order: OpenOrder) -> int:
    return order.quantity if order.action == "BUY" else -order.quantity
