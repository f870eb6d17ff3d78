"""One trial of a trader under faults: a few bars that each trade, then the laws that hold whatever happened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from g4qc_core.gateway.broker.trading_rules import TradingRules
from g4qc_core.gateway.markets.simulated_market import SimulatedMarket
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.intents import DecisionState
from g4qc_core.trading.ledger import holdings, root_of
from tests.core.services.trading.stage import WIDE_LIMITS, Stage, bars_of, fill

FIRST = datetime(2026, 10, 11, tzinfo=UTC)
BEGIN = datetime(2026, 10, 14, 14, 50, tzinfo=UTC)
SPEC = "paper"

_TRADING = f"""
{{head}}
[limits]{WIDE_LIMITS}stale_after = 600
{{limits}}

[trade.paper]
{{order}}
"""
_BACKTEST = """
[paper]
strategy = "tests.core.services.trading.flips:Flip"
instrument = "ES"
timeframe = "15min"
cash = 2000000
sizing = "contracts(2)"
"""
FAR_LIMIT = 'order = "limit"\noffset_ticks = 400'
"""Orders that do not fill within the bars of a trial."""

_PLACE = "3"
_OURS = re.compile(r"g4-[0-9a-f]{12}-\d+-[brf]\d+")
_NIGHT = timedelta(minutes=7)


class Trial:
    """A stage with stored bars of ES, and a trader of `Flip` that begins at `BEGIN`.

    Args:
        database: empty.
        home: of the trader.
        market: that the gateway serves.
        script: entries of the fault script.
        version: highest protocol version of the gateway.
        order: lines of the traded spec.
        limits: further lines of limits.
        head: lines at the top of the trading file.
        rules: of the gateway's account.
    """

    def __init__(
        self,
        database: Database,
        home: Path,
        market: SimulatedMarket,
        script: str = "",
        *,
        version: int = 178,
        order: str = "",
        limits: str = "",
        head: str = "",
        rules: TradingRules | None = None,
    ) -> None:
        self.stores = Stores(database)
        given = dict(line.split(" = ") for line in limits.splitlines() if line)
        kept = "\n".join(line for line in _TRADING.splitlines() if line.split(" = ")[0] not in given)
        trading = kept.format(head=head, limits=limits, order=order)
        self.stage = Stage(
            self.stores, home, market, BEGIN, trading, _BACKTEST, script=script, version=version, rules=rules
        )
        fill(self.stores, self.stage.settings, market, "ES", FIRST, BEGIN, ("15min",))
        self.stores.checks.keep("bars_1min", "schema", {"ES|2026-10-01": ""}, FIRST)
        self._bars = bars_of("ES", "15min", BEGIN, BEGIN + timedelta(hours=5))

    def bars(self, number: int, *, hurried: bool = False, seconds: float = 0) -> None:
        """Let bars close, each with what follows from it.

        Args:
            number: of bars.
            hurried: do not wait for the end of a bar's orders before the next one.
            seconds: after a bar's end at which the clock is set again, for bars whose end nothing tells.
        """
        stage = self.stage
        for _ in range(number):
            start, end = next(self._bars)
            stage.clock.set(end)
            if seconds:
                stage.clock.set(end + timedelta(seconds=seconds))
            stage.wait(lambda start=start: stage.decided(SPEC, start), f"a decision on {start}")
            if hurried:
                stage.clock.set(end + timedelta(minutes=2))
            else:
                until = end + timedelta(minutes=10)
                stage.wait(lambda until=until: self.ended() or self._goes_on(until), "the end of orders")

    def _goes_on(self, until: datetime) -> bool:
        """Let a little time pass on the gateway's clock, but not beyond an instant."""
        clock = self.stage.clock
        clock.set(max(clock.now(), min(clock.now() + timedelta(seconds=1), until)))
        return False

    def ended(self) -> bool:
        """Whether every order has ended, or works on in the market, and every decision was carried out."""
        orders = self.stores.orders.orders(self.stage.account, most=20)
        decisions = self.stores.orders.decisions(self.stage.account, SPEC, most=3)
        under_way = [one for one in orders if one.state in ("planned", "sent", "cancelling")]
        market = [one for one in orders if one.state in ("waiting", "working") and one.order_type == "MKT"]
        return not under_way and not market and all(one.state != DecisionState.PENDING for one in decisions)

    def says(self, words: str) -> bool:
        """Wait until the log says something; it is written about once a second."""
        self.stage.wait(lambda: words in self.log, f"the words {words!r} in the log")
        return True

    def reconcile(self) -> None:
        """Set the clock to the next comparison with the broker, and wait for it."""
        before = self.stage.clock.now()
        self.stage.clock.set(before + _NIGHT)
        # A comparison that was under way counts from its end.
        until = before + 2 * _NIGHT
        self.stage.wait(lambda: self._compared_after(before) or self._goes_on(until), "a comparison with the broker")

    def settle(self) -> None:
        """Reconcile until nothing is under way any more."""
        self.reconcile()
        self.stage.wait(self.stage.quiet, "the costs of all fills")

    def _compared_after(self, at: datetime) -> bool:
        found = self.stores.safety.reconciliations(self.stage.account, 1)
        return bool(found) and found[0].at > at

    @property
    def locks(self) -> Sequence[str]:
        """Both sides of each lock, in words."""
        return [f"{one.reason}: {one.ours} | {one.theirs}" for one in self.stores.safety.locks(self.stage.account)]

    @property
    def log(self) -> str:
        """The trader's log."""
        return "\n".join(line.words for line in self.stores.traders.log(self.stage.account, 1000))

    def placed(self) -> Counter[str]:
        """How often each reference of ours was placed on the wire."""
        found: Counter[str] = Counter()
        for _, fields in list(self.stage.gateway.received):
            if fields[0] == _PLACE:
                found.update(field for field in fields if _OURS.fullmatch(field))
        return found

    def check(self) -> None:
        """Check `check_ledger`, and that the position is the target, unless the instrument is locked."""
        held = self.check_ledger()
        if not self.locks:
            (newest,) = self.stores.orders.decisions(self.stage.account, SPEC, most=1)
            assert held == newest.target, self.log

    def check_ledger(self) -> int:
        """Check that no order was placed twice, executions are kept once, and ledger = account; return contracts."""
        account, broker = self.stage.account, self.stage.gateway.broker
        assert set(self.placed().values()) <= {1}, self.placed()
        fills = self.stores.executions.fills(account)
        roots = [root_of(one.exec_id)[0] for one in fills]
        assert len({one.exec_id for one in fills}) == len(fills)
        assert set(roots) == {one.root for one in broker.fills}
        ours = {con_id: one.quantity for con_id, one in holdings(fills).items() if one.quantity}
        assert ours == {con_id: one.quantity for con_id, one in broker.account.positions.items() if one.quantity}
        return sum(ours.values())
