"""What is shown of trading is what the stores hold, and a trader that gives no sign of life is not up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from g4qc_core.errors import NotFound, TradingRefused, TransientError, UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.shown.overview import STALE_AFTER, TradingOverview, trader_view
from g4qc_core.services.trading.shown.trader_commands import answered, ask
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import in_force
from g4qc_core.trading.order_refs import DecisionKey
from tests.core.services.trading.traded import ACCOUNT, NOW, SPEC, execution, order, record, trade


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    """Stores of an empty database."""
    return Stores(embedded_database)


def _overview(stores: Stores, home: Path) -> TradingOverview:
    return TradingOverview(stores, load_registry(), KillSwitch(home, stores))


def test_nothing_is_shown_before_anything_was_traded(stores: Stores, tmp_path: Path) -> None:
    overview = _overview(stores, tmp_path)
    assert overview.summary(NOW).accounts == []
    with pytest.raises(NotFound, match="g4qc trade start"):
        overview.account(None)
    with pytest.raises(UsageError, match="Unknown account 'DU1'"):
        overview.account("DU1")


def test_an_account_is_shown_with_all_that_holds_for_it(stores: Stores, tmp_path: Path) -> None:
    trade(stores)
    overview = _overview(stores, tmp_path)
    KillSwitch(tmp_path, stores).turn_on("ana", "lunch", NOW)
    (shown,) = overview.summary(NOW).accounts
    assert overview.account(None) == shown.account == ACCOUNT
    assert shown.trader is not None
    assert shown.trader.up
    assert shown.orders == {"working": 1}
    assert shown.decisions == {"ordered": 2, "skipped": 1}
    assert [halt.why for halt in shown.halts] == ["lunch"]
    assert [(lock.symbol, lock.ours, lock.theirs) for lock in shown.locks] == [("NQ", "0 of 202612", "1")]
    assert shown.reconciliation is not None
    assert not shown.reconciliation.agrees
    assert {one.name: one.used for one in shown.limits} == {"contracts_total": 2, "loss_per_day": 125.0}
    (held,) = shown.positions
    assert (held.symbol, held.quantity, held.average_price, held.specs) == ("ES", 2, 5000.625, {SPEC: 2})
    # (5005 - 5000.625) x 2 contracts x 50 dollars a point
    assert (held.open_profit, held.realized, held.commissions) == (437.5, 0.0, 2.25)


def test_pages_follow_one_another(stores: Stores, tmp_path: Path) -> None:
    trade(stores)
    overview = _overview(stores, tmp_path)
    orders, fills, decisions = (read(ACCOUNT, 10) for read in (overview.orders, overview.fills, overview.decisions))
    keys = [DecisionKey(one.account, one.spec, one.cause, one.bar) for one in decisions]  # type: ignore[arg-type]
    assert min(len(orders), len(fills), len(decisions)) >= 2
    for number in range(len(orders)):
        assert overview.orders(ACCOUNT, 10, orders[number].ref) == orders[number + 1 :]
    for number in range(len(fills)):
        assert overview.fills(ACCOUNT, 10, fills[number].exec_id) == fills[number + 1 :]
    for number in range(len(decisions)):
        assert overview.decisions(ACCOUNT, 10, keys[number]) == decisions[number + 1 :]
    assert [one.open for one in overview.orders(ACCOUNT, 10, open_only=True)] == [True]
    assert [line.words for line in overview.log(ACCOUNT, 10)] == ["NQ is locked.", "Connected."]
    assert [one.cause for one in overview.reconciliations(ACCOUNT, 5)] == ["schedule", "start"]
    assert overview.drifts(ACCOUNT, 5)[0].figures["fills"] == 2


def test_fills_are_those_in_force(stores: Stores, tmp_path: Path) -> None:
    trade(stores)
    overview, first = _overview(stores, tmp_path), NOW - timedelta(minutes=90)
    known = execution(2, 1, "5000.75", first)
    for exec_id, price in (("0000e0d5.00000002.01.02", "5000.25"), ("0000e0d5.00000002.01.10", "5000.00"),
                           ("plain", "1"), ("plain.x", "2")):  # fmt: skip
        stores.executions.add(replace(known, exec_id=exec_id, price=Decimal(price)), SPEC, "202612", first)
    shown = overview.fills(ACCOUNT, 10)
    kept = in_force(stores.executions.fills(ACCOUNT))
    assert {(one.exec_id, one.price) for one in shown} == {(one.exec_id, float(one.price)) for one in kept}
    assert {one.exec_id for one in shown} == {
        *("0000e0d5.00000001.01.01", "0000e0d5.00000002.01.10", "plain", "plain.x")
    }
    # A cursor of a version that was corrected since goes on behind it.
    assert "plain" not in {one.exec_id for one in overview.fills(ACCOUNT, 10, "0000e0d5.00000002.01.01")}


def test_an_order_is_shown_with_its_events(stores: Stores, tmp_path: Path) -> None:
    trade(stores)
    overview = _overview(stores, tmp_path)
    ref = overview.orders(ACCOUNT, 10)[-1].ref
    assert [event.state for event in overview.events(ref)] == ["sent", "working", "filled"]
    assert overview.order(ref).filled == 2
    with pytest.raises(NotFound):
        overview.order(order(sequence=9).ref)


def test_a_trader_without_a_sign_of_life_is_stale_unless_it_stopped() -> None:
    last = record().heartbeat_at
    assert trader_view(record(), last + STALE_AFTER).up
    gone = trader_view(record(), last + STALE_AFTER + timedelta(seconds=1))
    assert (gone.up, gone.stale) == (False, True)
    stopped = trader_view(record(stopped_at=last), last + timedelta(days=1))
    assert (stopped.up, stopped.stale) == (False, False)


def test_only_a_running_trader_is_asked(stores: Stores) -> None:
    with pytest.raises(TradingRefused, match="start it with"):
        ask(stores, ACCOUNT, "flatten", {}, "ana", NOW)
    stores.traders.keep(record())
    found = ask(stores, ACCOUNT, "resolve", {"symbol": "NQ", "adopt": True, "note": "mine"}, "ana", NOW)
    assert [one.id for one in stores.traders.waiting(ACCOUNT)] == [found.id]
    with pytest.raises(TransientError, match="has not answered"):
        answered(stores, found.id, 0)
    stores.traders.done(found.id, "Unlocked.", NOW)
    assert answered(stores, found.id, 0).answer == "Unlocked."
    with pytest.raises(TradingRefused):
        ask(stores, ACCOUNT, "stop", {}, "ana", NOW + timedelta(minutes=3))
