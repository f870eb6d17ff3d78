"""Drift from the stores: each traded spec run again on the settled bars, beside what paper decided and filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import G4qcError, SettingsError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.trading.drift.decision_drift import BarTarget, DecisionDifference, decision_differences
from g4qc_core.services.trading.drift.fill_drift import MeasuredFill, slippage_figures
from g4qc_core.services.trading.drift.live_bar_drift import live_bar_figures
from g4qc_core.services.trading.drift.settled_targets import SettledTargets, settled_targets
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.drift_store import Drift
from g4qc_core.timeframes import ONE_MINUTE, timeframe
from g4qc_core.trading.intents import Order
from g4qc_core.trading.ledger import Fill, in_force
from g4qc_core.trading.trading_plan import TradedSpec, load_plan

_MOST_DATES = 20
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DriftRun:
    """What was compared, and what could not be.

    Attributes:
        drifts: newest trade date first.
        refused: the reason by traded spec, `ACCOUNT SPEC`.
    """

    drifts: Sequence[Drift]
    refused: Mapping[str, str]


def make_drift(
    settings: Settings, registry: Registry, stores: Stores, now: datetime, most: int = _MOST_DATES
) -> DriftRun:
    """Compare the newest trade dates of every traded spec with its backtest on the settled bars, and store it.

    Of a portfolio each lane is compared, by the name of the lane.

    The run is saved neither as a result nor as a trial. A trade date is compared once bars of a later one are stored,
    because the end of a backtest closes every position.

    Args:
        settings: name the trading file, whose hours decide which bars are traded upon.
        registry: the instruments.
        stores: of the database.
        now: UTC.
        most: trade dates of each spec, the newest ones.
    """
    plan = _plan(settings)
    drifts: list[Drift] = []
    refused: dict[str, str] = {}
    for account, name, started, _ in stores.traders.starts():
        try:
            for settled in settled_targets(name, started, registry, stores):
                drifts += _Compared(account, settled, plan.get(name), stores).drifts(now, most)
        except G4qcError as error:
            refused[f"{account} {name}"] = str(error)
    for drift in drifts:
        stores.drifts.save(drift)
    return DriftRun(sorted(drifts, key=lambda one: (one.trade_date, one.account, one.spec), reverse=True), refused)


class _Compared:
    """One traded spec of one account, or one lane of a portfolio, with its settled backtest."""

    def __init__(self, account: str, settled: SettledTargets, how: TradedSpec | None, stores: Stores) -> None:
        name = settled.name
        self._account, self._name, self._how, self._stores = account, name, how, stores
        self._spec, self._instrument = settled.spec, settled.instrument
        self._hours = calendar(self._instrument.calendar)
        self._version, self._bars = settled.version, settled.bars
        self._starts = _instants(self._bars)
        every = stores.orders.decisions(account, name)
        self._decisions = {one.key.bar: one for one in every if one.key.cause == "bar"}
        self._fills = in_force(stores.executions.fills(account, spec=name))
        self._orders = {one.ref: one for one in stores.orders.orders(account) if one.decision.spec == name}

    def drifts(self, now: datetime, most: int) -> list[Drift]:
        """Return the drifts of the newest trade dates that can be compared."""
        begun = min(self._decisions, default=None)
        if begun is None or self._bars.empty:
            return []
        after = self._bars[(self._bars["timestamp"] >= pd.Timestamp(begun)) & self._bars["settled"]]
        days = sorted(set(after["trade_date"].dt.date), reverse=True)[:most]
        return [self._drift(day, after[after["trade_date"] == pd.Timestamp(day)], now) for day in days]

    def _drift(self, day: date, bars: pd.DataFrame, now: datetime) -> Drift:
        starts = _instants(bars)
        wanted = zip(starts, bars["target"].tolist(), bars["before"].tolist(), strict=True)
        targets = {start: BarTarget(target, before) for start, target, before in wanted if self._is_traded(start)}
        decisions = {bar: one for bar, one in self._decisions.items() if starts[0] <= bar <= starts[-1]}
        apart = decision_differences(targets, decisions)
        orders = [one for one in self._orders.values() if one.decision.bar in decisions]
        fills = [self._measured(fill) for fill in self._fills if self._day_of(fill) == day]
        figures = {
            "bars": len(targets),
            "decisions": len(decisions),
            **{kind: sum(one.kind == kind for one in apart) for kind in ("missed", "extra", "different")},
            "unfilled": sum(not one.filled and bool(one.sent_at) for one in orders),
            "model_slippage": float(self._spec.slippage_ticks),
            **slippage_figures(fills),
            **self._live(day),
        }
        rows = [*(_difference_row(one) for one in apart), *(_fill_row(one) for one in fills)]
        return Drift(self._account, self._name, day, figures, rows, self._version, now)

    def _is_traded(self, start: datetime) -> bool:
        if self._how is None:
            return True
        length = timeframe(self._spec.timeframe)
        end = start if length.is_session else start + length.length
        return self._how.open_at(end.astimezone(self._hours.timezone).time())

    def _day_of(self, fill: Fill) -> date:
        """Return the trade date of the deciding bar of a fill, and of the fill itself if no bar decided it."""
        order = self._orders.get(fill.ref)
        at = fill.at if order is None else order.decision.bar
        session = self._hours.sessions_between(at, at + 10 * _DAY)
        return session[0].trade_date if session else at.date()

    def _measured(self, fill: Fill) -> MeasuredFill:
        order = self._orders.get(fill.ref)
        return MeasuredFill(
            at=fill.at,
            hour=fill.at.astimezone(self._hours.timezone).hour,
            symbol=fill.symbol,
            contract=fill.month,
            ref=fill.ref,
            cause="" if order is None else order.decision.cause,
            order_type="" if order is None else order.order_type,
            quantity=fill.quantity,
            price=fill.price,
            reference=None if order is None else self._reference(order, fill.month),
            tick=self._instrument.tick,
        )

    def _reference(self, order: Order, month: str) -> Decimal | None:
        """Return the settled open at which the backtest fills an order, in the contract's own points."""
        since = order.decision.bar
        if order.decision.cause == "bar":
            following = next((start for start in self._starts if start > since), None)
            if following is None:
                return None
            since = following
        bars = self._stores.bars.bars(self._instrument.symbol, ONE_MINUTE.name, since, since + _DAY, month)
        return None if bars.empty else Decimal(str(bars["open"].iloc[0]))

    def _live(self, day: date) -> dict[str, Any]:
        session = self._hours.session(day)
        if session is None:
            return {}
        live = self._stores.live_bars.bars(self._instrument.symbol, session.open, session.close)
        settled = self._stores.bars.bars(self._instrument.symbol, ONE_MINUTE.name, session.open, session.close)
        return live_bar_figures(live, settled, float(self._instrument.tick))


def _instants(bars: pd.DataFrame) -> list[datetime]:
    """Return the starts of the bars, UTC."""
    return list(bars["timestamp"].dt.to_pydatetime())


def _plan(settings: Settings) -> Mapping[str, TradedSpec]:
    try:
        return load_plan(settings.trading).specs
    except SettingsError:
        return {}


def _difference_row(one: DecisionDifference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "at": one.bar.astimezone(UTC).isoformat(),
        "backtest": one.backtest,
        "paper": one.paper,
        "why": one.why,
    }


def _fill_row(one: MeasuredFill) -> dict[str, Any]:
    return {
        "kind": "fill",
        "at": one.at.astimezone(UTC).isoformat(),
        "contract": one.contract,
        "ref": one.ref,
        "cause": one.cause,
        "order_type": one.order_type,
        "quantity": one.quantity,
        "price": float(one.price),
        "reference": None if one.reference is None else float(one.reference),
        "slippage": one.slippage,
    }
