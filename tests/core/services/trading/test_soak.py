"""Weeks of trading by a clock that leaps: resets of the gateway, a change to winter time, a holiday, and a roll.

The stored bars grow each day as the nightly extraction makes them grow, and the rolls are made from them again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import holdings, in_force
from tests.core.services.trading.stage import REGISTRY, Stage, bars_of, fill

SPEC = "soak"
ROLL_MONTH = 12
_TRADING = """
[limits]
contracts_per_instrument = 50
contracts_total = 100
order_size = 100
orders_per_day = 10000
orders_per_minute = 1000
loss_per_day = 10000000
margin_share = 1
stale_after = 1800

[trade.soak]
"""
_BACKTEST = """
[soak]
strategy = "sma_cross"
instrument = "{symbol}"
timeframe = "1h"
cash = 2000000
sizing = "contracts(2)"
slippage_ticks = 1
parameters = {{ fast = 2, slow = 5 }}
"""
# About midnight in New York, when the servers of Interactive Brokers are reset while the market is open.
_RESET_HOURS = (4, 5)
_FRIDAY = 4


class Soak:
    """A stage through the sessions of one instrument.

    Args:
        database: empty.
        home: of the trader.
        market: that the gateway serves.
        symbol: of the instrument.
        first: trade date of the first traded session.
        last: that of the last one.
    """

    def __init__(
        self, database: Database, home: Path, market: SyntheticMarket, symbol: str, first: date, last: date
    ) -> None:
        self.symbol, self._market, self.stores = symbol, market, Stores(database)
        hours = calendar(REGISTRY[symbol].calendar)
        self.sessions = hours.sessions(first, last)
        begin = self.sessions[0].open - timedelta(minutes=30)
        self.stage = Stage(self.stores, home, market, begin, _TRADING, _BACKTEST.format(symbol=symbol), symbol=symbol)
        fill(self.stores, self.stage.settings, market, symbol, begin - timedelta(days=20), begin)
        self.stores.checks.keep("bars_1min", "schema", {f"{symbol}|2026-10-01": ""}, begin)
        self.reconciled: list[bool] = []

    def session(self, session: Session) -> None:
        """Let a session go by, from before its open to after its close."""
        self._before(session)
        for start, end in bars_of(self.symbol, "1h", session.open, session.close):
            if end == session.close:
                # Its orders wait for the next open.
                self.stage.clock.set(end)
                self.stage.wait(lambda start=start: self.stage.decided(SPEC, start), f"a decision on {start}")
                break
            self.stage.bar(SPEC, start, end)
            if end.hour in _RESET_HOURS and session.trade_date.day % 2:
                self.restart()
        self._close(session)
        if session.trade_date.weekday() == _FRIDAY:
            self.restart()

    def restart(self) -> None:
        """Restart the gateway on its port, as its resets do, and wait until the trader is back."""
        stage, before = self.stage, len(self.stage.said)
        stage.gateway.close()
        stage.gateway.start()
        stage.wait(lambda: any("Trading soak" in words for words in stage.said[before:]), "the trader to be back")

    def expected(self) -> dict[datetime, int]:
        """Positions of a backtest on the bars that are stored now, by the start of the bar that decided them."""
        spec = load_specs(self.stage.settings.backtests)[SPEC]
        spec = spec.model_copy(update={"trade_from": self.sessions[0].trade_date})
        read = read_bars(spec, REGISTRY, self.stores, self.stage.clock.now())
        result = run_backtest(
            spec, read.series, REGISTRY[self.symbol], data_version="v", roll_rule="r", exits=read.exits
        )
        starts = [at.to_pydatetime() for at in result.equity["timestamp"]]
        return dict(zip(starts, (int(one) for one in result.equity["position"][1:]), strict=False))

    def _before(self, session: Session) -> None:
        """Set the clock to some minutes before the open, when a position is moved into the next contract, and to it."""
        stage, at = self.stage, session.open - timedelta(minutes=10)
        stage.clock.set(at)
        stage.wait(lambda: self._seen(at), "a sign of life before the open")
        stage.clock.set(session.open)
        stage.wait(stage.quiet, "the end of orders after the open")

    def _close(self, session: Session) -> None:
        """Compare after the close, and extract the session."""
        at = session.close + timedelta(minutes=2)
        self.stage.clock.set(at)
        self.stage.wait(lambda: self._compared(session.close), f"the comparison after {session.close}")
        (found,) = self.stores.safety.reconciliations(self.stage.account, 1)
        self.reconciled.append(found.agrees)
        ours = {one.con_id: one.quantity for one in holdings(self.stores.executions.fills(self.stage.account)).values()}
        theirs = {con_id: one.quantity for con_id, one in self.stage.gateway.broker.account.positions.items()}
        assert {key: value for key, value in ours.items() if value} == {k: v for k, v in theirs.items() if v}
        fill(self.stores, self.stage.settings, self._market, self.symbol, session.open, at)

    def _seen(self, at: datetime) -> bool:
        (trader,) = self.stores.traders.all()
        return trader.gateway_time is not None and trader.gateway_time >= at

    def _compared(self, close: datetime) -> bool:
        found = self.stores.safety.reconciliations(self.stage.account, 1)
        return bool(found) and found[0].at > close


@pytest.mark.slow
@pytest.mark.parametrize(
    ("symbol", "first", "last"),
    [
        # The United States leave daylight-saving time on the first of November.
        ("ES", date(2026, 10, 29), date(2026, 11, 4)),
        # Thanksgiving, with a short session before and after it.
        ("EC", date(2026, 11, 24), date(2026, 12, 1)),
        # The roll into the contract of March.
        ("ES", date(2026, 12, 8), date(2026, 12, 16)),
    ],
)
def test_weeks(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, symbol: str, first: date, last: date
) -> None:
    soak = Soak(embedded_database, tmp_path / "home", synthetic_market, symbol, first, last)
    with soak.stage as stage:
        stage.begin()
        for session in soak.sessions:
            soak.session(session)
        account = stage.account
        decisions = soak.stores.orders.decisions(account, SPEC)
        assert soak.stores.safety.locks(account) == [], stage.said[-30:]
        assert soak.reconciled == [True] * len(soak.sessions)
        skipped = [one for one in decisions if one.state == "skipped"]
        assert not skipped, skipped
        targets = {one.key.bar: one.target for one in decisions if one.key.cause == "bar"}
        bars = [bar for one in soak.sessions for bar in bars_of(symbol, "1h", one.open, one.close)]
        assert sorted(targets) == [start for start, _ in bars]
        expected = soak.expected()
        # What the last bar decides is carried out in a session that is not stored.
        assert {at: target for at, target in targets.items() if at in expected} == {
            at: position for at, position in expected.items() if at in targets
        }
        assert len(set(targets) & set(expected)) >= len(bars) - 1
        fills = in_force(soak.stores.executions.fills(account))
        months = sorted({one.month for one in fills})
        assert len(months) == (2 if first.month == ROLL_MONTH else 1), months
        if len(months) > 1:
            left = max(one.at for one in fills if one.month == months[0])
            entered = min(one.at for one in fills if one.month == months[1])
            assert left == entered
            assert left in {session.open for session in soak.sessions}
