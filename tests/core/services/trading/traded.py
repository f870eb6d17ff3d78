"""An account with a day of trading in the stores, for tests of what is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.drift_store import Drift
from g4qc_core.storage.trading_stores.safety_store import Reconciliation
from g4qc_core.storage.trading_stores.trader_store import TraderRecord
from g4qc_core.trading.broker import Commission, Execution, TradedContract
from g4qc_core.trading.intents import DecisionState, Order, TradeDecision
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import OrderState
from g4qc_core.trading.reconciliation import BrokerDifference

ACCOUNT = "DU1234567"
SPEC = "sma_cross-ES-1h"
NOW = datetime(2026, 10, 6, 15, 30, tzinfo=UTC)
BAR = datetime(2026, 10, 6, 14, tzinfo=UTC)
ES = TradedContract("ES", "202612", 495512563, "CME", "USD")
LIMITS = {"contracts_total": {"used": 2, "limit": 6}, "loss_per_day": {"used": 125.0, "limit": 5000.0}}


def record(now: datetime = NOW, **changes: object) -> TraderRecord:
    """A trader that gave a sign of life five seconds ago."""
    beat = now - timedelta(seconds=5)
    made = TraderRecord(
        *(ACCOUNT, "desk", 4711, 21, "127.0.0.1:4002", "trading", now - timedelta(hours=3), beat),
        gateway_time=beat,
        specs=[SPEC],
        limits=LIMITS,
        values={"NetLiquidation": "100125.50"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def key(bar: datetime = BAR) -> DecisionKey:
    """The key of a decision on the close of a bar."""
    return DecisionKey(ACCOUNT, SPEC, "bar", bar)


def decision(bar: datetime = BAR, **changes: object) -> TradeDecision:
    """A decision to hold two contracts."""
    made = TradeDecision(
        *(key(bar), "ES", "202612", "1h", "f" * 32, 2, 0, Decimal("5000.25"), bar + timedelta(hours=1)),
        state=DecisionState.ORDERED,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def order(bar: datetime = BAR, sequence: int = 1, **changes: object) -> Order:
    """A market order to buy two contracts."""
    made = Order(
        *(key(bar).ref(sequence), key(bar), sequence, ES, "BUY", 2, "MKT", "DAY", bar + timedelta(hours=1)),
        price=Decimal("5000.25"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def execution(number: int, quantity: int, price: str, at: datetime, ref: str = "") -> Execution:
    """An execution of the account."""
    return Execution(
        *(f"0000e0d5.{number:08d}.01.01", number, number, 21, ref, ACCOUNT, ES.con_id, "ES", quantity, Decimal(price)),
        at=at,
    )


def trade(stores: Stores, now: datetime = NOW) -> None:
    """Store a running trader with a filled order, a working one, a lock, a reconciliation, log lines and a drift."""
    stores.traders.keep(record(now))
    first, second = now - timedelta(minutes=90), now - timedelta(minutes=30)
    bar, later = (one.replace(minute=0, second=0, microsecond=0) for one in (first, second))
    bought = order(bar)
    stores.orders.decide(decision(bar), [bought])
    for state, filled in ((OrderState.SENT, 0), (OrderState.WORKING, 0), (OrderState.FILLED, 2)):
        bought = bought.but(state=state, filled=filled, client_id=21, order_id=7, perm_id=99, sent_at=first)
        stores.orders.change(bought, "status", {"status": str(state)}, first)
    stores.executions.add(execution(1, 1, "5000.50", first, bought.ref), SPEC, "202612", first)
    stores.executions.add(execution(2, 1, "5000.75", first, bought.ref), SPEC, "202612", first)
    stores.executions.cost(ACCOUNT, Commission("0000e0d5.00000001.01.01", Decimal("2.25"), "USD"))
    sold = order(later, action="SELL", quantity=1, order_type="LMT", limit_price=Decimal("5010.00"))
    stores.orders.decide(decision(later, target=1, held=2), [sold])
    stores.orders.change(sold.but(state=OrderState.WORKING, client_id=21, order_id=8), "send", {}, second)
    skipped = decision(later + timedelta(hours=1), state=DecisionState.SKIPPED, reason="The bar came 95 s late.")
    stores.orders.decide(skipped)
    stores.safety.lock(ACCOUNT, BrokerDifference("NQ", "position", "0 of 202612", "1"), second)
    differences = ["NQ: position: we have 0 of 202612, the broker has 1"]
    compared = {"positions": 2, "orders": 1, "executions": 2}
    stores.safety.note(Reconciliation(ACCOUNT, first, "start", True, compared, []))
    stores.safety.note(Reconciliation(ACCOUNT, second, "schedule", False, compared, differences))
    stores.traders.say(ACCOUNT, [("info", "", "Connected.", first), ("warning", "NQ", "NQ is locked.", second)])
    bars = [{"contract": "202612", "timestamp": second, "open": 5004.0, "high": 5006.0, "low": 5003.5, "close": 5005.0}]
    more = {"volume": 12, "trade_date": second.date(), "source": "updates"}
    stores.live_bars.keep("ES", [{**bar, **more} for bar in bars], second)
    figures = {"missed": 0, "extra": 0, "fills": 2, "mean_slippage": 1.5}
    stores.drifts.save(Drift(ACCOUNT, SPEC, date(2026, 10, 5), figures, [], "v1", now))
