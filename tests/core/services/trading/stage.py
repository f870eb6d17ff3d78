"""A stage for traders: stored bars up to an instant, a simulated gateway whose clock is set by hand, and a trader."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pandas as pd
from sqlalchemy import event

from g4qc_core.bars.columns import BAR_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.bars.schema import DTYPES
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.simulated_market import SimulatedMarket
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.rolls.instrument_rolls import make_rolls
from g4qc_core.services.trading.trader import run_trader
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe
from g4qc_core.trading.ledger import filled_of, in_force

REGISTRY = load_registry()
PATIENCE = 60.0
# What is waited for may happen outside the database, so it is looked for every so many seconds.
_LOOK = 0.02
_BURST = 0.003
CLIENT_ID = 21
WIDE_LIMITS = """
contracts_per_instrument = 50
contracts_total = 100
order_size = 100
orders_per_day = 10000
orders_per_minute = 1000
loss_per_day = 10000000
margin_share = 1
"""
"""Limits of a trading file that no test reaches by itself."""


def fill(
    stores: Stores,
    settings: Settings,
    market: SimulatedMarket,
    symbol: str,
    first: datetime,
    until: datetime,
    timeframes: Sequence[str] = ("1h",),
) -> None:
    """Store the minutes of an instrument's contracts, whole sessions only, what is made of them, and its rolls."""
    instrument = REGISTRY[symbol]
    hours = calendar(instrument.calendar)
    listings = [
        one
        for one in market.listings(until)
        if one.instrument.symbol == symbol
        and one.contract.last_trade_date >= first.date()
        and one.contract.month[4:] in {f"{'FGHJKMNQUVXZ'.index(code) + 1:02d}" for code in instrument.months}
    ][:4]
    stores.contracts.merge([one.contract for one in listings], first)
    parts = []
    for one in listings:
        frame = market.minutes(one, first, until).frame()
        if len(frame):
            days = hours.assign(frame["timestamp"])
            parts.append(frame.assign(contract=one.contract.month, trade_date=days["trade_date"]))
    whole = pd.concat(parts, ignore_index=True)
    over = {session.trade_date for session in hours.sessions_between(first, until) if session.close <= until}
    whole = whole[whole["trade_date"].dt.date.isin(over)]
    minutes = whole[list(BAR_COLUMNS)].astype({name: DTYPES[name] for name in BAR_COLUMNS})
    minutes = minutes.sort_values(["contract", "timestamp"], ignore_index=True)
    for name in ("1min", *timeframes):
        bars = minutes if name == "1min" else resample(minutes, timeframe(name), hours)
        window = bars["timestamp"].min(), bars["timestamp"].max() + pd.Timedelta(minutes=1)
        stores.bars.replace_bars(symbol, name, *window, bars)
    make_rolls(instrument, stores, settings)


class SteppedBroker(IbBroker):
    """A broker that reads the gateway's own clock, so that steps are seen at once."""

    clock: GatewayClock

    def now(self) -> datetime:
        """The gateway's clock."""
        return self.clock.now()


