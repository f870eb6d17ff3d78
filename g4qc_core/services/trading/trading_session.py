"""A trader's time on one connection: recovery first, then events and timers until the connection ends.

Each connection starts from what is stored, so that a restart and a reconnection are the same thing.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from g4qc_core.errors import G4qcError, GatewayDisconnected
from g4qc_core.services.trading.command_desk import CommandDesk
from g4qc_core.services.trading.deciders import make_deciders
from g4qc_core.services.trading.live.awaited_bars import AwaitedBars
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.live_feeds import LiveFeeds
from g4qc_core.services.trading.orders.open_doubts import OpenDoubts
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.reconciler import Reconciler
from g4qc_core.services.trading.orders.trade_desk import TradeDesk
from g4qc_core.services.trading.orders.unnamed_specs import leave_behind
from g4qc_core.services.trading.quiet_times import QuietTimes
from g4qc_core.services.trading.risk_desk import RiskDesk
from g4qc_core.services.trading.session_parts import SessionParts
from g4qc_core.services.trading.traded.portfolio_trader import PortfolioTrader
from g4qc_core.services.trading.traded.spec_trader import SpecTrader
from g4qc_core.services.trading.traded.traded_specs import points_of
from g4qc_core.trading.broker import (
    Broker,
    BrokerEvent,
    Commission,
    Execution,
    Link,
    LinkChanged,
    LiveBar,
    OpenOrder,
    OrderProblem,
    OrderStatus,
    StreamEnded,
)
from g4qc_core.trading.intents import Order
from g4qc_core.trading.order_states import OrderState

_RECONCILE_EVERY = timedelta(minutes=3)
_RELOAD_EVERY = timedelta(minutes=5)
_AFTER_CLOSE = timedelta(minutes=1)
_TICK = 0.1
_HOUSEKEEPING = 1.0
_DRAIN = 0.3


class TradingSession:
    """Trades on one connection.

    Args:
        parts: what it works with.
        broker: the connection.

    Attributes:
        stopping: set when a person asked for the end.
        specs: everything that holds a position: the traded specs, and the lanes of portfolios.
        reconciler: compares with the broker.
    """

    def __init__(self, parts: SessionParts, broker: Broker) -> None:
        self.parts, self.broker = parts, broker
        self.stopping = False
        self.book = OrderBook(parts.account, parts.stores)
        self.book.name_contracts(one for unit in parts.units for one in unit.traded.contracts.values())
        self._followed = parts.traded.followed
        self._feeds = LiveFeeds(self._followed, self.book, broker, parts.stores, parts.tell)
        self.risk = RiskDesk(
            parts.account, parts.limits, parts.units, self.book, self._feeds.by_id, parts.stores, parts.switch
        )
        self.desk = TradeDesk(self.book, parts.stores, broker, self._gate, parts.tell)
        self.reconciler = Reconciler(
            self.book, parts.stores, points_of(parts.units), self.record, self._drain, parts.tell
        )
        self._awaited = AwaitedBars()
        made = make_deciders(parts, self.book, self.desk, self._feeds.of, self._awaited, broker.now())
        self.specs, self._deciding = made.specs, made.deciding
        self._quiet = QuietTimes(self.specs)
        self._commands = CommandDesk(self)
        self._doubts = OpenDoubts(self.book)
        self._held_back: list[BrokerEvent] = []
        self._recovering = True
        self._servers_lost = False

    def run(self, stop: threading.Event) -> None:
        """Recover, then trade until `stop` is set, a person asks for the end, or the connection ends.

        Raises:
            GatewayError: the connection ended, or a question about the account failed.
        """
        self._begin()
        housekeeping = 0.0
        while not (stop.is_set() or self.stopping):
            event = self.broker.event(_TICK)
            if event is not None:
                self._hear_all(event)
            self._time()
            if time.monotonic() - housekeeping >= _HOUSEKEEPING:
                housekeeping = time.monotonic()
                self._keep_house()
        self._feeds.save(self.broker.now())

    def _hear_all(self, first: BrokerEvent) -> None:
        """Take an event and all that wait behind it, bars first: an order must not wait for the news of another one.

        What is decided on the bars is carried out together, before the first of the news.
        """
        bars: deque[BrokerEvent] = deque()
        others: deque[BrokerEvent] = deque()
        event: BrokerEvent | None = first
        while event is not None:
            (bars if isinstance(event, LiveBar) else others).append(event)
            event = self.broker.event(0.0)
            while event is None and (bars or others):
                if not bars:
                    self.desk.carry_out()
                self._hear(bars.popleft() if bars else others.popleft())
                event = self.broker.event(0.0)
        self.desk.carry_out()

    def _begin(self) -> None:
        now = self.broker.now()
        for one in self._followed:
            self._load(one, now)
        self.reconcile("start")
        self.risk.learn_margins(self.broker, self.desk.new_id)
        leave_behind(self.book, self.desk, {spec.name for spec in self.specs}, self.parts.tell, self.broker.now())
        for spec in self.specs:
            spec.catch_up(self.broker.now())
        self.desk.carry_out()
        self._recovering = False
        self._reconciled = self._loaded = now = self.broker.now()
        self._closes = self._next_closes()
        self._follow_sessions(now)
        self.parts.tell("info", self.parts.account, self.parts.beginning(self.broker.now()))

    def _load(self, one: FollowedSeries, now: datetime) -> None:
        try:
            one.series.load(now)
        except G4qcError as error:
            self.parts.tell("error", one.symbol, f"Its stored bars cannot be used: {error}")
        for note in one.series.notes:
            self.parts.tell("warning", one.symbol, note)

    def _gate(self, orders: Sequence[Order]) -> list[str | None]:
        if self._recovering:
            return ["The positions are not compared with the broker's yet."] * len(orders)
        return self.risk.refusals(orders, self.broker.now())

    def _hear(self, event: BrokerEvent) -> None:
        now = self.broker.now()
        match event:
            case LiveBar():
                self._bar(event, now)
            case LinkChanged():
                self._link(event)
            case StreamEnded():
                self._feeds.ended(event)
            case _:
                self.record(event)
                self.desk.proceed(now)

    def record(self, event: OpenOrder | OrderStatus | Execution | Commission | OrderProblem) -> None:
        """Take what the broker says about orders, tell what a person should know, and note what must be compared."""
        now = self.broker.now()
        heard = self.book.hear(event, self.broker.client_id, now)
        for problem in heard.problems:
            self.reconciler.lock(problem, now)
        for order in heard.orders:
            self._tell_order(order)
        for order in heard.found:
            self.parts.tell("warning", order.ref, f"{order.ref} was taken for lost, and is {order.state}.")
            if heard.problems:
                self.desk.end_orders(order.decision.spec, "it was taken for lost", now)
        for doubt in heard.doubts:
            self.parts.tell("warning", self.parts.account, f"To be compared with the broker: {doubt}.")
            self._doubts.note()
        if isinstance(event, OrderProblem) and "read-only" in event.text.lower():
            self.risk.link = (
                "The gateway is read-only: untick 'Read-Only API' in the API settings of TWS or IB Gateway."
            )

    def _tell_order(self, order: Order) -> None:
        if order.state is OrderState.REJECTED:
            self.parts.tell("error", order.ref, f"The broker refused {order.ref}: {order.why}")
        elif order.state in (OrderState.FILLED, OrderState.CANCELLED):
            self.parts.tell("info", order.ref, f"{order.ref} is {order.state}: {order.filled} of {order.quantity}.")

    def _bar(self, event: LiveBar, now: datetime) -> None:
        feed = self._feeds.take(event, now)
        if feed is None:
            return
        for spec in self._deciding:
            if spec.reads(feed.symbol):
                self._due(spec, max(now, event.start))

    def _link(self, event: LinkChanged) -> None:
        if event.link is Link.ENDED:
            raise GatewayDisconnected(event.text or "The connection to the gateway ended.")
        if event.link is Link.SERVERS_LOST:
            self._servers_lost = True
            self.risk.link = "The gateway has lost its connection to Interactive Brokers."
            self.parts.tell("warning", self.parts.account, f"{self.risk.link} No order leaves until it is back.")
        elif event.link is Link.SERVERS_BACK:
            self._servers_lost = False
            self.reconcile("reconnection")
            self.risk.link = ""
            self._feeds.subscribe_all(again=True)
            self.parts.tell("info", self.parts.account, "The gateway is connected to Interactive Brokers again.")

    def _time(self) -> None:
        now = self.broker.now()
        for spec in self._deciding:
            self._due(spec, now)
        self.desk.carry_out()
        if self.desk.waiting():
            self.desk.proceed(now)
            for decision in self.desk.waiting():
                if (now - decision.decided_at).total_seconds() > self.parts.limits.stale_after:
                    reason = "the orders before it did not end in time"
                    self.desk.give_up(decision.key.spec, reason, now)
        if not self._servers_lost:
            # Without its servers, a gateway's lists are of what it knew before.
            self._compare(now)
        if now - self._loaded >= _RELOAD_EVERY * (1 if self._quiet.calm(now) else 2):
            self._loaded = now
            self._follow_sessions(now)

    def _compare(self, now: datetime) -> None:
        calm = self._quiet.calm(now)
        if self._doubts.pressing() or now - self._reconciled >= _RECONCILE_EVERY * (1 if calm else 2):
            self.reconcile("doubt" if now - self._reconciled < _RECONCILE_EVERY else "schedule")
        for close in [one for one in self._closes if now >= one + _AFTER_CLOSE]:
            self._closes.discard(close)
            self.reconcile("close")
        if not self._closes:
            self._closes = self._next_closes()

    def _due(self, spec: SpecTrader | PortfolioTrader, now: datetime) -> None:
        if asked := spec.due(now):
            # Nothing tells whether the market was silent or the stream: the history does.
            self._feeds.subscribe(asked, again=True)

    def _follow_sessions(self, now: datetime) -> None:
        """Take newly stored sessions, and move positions before a session that opens in another contract."""
        for one in self._followed:
            if one.opening(now) is not None or one.series.stale():
                self._load(one, now)
        for spec in self.specs:
            session = spec.unit.own.opening(now)
            if session is not None:
                spec.roll(session, now)
        self._feeds.subscribe_all()

    def _next_closes(self) -> set[datetime]:
        sessions = [unit.series.session_at(self.broker.now()) for unit in self.parts.units]
        return {session.close for session in sessions if session is not None}

    def reconcile(self, cause: str) -> None:
        """Compare with the broker; raises GatewayError if a question fails."""
        self._doubts.clear()
        self.reconciler.reconcile(self.broker, cause)
        self.desk.raise_ids(self.reconciler.highest_id)
        self._reconciled = self.broker.now()
        self.risk.values = self.broker.account_values(self.parts.account)

    def _drain(self) -> None:
        until = time.monotonic() + _DRAIN
        while (left := until - time.monotonic()) > 0:
            event = self.broker.event(left)
            if isinstance(event, LinkChanged):
                self._held_back.append(event)
            elif event is not None:
                self._hear(event)
        self.desk.carry_out()
        for event in self._held_back:
            self._hear(event)
        self._held_back.clear()

    def _keep_house(self) -> None:
        now = self.broker.now()
        if self.parts.switch.reason(self.parts.account):
            self.desk.end_orders(None, "the kill switch is on", now)
        if self._quiet.may_work(now):
            self._keep_the_rest(now)

    def _keep_the_rest(self, now: datetime) -> None:
        """Do what may wait while a bar closes."""
        if not self._servers_lost:
            self.desk.repeat_cancels(now)
        self._feeds.keep_house(now)
        if self._quiet.calm(now):
            self.risk.look_at_checks(now)
            for spec in self._deciding:
                spec.warm_up(now)
        for command in self.parts.stores.traders.waiting(self.parts.account):
            self._commands.obey(command, now)
        self.parts.report(self)
