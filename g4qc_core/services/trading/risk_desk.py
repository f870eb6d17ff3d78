"""What the limits must know at the moment of an order, gathered from the book, the live bars and the broker.

The limits themselves are `g4qc_core.trading.limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from g4qc_core.errors import GatewayError
from g4qc_core.services.trading.live.live_minutes import MINUTE, LiveMinutes
from g4qc_core.services.trading.orders.instrument_checks import failing_checks
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.trade_desk import probe_ticket
from g4qc_core.services.trading.traded.traded_specs import TradedUnit
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import InstrumentLock
from g4qc_core.trading.broker import Broker
from g4qc_core.trading.intents import Order
from g4qc_core.trading.limits import OrderAsked, OrderSurroundings, TradingLimits, refusal, used

_EQUITY, _MARGIN = "NetLiquidation", "InitMarginReq"
_CHECKS_LAST = timedelta(minutes=1)


class RiskDesk:
    """Applies the limits of one account.

    Args:
        account: that trades.
        limits: of the trading file.
        units: the traded specs.
        book: positions and orders.
        minutes: live minutes by con_id.
        stores: of the database.
        switch: the kill switch.

    Attributes:
        link: reason for which no order may leave, such as lost servers; empty if there is none.
        values: figures of the account as the broker reported them last.
    """

    def __init__(
        self,
        account: str,
        limits: TradingLimits,
        units: Sequence[TradedUnit],
        book: OrderBook,
        minutes: Mapping[int, LiveMinutes],
        stores: Stores,
        switch: KillSwitch,
    ) -> None:
        self.link = ""
        self.values: Mapping[str, Decimal] = {}
        self._account, self._limits, self._book, self._minutes = account, limits, book, minutes
        self._units = {unit.instrument.symbol: unit for unit in units}
        self._read = {unit.name: {one.symbol: None for one in unit.followed} for unit in units}
        self._stores, self._switch = stores, switch
        self._margins: dict[str, Decimal] = {}
        self._red: dict[str, tuple[datetime, str]] = {}

    def learn_margins(self, broker: Broker, new_id: Callable[[], int]) -> None:
        """Ask what one more contract of each instrument takes, once for a connection; unknown margins stay unknown.

        Args:
            broker: the connection.
            new_id: gives the order id of a question, which no other order may have.
        """
        self.values = broker.account_values(self._account)
        for symbol, unit in self._units.items():
            session = unit.series.session_at(broker.now())
            contract = unit.traded.contracts.get("" if session is None else unit.series.front(session.trade_date))
            if contract is None:
                continue
            try:
                effect = broker.what_if(probe_ticket(new_id(), contract, self._account))
            except GatewayError:
                continue
            before = self.values.get(_MARGIN, Decimal(0))
            if effect.initial_after is not None:
                self._margins[symbol] = max(effect.initial_after - before, Decimal(0))

    def refusals(self, orders: Sequence[Order], now: datetime) -> list[str | None]:
        """Return the reason against each order, as a sentence; None if it may leave.

        They leave together: an order that may leave counts as sent for those after it.
        """
        moment, locks = self.surroundings(now), self._stores.safety.locks(self._account)
        sent = [order for order in self._book.open_orders() if order.sent_at is not None]
        reasons: list[str | None] = []
        for order in orders:
            reason = self._refusal(order, sent, moment, locks)
            reasons.append(reason)
            if reason is None:
                sent.append(order)
                moment = replace(moment, ordered_at=(*moment.ordered_at, now))
        return reasons

    def _refusal(
        self, order: Order, sent: Sequence[Order], moment: OrderSurroundings, locks: Sequence[InstrumentLock]
    ) -> str | None:
        symbol = order.contract.symbol
        working: dict[str, int] = {}
        for other in sent:
            if other.ref != order.ref:
                working[other.contract.symbol] = working.get(other.contract.symbol, 0) + other.remaining
        held = moment.positions.get(symbol, 0)
        price = order.limit_price or order.stop_price
        # A bar's decision takes a second order only to leave another contract.
        of_roll = order.decision.cause == "roll" or order.sequence > 1
        asked = OrderAsked(symbol, order.signed, held, working.pop(symbol, 0), price, of_roll)
        margin = self._margins.get(symbol)
        against = [lock for lock in locks if lock.symbol == symbol]
        known = self._about(symbol, moment, against, None if margin is None else margin * order.quantity)
        # A bad bar of an instrument that is only read decides, too.
        read = [self._checks(one, moment.now) for one in self._read.get(order.decision.spec, {}) if one != symbol]
        red = " ".join(filter(None, [known.red, *read]))
        known = replace(known, positions=_largest(moment.positions, working), red=red)
        if order.decision.cause == "flatten":
            # A person wants it: neither the kill switch nor the lock of the same wish is against it.
            wished = all(one.reason == "flattened" for one in against)
            known = replace(known, halted="", locked="" if wished else known.locked)
        return refusal(self._limits, asked, known)

    def used(self, now: datetime) -> dict[str, object]:
        """Return what is used of the limits, JSON-safe; see `limits.used`."""
        return used(self._limits, self.surroundings(now))

    def positions(self) -> dict[str, int]:
        """Return the contracts of the account by instrument, of all its contract months."""
        found: dict[str, int] = {}
        for one in self._book.holdings().values():
            if one.quantity:
                found[one.symbol] = found.get(one.symbol, 0) + one.quantity
        return found

    def profit_today(self, now: datetime) -> Decimal:
        """Return the profit of the trade date in progress, open positions included, after commissions.

        Positions that were held at its open count from the last live price before it, and from their average price if
        there is none.
        """
        total = Decimal(0)
        for con_id, holding in self._book.holdings().items():
            unit = self._units.get(holding.symbol)
            opened = None if unit is None else self._session_open(unit, now)
            if unit is None or opened is None:
                continue
            feed = self._minutes.get(con_id)
            last = None if feed is None or feed.last_price is None else Decimal(str(feed.last_price))
            today = self._book.fills_since(con_id, opened)
            bought = sum(fill.quantity for fill in today)
            paid = sum((fill.commission or Decimal(0)) for fill in today)
            mark = holding.average_price if last is None else last
            before = _last_before(feed, opened)
            began = holding.average_price if before is None else before
            points = (holding.quantity - bought) * (mark - began)
            points += sum(((mark - fill.price) * fill.quantity for fill in today), Decimal(0))
            total += points * unit.instrument.point_value - paid
        return total

    def surroundings(self, now: datetime) -> OrderSurroundings:
        """Return what is known of the account at this moment, and nothing of an instrument."""
        opened = min((at for one in self._units.values() if (at := self._session_open(one, now))), default=now)
        return OrderSurroundings(
            now=now,
            positions=self.positions(),
            ordered_at=tuple(self._book.sent_since(opened)),
            profit_today=self.profit_today(now),
            equity=self.values.get(_EQUITY),
            margin_after=self.values.get(_MARGIN),
            last_price=None,
            bar_closed_at=None,
            closes_at=None,
            halted=self._switch.reason(self._account),
            link=self.link,
        )

    def look_at_checks(self, now: datetime) -> None:
        """Read the checks of the graph that will be needed soon, so that no order waits for them."""
        for symbol in {*self._units, *(one for read in self._read.values() for one in read)}:
            known = self._red.get(symbol)
            if known is None or now - known[0] > _CHECKS_LAST / 2:
                self._red[symbol] = now, " ".join(failing_checks(self._stores, symbol))

    def _about(
        self, symbol: str, moment: OrderSurroundings, against: Sequence[InstrumentLock], margin: Decimal | None
    ) -> OrderSurroundings:
        """Return the surroundings of an order that takes so much more margin."""
        unit, now, taken = self._units.get(symbol), moment.now, moment.margin_after
        feed = None if unit is None else self._front_feed(unit, now)
        session = None if unit is None else unit.series.session_at(now)
        differs = (
            f"{against[0].reason}: we have {against[0].ours}, the broker has {against[0].theirs}." if against else ""
        )
        return replace(
            moment,
            margin_after=None if taken is None else taken + (margin or Decimal(0)),
            last_price=None if feed is None or feed.last_price is None else Decimal(str(feed.last_price)),
            bar_closed_at=None if feed is None or feed.newest is None else min(feed.newest + MINUTE, now),
            closes_at=None if session is None or session.open > now else session.close,
            locked=differs,
            red=self._checks(symbol, now),
        )

    def _front_feed(self, unit: TradedUnit, now: datetime) -> LiveMinutes | None:
        session = unit.series.session_at(now)
        contract = unit.traded.contracts.get("" if session is None else unit.series.front(session.trade_date))
        return None if contract is None else self._minutes.get(contract.con_id)

    def _session_open(self, unit: TradedUnit, now: datetime) -> datetime | None:
        newest = unit.series.hours.newest(now)
        session = None if newest is None else unit.series.hours.session(newest)
        return None if session is None else session.open

    def _checks(self, symbol: str, now: datetime) -> str:
        at, words = self._red.get(symbol, (None, ""))
        if at is None or now - at > _CHECKS_LAST:
            words = " ".join(failing_checks(self._stores, symbol))
            self._red[symbol] = now, words
        return words


def _largest(positions: Mapping[str, int], working: Mapping[str, int]) -> dict[str, int]:
    """Return the larger one of each position as it is, and as it will be when the open orders are filled."""
    found = dict(positions)
    for symbol, coming in working.items():
        held = positions.get(symbol, 0)
        found[symbol] = max(held, held + coming, key=abs)
    return found


def _last_before(feed: LiveMinutes | None, opened: datetime) -> Decimal | None:
    price = None if feed is None else feed.close_before(opened)
    return None if price is None else Decimal(str(price))
