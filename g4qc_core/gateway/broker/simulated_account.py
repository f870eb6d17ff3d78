"""The account of the simulated gateway: positions, cash, profit and margin.

Every product counts as a future does: a position costs nothing but margin, and its profit becomes cash when it closes.
Amounts in other currencies count one to one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from g4qc_core.gateway.broker.booked_order import BookedFill
from g4qc_core.gateway.markets.simulated_market import Listing

_NOTHING = Decimal(0)
Price = Callable[[Listing], Decimal | None]
"""Returns the last price of a contract in points."""


@dataclass
class AccountPosition:
    """The position in one contract, and what it earned.

    Attributes:
        quantity: contracts, negative if short.
        cost: paid for the contracts that are open, commissions included; negative if short.
        gross: profit of closed contracts before commissions.
        net: the same after the commissions of both sides.
        commissions: of all fills, in the contract's currency.
    """

    listing: Listing
    quantity: int = 0
    cost: Decimal = _NOTHING
    fees_in_cost: Decimal = _NOTHING
    gross: Decimal = _NOTHING
    net: Decimal = _NOTHING
    commissions: Decimal = _NOTHING

    @property
    def average_cost(self) -> Decimal:
        """Money per open contract: price x multiplier, with the commission; 0 without a position."""
        return self.cost / self.quantity if self.quantity else _NOTHING

    def book(self, signed: int, price: Decimal, commission: Decimal) -> Decimal | None:
        """Add a fill and return the net profit of the contracts that it closed; None if it closed none.

        Args:
            signed: contracts, negative for a sale.
            price: in points.
            commission: of the whole fill.
        """
        closing = min(abs(signed), abs(self.quantity)) if signed * self.quantity < 0 else 0
        share = commission * closing / abs(signed)
        self.commissions += commission
        realized = self._close(closing, price, share) if closing else None
        opening = abs(signed) - closing
        if opening:
            sign = 1 if signed > 0 else -1
            self.quantity += sign * opening
            self.cost += sign * opening * price * point_value(self.listing) + (commission - share)
            self.fees_in_cost += commission - share
        return realized

    def _close(self, contracts: int, price: Decimal, commission: Decimal) -> Decimal:
        sign, whole = (1, self.quantity) if self.quantity > 0 else (-1, -self.quantity)
        all_of_it = contracts == whole
        cost = self.cost if all_of_it else self.cost * contracts / whole
        fees = self.fees_in_cost if all_of_it else self.fees_in_cost * contracts / whole
        worth = sign * contracts * price * point_value(self.listing)
        self.quantity -= sign * contracts
        self.cost -= cost
        self.fees_in_cost -= fees
        self.gross += worth - (cost - fees)
        realized = worth - cost - commission
        self.net += realized
        return realized


@dataclass
class SimulatedAccount:
    """The account: every fill, and what follows from them.

    Attributes:
        start: cash before the first fill.
        margin_rate: initial margin as a share of a position's value.
        positions: by conId, also those that are closed.
    """

    start: Decimal
    margin_rate: Decimal
    positions: dict[int, AccountPosition] = field(default_factory=dict)
    _fills: dict[int, list[BookedFill]] = field(default_factory=dict)
    _settled: dict[int, Decimal] = field(default_factory=dict)

    def book(self, fill: BookedFill) -> BookedFill:
        """Book a fill, or the correction of one, and return it with the profit that it realized."""
        listing = fill.order.terms.listing
        key = listing.contract.con_id
        fills = self._fills.setdefault(key, [])
        place = next((at for at, known in enumerate(fills) if known.root == fill.root), None)
        if place is None:
            position = self.positions.setdefault(key, AccountPosition(listing))
            booked = self._booked(position, fill)
            fills.append(booked)
            return booked
        fills[place] = fill
        return self._rebuild(key)[place]

    def settle(self, listing: Listing, price: Decimal) -> None:
        """Close the position in a contract that has expired at its last price, without an execution."""
        key = listing.contract.con_id
        if key in self.positions and self.positions[key].quantity:
            self._settled[key] = price
            self._settle(key)

    def open_positions(self) -> list[AccountPosition]:
        """Return the positions that are not zero, by conId."""
        return [self.positions[key] for key in sorted(self.positions) if self.positions[key].quantity]

    @property
    def cash(self) -> Decimal:
        """Start plus realized profit less commissions."""
        return self.start + sum((p.gross - p.commissions for p in self.positions.values()), _NOTHING)

    @property
    def realized(self) -> Decimal:
        """Profit of closed contracts, net of their commissions."""
        return sum((p.net for p in self.positions.values()), _NOTHING)

    def unrealized(self, price: Price) -> Decimal:
        """Return the profit of open contracts at present prices, less the commissions paid for them."""
        return sum((unrealized(p, price(p.listing)) for p in self.open_positions()), _NOTHING)

    def equity(self, price: Price) -> Decimal:
        """Return cash plus the profit of open contracts at present prices."""
        return self.cash + sum(
            (unrealized(p, price(p.listing)) + p.fees_in_cost for p in self.open_positions()), _NOTHING
        )

    def margin(self, price: Price, extra: Iterable[tuple[Listing, int]] = ()) -> Decimal:
        """Return the initial margin of the positions, after further signed contracts."""
        held = {key: (p.listing, p.quantity) for key, p in self.positions.items()}
        for listing, signed in extra:
            before = held.get(listing.contract.con_id, (listing, 0))[1]
            held[listing.contract.con_id] = listing, before + signed
        return sum(
            (abs(value(listing, quantity, price(listing))) * self.margin_rate for listing, quantity in held.values()),
            _NOTHING,
        )

    def _booked(self, position: AccountPosition, fill: BookedFill) -> BookedFill:
        signed = fill.order.terms.sign * fill.shares
        return replace(fill, realized=position.book(signed, fill.price, fill.commission))

    def _rebuild(self, key: int) -> list[BookedFill]:
        position = AccountPosition(self.positions[key].listing)
        self._fills[key] = [self._booked(position, fill) for fill in self._fills[key]]
        self.positions[key] = position
        self._settle(key)
        return self._fills[key]

    def _settle(self, key: int) -> None:
        position = self.positions[key]
        if key in self._settled and position.quantity:
            position.book(-position.quantity, self._settled[key], _NOTHING)


def point_value(listing: Listing) -> Decimal:
    """Return the money of one point of a contract's price."""
    return listing.contract.multiplier / listing.contract.price_magnifier


def value(listing: Listing, quantity: int, price: Decimal | None) -> Decimal:
    """Return the money that contracts stand for; 0 without a price."""
    return quantity * (price or _NOTHING) * point_value(listing)


def unrealized(position: AccountPosition, price: Decimal | None) -> Decimal:
    """Return the profit of an open position at a price, less the commissions paid for it; 0 without a price."""
    return _NOTHING if price is None else value(position.listing, position.quantity, price) - position.cost
