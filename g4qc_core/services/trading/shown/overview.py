"""What is shown of trading, read from the stores: for the command, the API, the page, metrics and the graph alike.

Nothing here changes anything: wishes are in `trader_commands`, the kill switch in `kill_switch`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from g4qc_core.errors import NotFound, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.shown.position_view import position_views
from g4qc_core.services.trading.shown.views import (
    AccountView,
    DecisionView,
    DriftView,
    FillView,
    HaltView,
    LimitUse,
    LockView,
    LogLineView,
    OrderEventView,
    OrderView,
    PositionView,
    ReconciliationView,
    TraderView,
    TradingSummary,
)
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import EVERY_ACCOUNT
from g4qc_core.storage.trading_stores.trader_store import TraderRecord
from g4qc_core.trading.intents import Order, TradeDecision
from g4qc_core.trading.ledger import Fill
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import FINAL, OrderState

STALE_AFTER = timedelta(minutes=2)
"""Without a sign of life for so long, a trader that has not stopped counts as gone."""

_DAY = timedelta(hours=24)


class TradingOverview:
    """What the stores know about trading.

    Args:
        stores: of the database.
        registry: the instruments.
        switch: the kill switch of the home.
    """

    def __init__(self, stores: Stores, registry: Registry, switch: KillSwitch) -> None:
        self._stores = stores
        self._registry = registry
        self._switch = switch

    def accounts(self) -> list[str]:
        """Return the accounts that were ever traded or halted, those with a running trader first, then by name."""
        traders = {trader.account: trader for trader in self._stores.traders.all()}
        halted = {halt.account for halt in self._switch.halts()} - {EVERY_ACCOUNT}

        def order(account: str) -> tuple[bool, str]:
            trader = traders.get(account)
            return trader is None or trader.stopped_at is not None, account

        return sorted({*traders, *halted}, key=order)

    def account(self, named: str | None) -> str:
        """Return the account that is meant: the named one, or the first of `accounts`.

        Raises:
            UsageError: no such account was ever traded or halted.
            NotFound: none is named, and none was ever traded.
        """
        known = self.accounts()
        if named is not None and named not in known:
            raise unknown("account", named, known)
        if not known:
            raise NotFound("No account was traded yet: start the trader with `g4qc trade start`.")
        return named or known[0]

    def summary(self, now: datetime) -> TradingSummary:
        """Return all accounts; `now` is this machine's clock, UTC."""
        return TradingSummary(
            at=now,
            halts=[HaltView(**vars(halt)) for halt in self._switch.halts()],
            accounts=[self.account_view(account, now) for account in self.accounts()],
        )

    def account_view(self, account: str, now: datetime) -> AccountView:
        """Return one account with all that holds for it."""
        record = next((one for one in self._stores.traders.all() if one.account == account), None)
        decided = self._stores.orders.decisions(account, since=now - _DAY)
        last = self.reconciliations(account, 1)
        return AccountView(
            account=account,
            trader=None if record is None else trader_view(record, now),
            halts=[HaltView(**vars(halt)) for halt in self._switch.halts(account)],
            locks=self.locks(account),
            limits=[] if record is None else _limits(record.limits or {}),
            values={} if record is None else dict(record.values or {}),
            positions=[one for one in self.positions(account) if one.quantity],
            orders=Counter(str(order.state) for order in self._stores.orders.open_orders(account)),
            decisions=Counter(str(decision.state) for decision in decided),
            reconciliation=last[0] if last else None,
        )

    def positions(self, account: str) -> list[PositionView]:
        """Return the position of every contract that was ever traded, by instrument and month."""
        return position_views(self._stores, self._registry, account)

    def orders(
        self, account: str, limit: int, before: str | None = None, *, open_only: bool = False
    ) -> list[OrderView]:
        """Return orders, newest first, from the one that follows the reference `before`."""
        found = self._stores.orders.orders(account, most=limit, before=before, open_only=open_only)
        return [order_view(order) for order in found]

    def order(self, ref: str) -> OrderView:
        """Return one order.

        Raises:
            NotFound: there is none with this reference.
        """
        found = self._stores.orders.order(ref)
        if found is None:
            raise NotFound(f"There is no order {ref}.")
        return order_view(found)

    def events(self, ref: str) -> list[OrderEventView]:
        """Return what was heard about an order, in the order of arrival."""
        return [OrderEventView(**event) for event in self._stores.orders.events(ref)]

    def fills(self, account: str, limit: int, before: str | None = None) -> list[FillView]:
        """Return executions in their newest version, newest first, from the one that follows the id `before`."""
        return [fill_view(account, fill) for fill in self._stores.executions.newest_fills(account, limit, before)]

    def decisions(
        self, account: str, limit: int, before: DecisionKey | None = None, spec: str | None = None
    ) -> list[DecisionView]:
        """Return decisions, newest bar first, from the one that follows `before`."""
        return [decision_view(one) for one in self._stores.orders.decisions(account, spec, most=limit, before=before)]

    def locks(self, account: str, *, resolved: bool = False, most: int | None = None) -> list[LockView]:
        """Return the locks in force, oldest first; with `resolved` all locks, newest first."""
        return [LockView(**vars(lock)) for lock in self._stores.safety.locks(account, resolved=resolved, most=most)]

    def reconciliations(self, account: str, most: int) -> list[ReconciliationView]:
        """Return the last comparisons with the broker, newest first."""
        found = self._stores.safety.reconciliations(account, most)
        return [
            ReconciliationView(**{**vars(one), "compared": dict(one.compared), "differences": list(one.differences)})
            for one in found
        ]

    def log(self, account: str, most: int, after: int = 0, before: int | None = None) -> list[LogLineView]:
        """Return the last lines of the log with a number above `after` and below `before`, newest first."""
        return [LogLineView(**vars(line)) for line in self._stores.traders.log(account, most, after, before)]

    def drifts(self, account: str, most: int, spec: str | None = None) -> list[DriftView]:
        """Return how far paper fills were from the backtest, newest trade date first."""
        found = self._stores.drifts.drifts(account, spec, most)
        return [
            DriftView(**{**vars(one), "figures": dict(one.figures), "rows": [dict(row) for row in one.rows]})
            for one in found
        ]


