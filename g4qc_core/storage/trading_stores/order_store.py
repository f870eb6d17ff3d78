"""Decisions and orders, and everything that was heard about an order.

Decisions and their orders are one transaction. An order changes together with the event that changed it; one that is
stored as sent or dropped has the event of that in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import trade_decisions, trade_order_events, trade_orders
from g4qc_core.trading.broker import TradedContract
from g4qc_core.trading.intents import DecisionState, Order, TradeDecision
from g4qc_core.trading.order_refs import DecisionKey
from g4qc_core.trading.order_states import FINAL, OrderState

_decisions, _orders, _events = trade_decisions.c, trade_orders.c, trade_order_events.c
_PLACE = tuple_(_decisions.spec, _decisions.cause)
_OPEN = [str(state) for state in OrderState if state not in FINAL]
_KEY = ("account", "spec", "cause", "bar")


class OrderStore:
    """The decisions and orders of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, decision: TradeDecision, orders: Sequence[Order] = ()) -> bool:
        """Store a decision and its orders; return False, and store nothing, if it was decided; see `decide_all`."""
        return decision.key in self.decide_all([(decision, orders)])

    def decide_all(self, made: Sequence[tuple[TradeDecision, Sequence[Order]]]) -> set[DecisionKey]:
        """Store decisions and their orders in one transaction; return the keys of those that were not decided before.

        Nothing is stored of a decision that was. A decision that waited (`PENDING`) gets its orders by `fulfil`.
        """
        rows = [_decision_row(decision) for decision, _ in made]
        stored = insert(trade_decisions).on_conflict_do_nothing().returning(*(_decisions[name] for name in _KEY))
        with self._database.transaction() as connection:
            keys = {DecisionKey(*row) for row in connection.execute(stored, rows)} if rows else set()
            _plan(connection, [order for decision, orders in made if decision.key in keys for order in orders])
        return keys

    def fulfil(
        self, key: DecisionKey, state: DecisionState, orders: Sequence[Order], at: datetime, reason: str = ""
    ) -> None:
        """End the wait of a decision, and store its orders in the same transaction."""
        change = update(trade_decisions).where(_of(key)).values(state=str(state), reason=reason, changed_at=at)
        with self._database.transaction() as connection:
            connection.execute(change)
            _plan(connection, orders)

    def decision(self, key: DecisionKey) -> TradeDecision | None:
        """Return a decision; None if it was not made."""
        with self._database.transaction() as connection:
            row = connection.execute(select(trade_decisions).where(_of(key))).mappings().first()
        return None if row is None else _decision(row)

    def newest(self, account: str, spec: str) -> TradeDecision | None:
        """Return the newest decision of a spec that was not skipped; None if there is none."""
        chosen = (
            select(trade_decisions)
            .where(_decisions.account == account, _decisions.spec == spec, _decisions.state != DecisionState.SKIPPED)
            .order_by(_decisions.bar.desc(), _decisions.decided_at.desc())
            .limit(1)
        )
        with self._database.transaction() as connection:
            row = connection.execute(chosen).mappings().first()
        return None if row is None else _decision(row)

    def decisions(
        self,
        account: str,
        spec: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        most: int | None = None,
        before: DecisionKey | None = None,
    ) -> list[TradeDecision]:
        """Return decisions, newest bar first, of bars in `[since, until)`, UTC; those that follow `before`."""
        chosen = select(trade_decisions).where(_decisions.account == account)
        if spec is not None:
            chosen = chosen.where(_decisions.spec == spec)
        if since is not None:
            chosen = chosen.where(_decisions.bar >= since)
        if until is not None:
            chosen = chosen.where(_decisions.bar < until)
        if before is not None:
            same = and_(_decisions.bar == before.bar, tuple_(before.spec, before.cause) < _PLACE)
            chosen = chosen.where(or_(_decisions.bar < before.bar, same))
        ordered = chosen.order_by(_decisions.bar.desc(), _decisions.spec, _decisions.cause).limit(most)
        with self._database.transaction() as connection:
            return [_decision(row) for row in connection.execute(ordered).mappings()]

    def order(self, ref: str) -> Order | None:
        """Return the order with a reference; None if there is none."""
        found = self._read(select(trade_orders).where(_orders.ref == ref))
        return found[0] if found else None

    def open_orders(self, account: str) -> list[Order]:
        """Return the orders that have not ended, lost ones included, in the order of planning."""
        return self._read(_ordered(account).where(_orders.state.in_(_OPEN)))

    def orders(
        self,
        account: str,
        since: datetime | None = None,
        most: int | None = None,
        *,
        before: str | None = None,
        open_only: bool = False,
    ) -> list[Order]:
        """Return orders, newest first.

        Args:
            account: that trades.
            since: only those planned at this instant or later, UTC.
            most: largest number of orders.
            before: reference of an order: only those that follow it; none follows an unknown one.
            open_only: only those that have not ended, lost ones included.
        """
        chosen = select(trade_orders).where(_orders.account == account)
        if since is not None:
            chosen = chosen.where(_orders.planned_at >= since)
        if open_only:
            chosen = chosen.where(_orders.state.in_(_OPEN))
        if before is not None:
            last = select(_orders.planned_at, _orders.ref).where(_orders.account == account, _orders.ref == before)
            chosen = chosen.where(tuple_(_orders.planned_at, _orders.ref) < last.scalar_subquery())
        return self._read(chosen.order_by(_orders.planned_at.desc(), _orders.ref.desc()).limit(most))

    def sent_since(self, account: str, since: datetime) -> list[datetime]:
        """Return the instants at which orders were sent at or after `since`, ascending."""
        chosen = select(_orders.sent_at).where(_orders.account == account, _orders.sent_at >= since)
        with self._database.transaction() as connection:
            return [at for (at,) in connection.execute(chosen.order_by(_orders.sent_at))]

    def highest_id(self, account: str, client_id: int) -> int:
        """Return the highest order id that a client has used; 0 if it has used none."""
        chosen = select(func.max(_orders.order_id)).where(_orders.client_id == client_id, _orders.account == account)
        with self._database.transaction() as connection:
            return connection.scalar(chosen) or 0

    def change(self, order: Order, kind: str, said: Mapping[str, Any], at: datetime) -> None:
        """Store an order as it is now, together with the event that made it so.

        Args:
            order: as it is now.
            kind: of the event, like `status` or `send`.
            said: what the event said, JSON-safe.
            at: by the gateway's clock, UTC.
        """
        changed = update(trade_orders).where(_orders.ref == order.ref)
        with self._database.transaction() as connection:
            connection.execute(changed.values(**_changing(order), changed_at=at))
            connection.execute(insert(trade_order_events).values(**_event(order, kind, said, at)))

    def events(self, ref: str) -> list[dict[str, Any]]:
        """Return what was heard about an order, in the order of arrival: at, kind, said, state."""
        chosen = select(_events.at, _events.kind, _events.said, _events.state).where(_events.ref == ref)
        with self._database.transaction() as connection:
            return [dict(row) for row in connection.execute(chosen.order_by(_events.id)).mappings()]

    def _read(self, chosen: Select) -> list[Order]:
        with self._database.transaction() as connection:
            return [_order(row) for row in connection.execute(chosen).mappings()]


