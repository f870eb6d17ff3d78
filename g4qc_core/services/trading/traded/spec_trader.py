"""One traded spec through time: when a bar of it is over, whether it may be traded upon, and what is decided.

A bar that is late, missing, or outside the hours of the spec is not traded upon; the decision is stored as skipped with
the reason. Decisions on bars are handed to the desk, which stores and carries out those of one moment together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from g4qc_core.backtest.run import costs_of
from g4qc_core.calendars.session import Session
from g4qc_core.errors import G4qcError
from g4qc_core.sentences import listing
from g4qc_core.services.trading.live.awaited_bars import GRACE, AwaitedBars
from g4qc_core.services.trading.live.decision_bars import MinutesOf
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.orders.order_book import OrderBook
from g4qc_core.services.trading.orders.spec_intent import SpecIntent
from g4qc_core.services.trading.orders.trade_desk import TradeDesk
from g4qc_core.services.trading.traded.traded_specs import TradedUnit
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.intents import DecisionState, TradeDecision
from g4qc_core.trading.ledger import Holding
from g4qc_core.trading.limits import TradingLimits
from g4qc_core.trading.next_target import Standing
from g4qc_core.trading.order_refs import Cause, DecisionKey

_MOST_SKIPPED = 50


class SpecTrader:
    """Decides for one spec.

    Args:
        account: that trades.
        unit: the spec.
        book: positions of the spec.
        desk: makes the orders.
        stores: of the database.
        limits: how late a bar may be.
        begins: earliest start of a bar that may decide, UTC.
        minutes_of: live minutes of each instrument that the spec reads.
        awaited: tells when minutes are complete; one for all specs of a connection.
        tell: receives level, subject and words.
    """

    def __init__(
        self,
        account: str,
        unit: TradedUnit,
        book: OrderBook,
        desk: TradeDesk,
        stores: Stores,
        limits: TradingLimits,
        begins: datetime,
        minutes_of: MinutesOf,
        awaited: AwaitedBars,
        tell: Callable[[str, str, str], None],
    ) -> None:
        self.unit = unit
        self._account, self._book, self._desk, self._stores = account, book, desk, stores
        self._late, self._begins, self._tell = timedelta(seconds=limits.stale_after), begins, tell
        self._minutes_of, self._minutes = minutes_of, minutes_of(unit.instrument.symbol)
        bars = [one.key.bar for one in stores.orders.decisions(account, unit.name, most=50) if one.key.cause == "bar"]
        self._decided = max(bars, default=None)
        newest = stores.orders.newest(account, unit.name)
        self._last = None if newest is None else (newest.key.bar, newest.target)
        self._awaited = awaited
        self._warm = False

    @property
    def name(self) -> str:
        """Name of the spec."""
        return self.unit.name

    def catch_up(self, now: datetime) -> None:
        """Store as skipped what was not decided, or not carried out, while no trader ran."""
        for decision in self._stores.orders.decisions(self._account, self.name, most=20):
            if decision.state is DecisionState.PENDING:
                reason = "the trader was restarted while it waited for the end of earlier orders"
                self._stores.orders.fulfil(decision.key, DecisionState.SKIPPED, [], now, reason)
                self._tell("warning", self.name, f"A decision was skipped: {reason}.")
        bar = self.unit.series.bars.ended(now)
        if bar is not None and now - bar[1] > self._late:
            self.pass_over(now, now, "the trader did not run when it closed")

    def pass_over(self, before: datetime, now: datetime, reason: str) -> None:
        """Store as skipped every bar after the last decided one that ended before an instant."""
        series, last = self.unit.series, self._decided
        if last is None:
            return
        found: list[tuple[datetime, datetime]] = []
        at = before
        while (bar := series.bars.ended(at)) is not None and bar[0] > last and len(found) <= _MOST_SKIPPED:
            found.append(bar[:2])
            at = bar[1] - timedelta(microseconds=1)
        if len(found) > _MOST_SKIPPED:
            self._tell("warning", self.name, f"No bar after {last:%Y-%m-%d %H:%M} UTC was decided: the trader did not "
                                             "run.")  # fmt: skip
            found = found[:1]
        for start, end in reversed(found):
            if self._in_hours(end):
                self.skip(start, end, reason, now)

    def warm_up(self, now: datetime) -> None:
        """Make the bars of the sessions in progress before the first one closes, once live minutes are there."""
        bar = self.unit.series.bars.ended(now)
        if self._warm or bar is None or not any(feed.reaches(bar[1]) for feed in self._minutes.values()):
            return
        self._warm = True
        with suppress(G4qcError):
            found = self.unit.bars_at(bar[1], self._minutes_of)
            standing = Standing(0, self.unit.backtest.cash)
            self.unit.decider.target(found.bars, standing, found.exits, found.inputs)

    def expects(self, now: datetime) -> bool:
        """Return whether a bar that has just closed is about to be decided upon."""
        bar = self.undecided(now)
        return bar is not None and now - bar[1] < GRACE

    def due(self, now: datetime) -> list[FollowedSeries]:
        """Decide on the newest bar that is over, if that was not done; return the series whose history must be asked.

        The decision is handed to the desk, and stored when that carries out what it has.

        Args:
            now: by the gateway's clock, UTC.
        """
        bar = self.undecided(now)
        if bar is None:
            return []
        start, end, session = bar
        self.pass_over(end - timedelta(microseconds=1), now, "a later bar closed before it was decided")
        awaited = [(one.awaited(end, self._minutes_of(one.symbol)), one) for one in self.unit.followed]
        lacking = self._awaited.lacking([minutes for minutes, _ in awaited if minutes is not None], now)
        if now - end > self._late:
            self.skip(start, end, lateness(now - end, lacking.names), now)
            return []
        if not lacking.names:
            self._decide(start, end, session, now)
        asked = {minutes.what: one for minutes, one in awaited if minutes is not None and minutes.what in lacking.ask}
        return list(asked.values())

    def undecided(self, now: datetime) -> tuple[datetime, datetime, Session] | None:
        """Return start, end and session of the newest bar that is over, unless it is decided or is not traded upon."""
        bar = self.unit.series.bars.ended(now)
        if bar is None or (self._decided is not None and bar[0] <= self._decided) or bar[0] < self._begins:
            return None
        return bar if self._in_hours(bar[1]) else None

    def reads(self, symbol: str) -> bool:
        """Return whether the spec reads bars of an instrument."""
        return any(one.symbol == symbol for one in self.unit.followed)

    def roll(self, session: Session, now: datetime) -> None:
        """Move the position into the front contract of a session that opens, if it is in another one."""
        front = self.unit.series.front(session.trade_date)
        held = {one.month: one.quantity for one in self.holdings() if one.quantity}
        if not front or not held or set(held) == {front}:
            return
        newest = self._stores.orders.newest(self._account, self.name)
        if newest is not None and newest.contract == front:
            return
        target = sum(held.values()) if newest is None else newest.target
        if self.unit.backtest.on_roll == "close":
            target = 0
        self._order("roll", session.open, front, target, None, "", now)

    def flatten(self, now: datetime) -> None:
        """End the position and all orders of the spec, because a person wants it; it stays out of the market then."""
        held = [one for one in self.holdings() if one.quantity]
        self._desk.end_orders(self.name, "flatten", now)
        month = held[0].month if held else self._front_now(now)
        self._order("flatten", now.replace(second=0, microsecond=0), month, 0, None, "", now)

    def _decide(self, start: datetime, end: datetime, session: Session, now: datetime) -> None:
        try:
            found = self.unit.bars_at(end, self._minutes_of)
            bars = found.bars
            if bars.empty or bars["timestamp"].iloc[-1] != pd.Timestamp(start):
                self.skip(start, end, f"no live bar of {self.unit.instrument.symbol} arrived in it", now)
                return
            if len(bars) < self.unit.decider.bars_needed:
                needed = self.unit.decider.bars_needed
                self.skip(start, end, f"of {needed} bars that the strategy needs there are {len(bars)}", now)
                return
            close = own_close(bars)
            front = self.unit.series.front(self._next_date(end, session))
            own = str(bars["contract"].iloc[-1])
            equity = self.unit.backtest.cash + self.profit(own, close)
            standing = Standing(self.held(), equity, front != own, self._begins, self.astray(bars))
            target = self.unit.decider.target(bars, standing, found.exits, found.inputs)
        except G4qcError as error:
            self.skip(start, end, str(error), now)
            return
        self.hold(start, front, target.contracts, target.close, target.fingerprint, now)

    def hold(self, bar: datetime, month: str, target: int, price: Decimal, seen: str, now: datetime) -> None:
        """Decide on a bar what to hold from the next open on.

        Args:
            bar: start of the bar, UTC.
            month: of the contract in which the target is held.
            target: contracts, negative for short.
            price: own close of the bar in points.
            seen: fingerprint of everything that decided.
            now: by the gateway's clock, UTC.
        """
        self._order("bar", bar, month, target, price, seen, now)

    def _order(
        self, cause: Cause, bar: datetime, month: str, target: int, price: Decimal | None, seen: str, now: datetime
    ) -> None:
        symbol = self.unit.instrument.symbol
        decision = TradeDecision(
            DecisionKey(self._account, self.name, cause, bar),
            symbol,
            month,
            self.unit.backtest.timeframe,
            seen,
            target,
            self.held(),
            price,
            now,
        )
        self._last = bar, target
        moves = f"{cause} of {bar:%Y-%m-%d %H:%M} UTC: from {decision.held} to {target} {symbol} {month}."
        words = ("info", moves) if target != decision.held else None
        intent = SpecIntent(decision, self.unit.how, self.unit.traded, words)
        if cause == "bar":
            self._decided = bar
            self._desk.want(intent)
        else:
            self._desk.decide(intent)

    def skip(self, start: datetime, end: datetime, reason: str, now: datetime) -> None:
        """Store a bar as not traded upon, with the reason."""
        self._decided = start
        key = DecisionKey(self._account, self.name, "bar", start)
        held, unit = self.held(), self.unit
        decision = TradeDecision(
            key, unit.instrument.symbol, self._front_now(now), unit.backtest.timeframe, "", held, held, None, now,
            DecisionState.SKIPPED, reason,
        )  # fmt: skip
        words = f"The bar that closed at {end:%Y-%m-%d %H:%M} UTC is not traded upon: {reason}"
        self._desk.want(SpecIntent(decision, unit.how, unit.traded, ("warning", words)))

    def astray(self, bars: pd.DataFrame) -> bool:
        """Return whether it decides anew, though its signal is as before.

        It does if it does not hold what it decided last, or has not decided on the bar before the newest one.
        """
        if self._last is None or self._last[1] != self.held():
            return True
        return len(bars) > 1 and pd.Timestamp(self._last[0]) < bars["timestamp"].iloc[-2]

    def holdings(self) -> list[Holding]:
        """Return what the spec holds, by contract."""
        symbol = self.unit.instrument.symbol
        return [one for one in self._book.holdings(self.name).values() if one.symbol == symbol]

    def held(self) -> int:
        """Return the contracts that the spec holds, or will hold when its open orders are filled."""
        return sum(one.quantity for one in self.holdings()) + self._book.coming(self.name)

    def profit(self, month: str, close: Decimal) -> Decimal:
        """Return what the spec has won at a price of a contract, costs that are not reported yet by the cost model."""
        point = self.unit.instrument.point_value
        fee = costs_of(self.unit.backtest, self.unit.instrument).fee
        won = Decimal(0)
        for one in self.holdings():
            feed = self._minutes.get(one.month)
            last = (
                close
                if one.month == month or feed is None or feed.last_price is None
                else Decimal(str(feed.last_price))
            )
            won += one.profit_at(last) * point - one.commissions - fee * one.uncosted
        return won

    def _next_date(self, end: datetime, session: Session) -> date:
        following = self.unit.series.session_at(end)
        return session.trade_date if following is None else following.trade_date

    def _front_now(self, now: datetime) -> str:
        session = self.unit.series.session_at(now)
        return "" if session is None else self.unit.series.front(session.trade_date)

    def _in_hours(self, end: datetime) -> bool:
        return self.unit.how.open_at(end.astimezone(self.unit.series.hours.timezone).time())


def own_close(bars: pd.DataFrame) -> Decimal:
    """Return the contract's own close of the newest bar, in points."""
    close, factor, points = (float(bars[name].iloc[-1]) for name in ("close", "factor", "adjustment"))
    return Decimal(str(round((close - points) / factor, 10)))


def lateness(late: timedelta, lacking: Sequence[str]) -> str:
    """Return why a bar is late, as the reason of a skipped decision."""
    seconds = late.total_seconds()
    if not lacking:
        return f"it was late: {seconds:.0f} s after its close no decision could be made"
    return f"it was late: {seconds:.0f} s after its close the bars of {listing(lacking)} were not complete"