def trader_view(record: TraderRecord, now: datetime) -> TraderView:
    """Return a trader as it is shown; `now` is this machine's clock, UTC."""
    age = max(now - record.heartbeat_at, timedelta())
    running = record.stopped_at is None
    shown = {name: value for name, value in vars(record).items() if name not in ("limits", "values", "specs")}
    return TraderView(
        **shown,
        specs=list(record.specs),
        up=running and age <= STALE_AFTER,
        stale=running and age > STALE_AFTER,
        heartbeat_age=age.total_seconds(),
    )


def order_view(order: Order) -> OrderView:
    """Return an order as it is shown."""
    key = order.decision
    same = ("ref", "action", "quantity", "filled", "order_type", "tif", "client_id", "order_id", "perm_id")
    times = ("planned_at", "sent_at", "cancel_at")
    return OrderView(
        **_same(order, (*same, *times)),
        limit_price=_number(order.limit_price),
        stop_price=_number(order.stop_price),
        price=_number(order.price),
        account=key.account,
        spec=key.spec,
        cause=key.cause,
        bar=key.bar,
        symbol=order.contract.symbol,
        contract=order.contract.month,
        state=str(order.state),
        # What the broker warned of before, such as a closed market, is over.
        why="" if order.state is OrderState.FILLED else order.why,
        open=order.state not in FINAL,
    )


def fill_view(account: str, fill: Fill) -> FillView:
    """Return an execution as it is shown."""
    return FillView(
        **_same(fill, ("exec_id", "ref", "spec", "symbol", "quantity", "at", "currency")),
        account=account,
        contract=fill.month,
        price=float(fill.price),
        commission=_number(fill.commission),
        realized=_number(fill.reported),
    )


def decision_view(decision: TradeDecision) -> DecisionView:
    """Return a decision as it is shown."""
    same = ("symbol", "contract", "timeframe", "target", "held", "reason", "decided_at", "fingerprint")
    return DecisionView(
        **_same(decision, same),
        **_same(decision.key, ("account", "spec", "cause", "bar")),
        price=_number(decision.price),
        state=str(decision.state),
    )


def _limits(used: Mapping[str, Any]) -> list[LimitUse]:
    return [LimitUse(name=name, used=one.get("used"), limit=one["limit"]) for name, one in used.items()]


def _same(thing: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