class Stage:
    """A gateway whose clock stands still until it is set, and a trader in a thread."""

    def __init__(
        self,
        stores: Stores,
        home: Path,
        market: SimulatedMarket,
        now: datetime,
        trading: str,
        backtests: str,
        *,
        portfolios: str = "",
        symbol: str = "ES",
        script: str = "",
        version: int = 178,
        port: int = 0,
        rules: TradingRules | None = None,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "trading.toml").write_text(trading)
        (home / "backtests.toml").write_text(backtests)
        (home / "portfolios.toml").write_text(portfolios)
        self.stores, self._market = stores, market
        self._hours = calendar(REGISTRY[symbol].calendar)
        self.clock = GatewayClock(now, frozen=True)
        self.gateway = SimulatedGateway(
            market,
            port=port,
            clock=self.clock,
            max_version=version,
            script=FaultScript.parse(script) if script else None,
            trading=rules,
        )
        self.settings = Settings(
            _env_file=None,
            home=home,
            trading=home / "trading.toml",
            backtests=home / "backtests.toml",
            portfolios=home / "portfolios.toml",
            ib_host="127.0.0.1",
            ib_request_timeout=15.0,
        )  # type: ignore[call-arg]
        # Set whenever the trader has ended a transaction.
        self._moved = threading.Event()
        event.listen(stores.database.engine, "checkin", self._note_end)
        self.said: list[str] = []
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.gateway.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self.gateway.close()
        event.remove(self.stores.database.engine, "checkin", self._note_end)

    @property
    def account(self) -> str:
        """The gateway's account."""
        return self._market.account

    def connect(self) -> SteppedBroker:
        """A connection of the trader."""
        broker = SteppedBroker.connect(
            "127.0.0.1", self.gateway.port, CLIENT_ID, request_timeout=15.0, time_interval=0.2
        )
        broker.clock = self.clock
        return broker

    def begin(self) -> None:
        """Start a trader, and wait until it trades."""
        self._stop = threading.Event()
        before = len(self.said)

        def run() -> None:
            try:
                run_trader(
                    self.settings,
                    REGISTRY,
                    self.stores,
                    tell=self.said.append,
                    stop=self._stop,
                    connect=self.connect,
                )
            except BaseException as error:  # noqa: BLE001 - shown by the test
                self.error = error

        self._thread = threading.Thread(target=run, name="trader", daemon=True)
        self._thread.start()
        self.wait(lambda: any("Trading " in words for words in self.said[before:]), "the trader to begin")

    def end(self) -> None:
        """Stop the trader cleanly."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
            self._thread = None

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for what must come; fail with the trader's own words if it does not."""
        until = time.monotonic() + PATIENCE
        self._moved.clear()
        while not condition():
            if self.error is not None:
                raise AssertionError(f"the trader ended: {self.error!r}\n" + "\n".join(self.said[-30:]))
            if time.monotonic() > until:
                raise AssertionError(f"waited in vain for {what}\n" + "\n".join(self.said[-40:]))
            self._moved.wait(_LOOK)
            # Transactions come in bursts.
            time.sleep(_BURST)
            self._moved.clear()

    def _note_end(self, *_: object) -> None:
        """Note the end of a transaction of any thread but the one that waits."""
        if threading.current_thread() is self._thread:
            self._moved.set()

    def bar(
        self, spec: str, start: datetime, end: datetime, late: timedelta = timedelta(0), *, also: Sequence[str] = ()
    ) -> None:
        """Set the clock to the end of a bar, or later, and wait until it is decided and its orders have ended.

        Args:
            spec: that decides.
            start: of the bar.
            end: of the bar.
            late: how much later than the end.
            also: other specs that decide on the same bar.
        """
        self.clock.set(end + late)
        for name in (spec, *also):
            self.wait(lambda name=name: self.decided(name, start), f"a decision of {name} on {start}")  # type: ignore[misc]
        if self._hours.trade_date_of(end) is None:
            # The market is closed: its orders are filled at the next open.
            following = self._hours.sessions_between(end, end + timedelta(days=7))
            self.clock.set(min(start for one in following for start, _ in one.intervals if start >= end))
        self.wait(self.quiet, "the end of orders")

    def decided(self, spec: str, start: datetime) -> bool:
        """Whether a bar was decided upon."""
        found = self.stores.orders.decisions(self.account, spec, start, start + timedelta(minutes=1))
        return any(one.key.cause == "bar" for one in found)

    def quiet(self, resting: Collection[str] = ()) -> bool:
        """Whether no decision waits, all orders have ended, and all their fills have arrived with their costs.

        Args:
            resting: instruments whose orders wait for their market, and are left out.
        """
        # A decision has no orders while those before it are cancelled: the clock must not leap then.
        if any(one.state == "pending" for one in self.stores.orders.decisions(self.account, most=20)):
            return False
        newest = self.stores.orders.orders(self.account, most=20)
        orders = [order for order in newest if order.contract.symbol not in resting]
        if any(order.state in ("planned", "sent", "waiting", "working", "cancelling") for order in orders):
            return False
        filled = {order.ref: order.filled for order in orders if order.filled}
        if not filled:
            return True
        since = min(order.planned_at for order in orders)
        fills = in_force(self.stores.executions.fills(self.account, since))
        costed = all(fill.commission is not None for fill in fills if fill.ref in filled)
        return costed and all(filled_of(fills, ref) == many for ref, many in filled.items())


def bars_of(symbol: str, length: str, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Starts and ends of the bars that end in `(first, last]`."""
    hours, minutes = calendar(REGISTRY[symbol].calendar), timeframe(length).minutes
    for session in hours.sessions_between(first - timedelta(days=1), last + timedelta(days=1)):
        for start, end in session.intervals:
            at = start
            while at < end:
                stop = min(at + timedelta(minutes=minutes), end)
                if first < stop <= last:
                    yield at, stop
                at = stop


@contextmanager
def staged(*args: Any, **options: Any) -> Iterator[Stage]:
    """A stage with a running trader."""
    with Stage(*args, **options) as stage:
        stage.begin()
        yield stage


def money(value: object, step: Decimal = Decimal("0.01")) -> Decimal:
    """An amount to the cent, or a price on its grid."""
    return Decimal(str(round(float(value) / float(step)))) * step  # type: ignore[arg-type]
