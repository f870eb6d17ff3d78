"""Weeks of several instruments in one account, by a clock that leaps from the end of a bar to the next one.

The stored bars grow each day as the nightly extraction makes them grow, and the rolls are made from them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.gateway.markets.simulated_market import SimulatedMarket
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import holdings, in_force
from tests.core.services.trading.stage import REGISTRY, WIDE_LIMITS, Stage, bars_of, fill, money

_TRADING = f"""
[limits]{WIDE_LIMITS}stale_after = 1800
"""
_BACKTEST = """
[{symbol}]
strategy = "sma_cross"
instrument = "{symbol}"
timeframe = "{length}"
cash = 2000000
sizing = "contracts(2)"
slippage_ticks = 1
parameters = {{ fast = 2, slow = 5 }}
"""
_BEFORE_OPEN = timedelta(minutes=10)
_AFTER_CLOSE = timedelta(minutes=2)
_AWAY = timedelta(minutes=3)
_LONGEST_PAUSE = timedelta(days=7)
_STORED_BEFORE = timedelta(days=9)
# The servers of Interactive Brokers are reset about midnight, and for longer after the week.
_RESET = time(0, 0, tzinfo=ZoneInfo("America/New_York"))
_FRIDAY = 4


@dataclass(frozen=True)
class PlannedFill:
    """A fill that the backtest has: instant (UTC), contract month, contracts with sign, and price in points."""

    at: datetime
    month: str
    quantity: int
    price: Decimal


class Soak:
    """A stage through the sessions of some instruments, with a spec of the same name for each.

    Args:
        database: empty.
        home: of the trader.
        market: that the gateway serves.
        symbols: of the instruments.
        first: trade date of the first traded sessions.
        last: that of the last ones.

    Attributes:
        sessions: the traded ones by symbol, ascending.
        reconciled: by symbol, whether the comparison after each close agreed.
        restarts: instants at which the gateway was started again.
    """

    def __init__(
        self, database: Database, home: Path, market: SimulatedMarket, symbols: list[str], first: date, last: date
    ) -> None:
        self._market, self.stores = market, Stores(database)
        hours = {symbol: calendar(REGISTRY[symbol].calendar) for symbol in symbols}
        self.sessions: Mapping[str, list[Session]] = {one: hours[one].sessions(first, last) for one in symbols}
        # The first position of a backtest is decided on the last bar before its first session.
        eves = {one: hours[one].sessions(first - _LONGEST_PAUSE, first)[-2] for one in symbols}
        begin = min(eve.close for eve in eves.values()) - timedelta(minutes=10)
        trading = _TRADING + "".join(f"\n[trade.{symbol}]\n" for symbol in symbols)
        backtests = "".join(_BACKTEST.format(symbol=symbol, length=length_of(symbol)) for symbol in symbols)
        self.stage = Stage(self.stores, home, market, begin, trading, backtests)
        for symbol in symbols:
            fill(self.stores, self.stage.settings, market, symbol, begin - _STORED_BEFORE, begin, (length_of(symbol),))
            self.stores.checks.keep("bars_1min", "schema", {f"{symbol}|2026-10-01": ""}, begin)
        self.reconciled: dict[str, list[bool]] = {symbol: [] for symbol in symbols}
        self.restarts: list[datetime] = []
        self._instants = {begin}
        self._before: set[datetime] = set()
        self._ends: dict[datetime, list[tuple[str, datetime]]] = defaultdict(list)
        self._closes: dict[datetime, list[tuple[str, Session]]] = defaultdict(list)
        self._eves: dict[str, datetime] = {}
        for symbol, eve in eves.items():
            self._eves[symbol] = [start for start, _ in bars_of(symbol, length_of(symbol), eve.open, eve.close)][-1]
            self._ends[eve.close].append((symbol, self._eves[symbol]))
            self._closes[eve.close + _AFTER_CLOSE].append((symbol, eve))
        self._plan()

    def bars(self, symbol: str) -> list[datetime]:
        """Starts of the bars that decide: the last one before the traded sessions, and all of theirs."""
        sessions = self.sessions[symbol]
        traded = [start for one in sessions for start, _ in bars_of(symbol, length_of(symbol), one.open, one.close)]
        return [self._eves[symbol], *traded]

    def go(self, tell: Callable[[str], object] = lambda _: None) -> None:
        """Let all sessions go by; `tell` receives a sentence about each close."""
        for at in sorted(self._instants):
            self._reach(at)
            for symbol, session in self._closes.get(at, []):
                tell(f"{session.trade_date} of {symbol} is over; reconciled: {self.reconciled[symbol][-1]}")

    def targets(self, symbol: str) -> dict[datetime, int]:
        """What the trader decided, by the start of the bar."""
        decisions = self.stores.orders.decisions(self.stage.account, symbol)
        return {one.key.bar: one.target for one in decisions if one.key.cause == "bar" and one.state != "skipped"}

    def fills(self, symbol: str) -> list[PlannedFill]:
        """What the trader bought and sold."""
        fills = in_force(self.stores.executions.fills(self.stage.account, spec=symbol))
        return sorted((PlannedFill(one.at, one.month, one.quantity, one.price) for one in fills), key=_order)

    def planned(self, symbol: str) -> tuple[dict[datetime, int], list[PlannedFill]]:
        """What the backtest on the stored bars decides, by the start of the bar, and what it buys and sells."""
        spec = load_specs(self.stage.settings.backtests)[symbol]
        spec = spec.model_copy(update={"trade_from": self.sessions[symbol][0].trade_date})
        read = read_bars(spec, REGISTRY, self.stores, self.stage.clock.now())
        made = run_backtest(spec, read.series, REGISTRY[symbol], data_version="v", roll_rule="r", exits=read.exits)
        starts = [at.to_pydatetime() for at in made.equity["timestamp"]]
        positions = [int(one) for one in made.equity["position"]]
        series = read.series.set_index("timestamp")
        slip, found = REGISTRY[symbol].tick, []
        before, month = 0, str(series["contract"].iloc[0])
        for at, position in zip(starts, positions, strict=True):
            bar = series.loc[at]
            opened = money(bar["open"] - bar["adjustment"], slip)
            legs = [(str(bar["contract"]), position - before, opened)]
            if bar["contract"] != month and before:
                left = month, -before, money(read.exits[at], slip)
                legs = [left, (str(bar["contract"]), position, opened)]
            found += [
                PlannedFill(at, of, many, price + (slip if many > 0 else -slip)) for of, many, price in legs if many
            ]
            before, month = position, str(bar["contract"])
        held = dict(zip(starts, positions, strict=True))
        return {bar: held[following] for bar, following in pairwise(self.bars(symbol))}, sorted(found, key=_order)

    def _plan(self) -> None:
        """Note at which instants something happens."""
        for symbol, sessions in self.sessions.items():
            for session in sessions:
                self._before.add(session.open - _BEFORE_OPEN)
                self._closes[session.close + _AFTER_CLOSE].append((symbol, session))
                self._instants.update(start for start, _ in session.intervals)
                for start, end in bars_of(symbol, length_of(symbol), session.open, session.close):
                    self._ends[end].append((symbol, start))
        self._instants.update(self._before, self._closes, self._ends)

    def _reach(self, at: datetime) -> None:
        """Let the clock leap to an instant, and see to it that the trader has done what belongs to it."""
        stage = self.stage
        stage.clock.set(at)
        if at in self._before:
            stage.wait(lambda: self._seen(at), "a sign of life before the open")
            # The second one comes after all that was due at this instant.
            beat = self._beat()
            stage.wait(lambda: self._beat() > beat, "another sign of life before the open")
        for symbol, start in self._ends.get(at, []):
            stage.wait(lambda one=symbol, start=start: stage.decided(one, start), f"a decision of {symbol} on {start}")
        stage.wait(lambda: stage.quiet(self._resting(at)), f"the end of orders at {at}")
        closed = self._closes.get(at, [])
        if closed:
            self._compare(closed)
        for symbol, session in closed:
            fill(self.stores, stage.settings, self._market, symbol, session.open, at, (length_of(symbol),))
        if at in self._ends and at.astimezone(_RESET.tzinfo).time() == _RESET.replace(tzinfo=None):
            self._restart(at + _AWAY)
        if any(session.trade_date.weekday() == _FRIDAY for _, session in closed):
            self._restart(min((one for one in self._instants if one > at), default=at + _AWAY))

    def _resting(self, at: datetime) -> set[str]:
        """Return the instruments whose market is closed, so that their orders wait."""
        every = {
            symbol: [part for one in sessions for part in one.intervals] for symbol, sessions in self.sessions.items()
        }
        return {symbol for symbol, parts in every.items() if not any(start <= at < end for start, end in parts)}

    def _restart(self, back: datetime) -> None:
        """Close the gateway, start it on its port when it is back, and wait until the trader is back, too."""
        stage = self.stage
        stage.gateway.close()
        stage.clock.set(back)
        before = len(stage.said)
        stage.gateway.start()
        stage.wait(lambda: any(": Trading " in words for words in stage.said[before:]), "the trader to be back")
        self.restarts.append(back)

    def _compare(self, closed: list[tuple[str, Session]]) -> None:
        """Wait for the comparison after the close of some sessions, and look at both accounts."""
        close = closed[0][1].close
        self.stage.wait(lambda: self._compared(close), f"the comparison after {close}")
        (found,) = self.stores.safety.reconciliations(self.stage.account, 1)
        ours = {one.con_id: one.quantity for one in holdings(self.stores.executions.fills(self.stage.account)).values()}
        theirs = {con_id: one.quantity for con_id, one in self.stage.gateway.broker.account.positions.items()}
        same = {key: value for key, value in ours.items() if value} == {k: v for k, v in theirs.items() if v}
        for symbol, _ in closed:
            self.reconciled[symbol].append(found.agrees and same)

    def _beat(self) -> datetime:
        (trader,) = self.stores.traders.all()
        return trader.heartbeat_at

    def _seen(self, at: datetime) -> bool:
        (trader,) = self.stores.traders.all()
        return trader.gateway_time is not None and trader.gateway_time >= at

    def _compared(self, close: datetime) -> bool:
        found = self.stores.safety.reconciliations(self.stage.account, 1)
        return bool(found) and found[0].cause == "close" and found[0].at > close


def length_of(symbol: str) -> str:
    """The timeframe of an instrument's spec."""
    return "1h" if symbol == "ES" else "4h"


def _order(one: PlannedFill) -> tuple[datetime, str, int]:
    return one.at, one.month, one.quantity
