"""A trader that is killed again and again, while messages are lost and late: nothing is doubled or forgotten."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.gateway.faults.fault_script import FaultScript
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.gateway.protocol.bar_request_rules import GATEWAY_ZONE
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import holdings, in_force, root_of
from g4qc_core.trading.order_refs import DecisionKey
from tests.core.services.trading.stage import WIDE_LIMITS, bars_of, fill
from tests.core.services.trading.test_truth import green
from tests.fixtures.forked_traders import settings_of

pytestmark = pytest.mark.integration

FIRST = datetime(2026, 9, 28, tzinfo=UTC)
# After the midnight of the gateway, so that a short test does not reach the next one.
BEGIN = datetime(2026, 10, 15, 5, 10, tzinfo=UTC)
END = datetime(2026, 10, 23, 20, 50, tzinfo=UTC)
KILLS = 30
LIVES = (0.1, 1.5, 4.0)
CALM = 6
# Seconds that a fill needs at most before another bar is worth a try.
MOMENT = 10.0
# On a busy machine no trader might live long enough to decide: each of so many lives lasts until one has.
PATIENT = 5

TRADING = f"""
[limits]{WIDE_LIMITS}stale_after = 3600

[trade.paper]
"""
BACKTESTS = """
[paper]
strategy = "sma_cross"
instrument = "ES"
timeframe = "5min"
cash = 2000000
sizing = "contracts(2)"
parameters = { fast = 2, slow = 3 }
"""
FAULTS = """
seed = {seed}
[[fault]]
do = "lost"
on = "order_status"
probability = 0.1
[[fault]]
do = "doubled"
on = "execution"
probability = 0.2
[[fault]]
do = "reordered"
on = "order_status"
probability = 0.1
[[fault]]
do = "lost"
on = "execution"
probability = 0.1
[[fault]]
do = "late"
on = "order"
seconds = 0.2
probability = 0.1
[[fault]]
do = "close"
on = "order"
probability = 0.05
[[fault]]
do = "partial_fills"
on = "order"
shares = 1
probability = 0.2
[[fault]]
do = "stale_id"
on = "start"
probability = 0.1
"""


class Killer:
    """Starts traders, kills them at random points of their lives, and counts.

    Args:
        home: of the traders.
        database: URL of their database.
        gateway: that they trade on.
        decided: returns what the newest decision is about.
        seed: of the random points.
        pace: how much longer they live than `LIVES`.

    Attributes:
        spared: nobody is killed while somebody holds it.
    """

    def __init__(
        self,
        home: Path,
        database: str,
        gateway: SimulatedGateway,
        decided: Callable[[], object] = lambda: None,
        seed: int = 5,
        pace: float = 1.0,
    ) -> None:
        self.kills = 0
        self.spared = threading.Lock()
        self._decided, self._pace = decided, pace
        command = [sys.executable, "-m", "tests.fixtures.forked_traders", str(home), database, gateway.host]
        self._parent = subprocess.Popen(
            [*command, str(gateway.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._chance = random.Random(seed)

    def start(self) -> int:
        """Start a trader and return its process id."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("start\n")
        return int(self._parent.stdout.readline())

    def ended(self) -> str:
        """Wait for the end of the trader and return its status."""
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()

    def run(self, kills: int) -> None:
        """Start and kill so many traders, one after another."""
        while self.kills < kills:
            self.live_and_die(patient=self.kills % PATIENT == 0)

    def live_and_die(self, *, patient: bool = False) -> None:
        """Start a trader and kill it after a random time; a patient one must have decided before."""
        before, child = self._decided(), self.start()
        while patient and self._decided() == before:
            time.sleep(0.05)
        shortest, middle, longest = LIVES
        bounds = (shortest, middle) if self._chance.random() < 0.5 else (middle, longest)
        time.sleep(self._chance.uniform(*bounds) * self._pace)
        with self.spared:
            os.kill(child, signal.SIGKILL)
            self.ended()
        self.kills += 1

    def close(self) -> None:
        """End the parent."""
        self._parent.kill()
        self._parent.wait()


