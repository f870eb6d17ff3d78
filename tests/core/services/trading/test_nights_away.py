"""A trader that was away while the gateway's day changed: what the broker does not list any more, a person resolves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.storage.server.database import Database
from g4qc_core.trading.ledger import holdings
from tests.core.services.trading.fault_trial import SPEC, Trial
from tests.core.services.trading.stage import bars_of
from tests.core.services.trading.test_trader_rules import ask, trading

CLOSE = datetime(2026, 10, 14, 21, tzinfo=UTC)
# After midnight in New York, when the broker's list of executions begins anew.
MORNING = datetime(2026, 10, 15, 5, 5, tzinfo=UTC)


def spec_holds(trial: Trial) -> int:
    """The contracts that the spec holds by its own fills."""
    fills = trial.stores.executions.fills(trial.stage.account, spec=SPEC)
    return sum(one.quantity for one in holdings(fills).values())


def test_a_fill_of_the_day_before_is_adopted_for_its_spec(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket
) -> None:
    with trading(embedded_database, tmp_path, synthetic_market) as trial:
        stage, orders = trial.stage, trial.stores.orders
        trial.bars(2)
        held = spec_holds(trial)
        stage.clock.set(CLOSE)
        stage.wait(lambda: stage.decided(SPEC, CLOSE - timedelta(minutes=15)), "the decision on the last bar")
        stage.wait(lambda: orders.orders(stage.account, most=1)[0].state == "waiting", "an order for the next open")
        stage.end()
        stage.clock.set(MORNING)
        stage.begin()
        (words,) = trial.locks
        assert words.startswith(f"position: {held} of 202612 | {-held}")
        assert "is unlocked" in ask(trial, "resolve", symbol="ES", adopt=True, note="filled at the open")
        assert trial.locks == []
        assert spec_holds(trial) == -held
        start, end = next(bars_of("ES", "15min", MORNING, MORNING + timedelta(hours=1)))
        for at, until in ((start, end), (end, end + timedelta(minutes=15))):
            stage.clock.set(until)
            stage.wait(lambda at=at: stage.decided(SPEC, at), f"a decision on {at}")
            stage.wait(trial.ended, "the end of orders")
        (newest,) = orders.decisions(stage.account, SPEC, most=1)
        assert newest.state == "ordered", stage.said[-20:]
        assert spec_holds(trial) == newest.target
        assert {one.quantity for one in stage.gateway.broker.account.positions.values()} == {newest.target}
        trial.reconcile()
        assert trial.locks == []