def _ordered(account: str) -> Select:
    chosen = select(trade_orders).where(_orders.account == account)
    return chosen.order_by(_orders.planned_at, _orders.bar, _orders.sequence, _orders.ref)


def _plan(connection: Connection, orders: Iterable[Order]) -> None:
    planned = list(orders)
    if planned:
        connection.execute(insert(trade_orders), [_order_row(order) for order in planned])
    events = [
        _event(order, *said, order.sent_at or order.planned_at)
        for order in planned
        if (said := _begun(order)) is not None
    ]
    if events:
        connection.execute(insert(trade_order_events), events)


def _begun(order: Order) -> tuple[str, dict[str, Any]] | None:
    """Return kind and words of the event that an order begins with; None if it waits to be sent."""
    if order.state is OrderState.SENT:
        return "send", {"order_id": order.order_id, "client_id": order.client_id}
    return ("refused", {"why": order.why}) if order.state is OrderState.DROPPED else None


def _event(order: Order, kind: str, said: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "account": order.decision.account,
        "ref": order.ref,
        "at": at,
        "kind": kind,
        "said": dict(said),
        "state": str(order.state),
    }


def _of(key: DecisionKey) -> Any:
    return and_(
        _decisions.account == key.account,
        _decisions.spec == key.spec,
        _decisions.cause == key.cause,
        _decisions.bar == key.bar,
    )


def _decision_row(decision: TradeDecision) -> dict[str, Any]:
    key = decision.key
    return {
        "account": key.account,
        "spec": key.spec,
        "cause": key.cause,
        "bar": key.bar,
        "symbol": decision.symbol,
        "contract": decision.contract,
        "timeframe": decision.timeframe,
        "fingerprint": decision.fingerprint,
        "target": decision.target,
        "held": decision.held,
        "price": decision.price,
        "state": str(decision.state),
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "changed_at": decision.decided_at,
    }


def _decision(row: RowMapping) -> TradeDecision:
    return TradeDecision(
        _key(row),
        **{
            name: row[name]
            for name in ("symbol", "contract", "timeframe", "fingerprint", "target", "held", "price", "decided_at")
        },
        state=DecisionState(row["state"]),
        reason=row["reason"],
    )


def _key(row: RowMapping) -> DecisionKey:
    return DecisionKey(row["account"], row["spec"], row["cause"], row["bar"])


_CHANGING = ("why", "client_id", "order_id", "perm_id", "filled", "sent_at", "cancel_at")
_FIXED = ("sequence", "action", "quantity", "order_type", "tif", "planned_at", "limit_price", "stop_price", "price")


def _changing(order: Order) -> dict[str, Any]:
    return {"state": str(order.state), **{name: getattr(order, name) for name in _CHANGING}}


def _order_row(order: Order) -> dict[str, Any]:
    key, contract = order.decision, order.contract
    return {
        "ref": order.ref,
        "account": key.account,
        "spec": key.spec,
        "cause": key.cause,
        "bar": key.bar,
        "symbol": contract.symbol,
        "contract": contract.month,
        "con_id": contract.con_id,
        "exchange": contract.exchange,
        "currency": contract.currency,
        **{name: getattr(order, name) for name in _FIXED},
        **_changing(order),
        "changed_at": order.sent_at or order.planned_at,
    }


def _order(row: RowMapping) -> Order:
    return Order(
        ref=row["ref"],
        decision=_key(row),
        contract=TradedContract(row["symbol"], row["contract"], row["con_id"], row["exchange"], row["currency"]),
        state=OrderState(row["state"]),
        **{name: row[name] for name in (*_FIXED, *_CHANGING)},
    )