def killed(kills: int, stores: Stores, home: Path, market: SyntheticMarket, seed: int = 5, pace: float = 1.0) -> str:
    """Kill traders over most of a day of bars, let the last one end the day, check everything, and say what happened.

    Args:
        kills: how often, about.
        stores: of an empty database on the embedded server.
        home: a folder.
        market: of the gateway.
        seed: of the points at which traders are killed, and of the faults.
        pace: how much longer they live than in the suite.
    """
    home.mkdir()
    (home / "trading.toml").write_text(TRADING)
    (home / "backtests.toml").write_text(BACKTESTS)
    url = stores.database.url.render_as_string(hide_password=False)
    clock = GatewayClock(BEGIN, frozen=True)
    gateway = SimulatedGateway(market, clock=clock, max_version=178, script=FaultScript.parse(FAULTS.format(seed=seed)))
    fill(stores, settings_of(home, url, "127.0.0.1", 1), market, "ES", FIRST, BEGIN, ("5min",))
    green(stores, "ES")
    account, said = market.account, home / "said.txt"
    bars = list(bars_of("ES", "5min", BEGIN, END))
    with gateway:
        killer = Killer(home, url, gateway, lambda: _newest(stores, account), seed, pace)
        try:
            killing = threading.Thread(target=killer.run, args=[kills], daemon=True)
            killing.start()

            def over() -> bool:
                return not killing.is_alive()

            # The bar in progress when the first trader starts is the first that is decided.
            wait_until(lambda: bool(stores.traders.starts(account)), said)
            while killing.is_alive():
                night = _day(bars[0][1]) > _day(clock.now())
                with killer.spared if night else nullcontext():
                    # An execution that nobody has heard by the gateway's midnight is listed no more.
                    wait_until(lambda night=night: over() or not night or _all_heard(stores, account, gateway), said)
                    if not over():
                        _pass(stores, account, clock, bars.pop(0), said, over)
            last = killer.start()
            wait_until(lambda: _all_heard(stores, account, gateway), said)
            for _ in range(CALM):
                _pass(stores, account, clock, bars.pop(0), said)
            while not _settles(stores, account):
                # An order that was lost with a connection is made up for by the next decision.
                _pass(stores, account, clock, bars.pop(0), said)
            os.kill(last, signal.SIGTERM)
            assert killer.ended() == "dead 0", said.read_text()[-3000:]
        finally:
            killer.close()
        theirs = {one.listing.contract.con_id: one.quantity for one in gateway.broker.account.open_positions()}
        placed = Counter(order.terms.ref for order in gateway.broker.orders)
        made = {fill.root for fill in gateway.broker.fills}
    told = said.read_text()[-3000:]
    fills = in_force(stores.executions.fills(account))
    ours = {con_id: one.quantity for con_id, one in holdings(fills).items() if one.quantity}
    newest = stores.orders.newest(account, "paper")
    assert newest is not None
    assert ours == theirs == ({con_id_of(stores, newest.contract): newest.target} if newest.target else {}), told
    assert max(placed.values()) == 1
    assert Counter(root_of(one.exec_id)[0] for one in fills) == Counter(made), told
    decisions = stores.orders.decisions(account, "paper")
    skipped = [one for one in decisions if one.state == "skipped"]
    assert len(skipped) <= killer.kills
    assert all(one.reason for one in skipped)
    days = {one.key.bar for one in decisions}
    assert {start for start, _ in bars_of("ES", "5min", min(days), max(days))} <= days
    assert stores.safety.locks(account) == [], told
    sent = sum(one.state == "ordered" for one in decisions)
    return (
        f"{killer.kills} kills, {len(decisions)} decisions ({sent} with orders, {len(skipped)} skipped), "
        f"{len(placed)} orders at the broker, {len(fills)} executions"
    )


def test_nothing_is_doubled_or_forgotten(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    assert " kills" in killed(KILLS, Stores(embedded_database), tmp_path / "home", synthetic_market)


def con_id_of(stores: Stores, month: str) -> int:
    """The con_id of a contract month of ES."""
    return next(one.con_id for one in stores.contracts.chain("ES") if one.month == month)


def wait_until(condition: Callable[[], bool], said: Path, patience: float = 300.0) -> None:
    """Wait for what must come."""
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, said.read_text()[-4000:]
        time.sleep(0.05)


def _pass(
    stores: Stores,
    account: str,
    clock: GatewayClock,
    bar: tuple[datetime, datetime],
    said: Path,
    over: Callable[[], bool] = lambda: False,
) -> None:
    """Let a bar close and the next one begin, and wait until a trader has decided it, or until it is over."""
    start, end = bar
    clock.set(end)
    clock.set(end + timedelta(seconds=6))
    wait_until(lambda: over() or bool(stores.orders.decisions(account, "paper", start, end)), said)


def _day(at: datetime) -> date:
    return at.astimezone(GATEWAY_ZONE).date()


def _all_heard(stores: Stores, account: str, gateway: SimulatedGateway) -> bool:
    """Whether no order is under way, and every execution is in the ledger."""
    if [one for one in stores.orders.open_orders(account) if one.state != "lost"]:
        return False
    heard = {root_of(one.exec_id)[0] for one in stores.executions.fills(account)}
    return heard == {fill.root for fill in list(gateway.broker.fills)}


def _newest(stores: Stores, account: str) -> list[DecisionKey]:
    return [one.key for one in stores.orders.decisions(account, "paper", most=1)]


def _settles(stores: Stores, account: str) -> bool:
    """Whether the position reaches the target within a few seconds."""
    until = time.monotonic() + MOMENT
    while not (found := _on_target(stores, account)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _on_target(stores: Stores, account: str) -> bool:
    """Whether no order is open and the position is that of the newest decision."""
    if [one for one in stores.orders.open_orders(account) if one.state != "lost"]:
        return False
    newest = stores.orders.newest(account, "paper")
    held = sum(one.quantity for one in holdings(stores.executions.fills(account)).values())
    return newest is not None and held == newest.target
