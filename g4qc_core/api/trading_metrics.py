"""Gauges of trading in Prometheus' text format: traders, positions, orders, locks, halts, reconciliation and drift."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge

from g4qc_core.services.trading.shown.views import AccountView, DriftView, TradingSummary

_BY_ACCOUNT = {
    "up": ("g4qc_trader_up", "1 if the trader gave a sign of life within two minutes and has not stopped"),
    "stale": ("g4qc_trader_stale", "1 if the trader should be running and gives no sign of life"),
    "age": ("g4qc_trader_heartbeat_age_seconds", "Seconds since the trader's last sign of life"),
    "locks": ("g4qc_trading_locks", "Locks of instruments in force"),
    "halted": ("g4qc_trading_halted", "1 if the kill switch is on for the account"),
    "agrees": ("g4qc_trading_reconciliation_agrees", "1 if the last comparison with the broker found no difference"),
    "compared": ("g4qc_trading_reconciliation_age_seconds", "Seconds since the last comparison with the broker"),
}


class TradingMetrics:
    """The gauges of all accounts; each rendering sets them anew."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, about: str, *labels: str) -> Gauge:
            return Gauge(name, about, ("account", *labels), registry=registry)

        self._plain = {key: gauge(*named) for key, named in _BY_ACCOUNT.items()}
        self._positions = gauge("g4qc_trading_position_contracts", "Position, negative for short", "symbol", "contract")
        self._orders = gauge("g4qc_trading_open_orders", "Orders that have not ended", "state")
        self._decisions = gauge("g4qc_trading_decisions_day", "Decisions of the last 24 hours", "state")
        self._used = gauge("g4qc_trading_limit_used", "What is used of a limit, in its own unit", "limit")
        self._limits = gauge("g4qc_trading_limit", "The limit, in its own unit", "limit")
        self._slippage = gauge(
            "g4qc_trading_drift_slippage_ticks",
            "Mean slippage of a spec's fills against the settled open, of the newest trade date",
            "spec",
        )

    def set(self, summary: TradingSummary | None, drifts: Sequence[DriftView]) -> None:
        """Set all gauges; None: trading is not known now.

        Args:
            summary: all accounts.
            drifts: the newest ones, newest first.
        """
        labelled = (self._positions, self._orders, self._decisions, self._used, self._limits, self._slippage)
        for one in (*self._plain.values(), *labelled):
            one.clear()
        for account in summary.accounts if summary is not None else ():
            self._set_account(account, summary.at.timestamp() if summary is not None else 0.0)
        for drift in reversed(drifts):
            if (slippage := drift.figures.get("mean_slippage")) is not None:
                self._slippage.labels(drift.account, drift.spec).set(slippage)

    def _set_account(self, account: AccountView, now: float) -> None:
        name, trader, last = account.account, account.trader, account.reconciliation
        plain: dict[str, float] = {"locks": len(account.locks), "halted": bool(account.halts)}
        if trader is not None:
            plain |= {"up": trader.up, "stale": trader.stale, "age": trader.heartbeat_age}
        if last is not None:
            plain |= {"agrees": last.agrees, "compared": max(now - last.at.timestamp(), 0.0)}
        for key, value in plain.items():
            self._plain[key].labels(name).set(value)
        for held in account.positions:
            self._positions.labels(name, held.symbol, held.contract).set(held.quantity)
        for state, number in account.orders.items():
            self._orders.labels(name, state).set(number)
        for state, number in account.decisions.items():
            self._decisions.labels(name, state).set(number)
        for limit in account.limits:
            self._limits.labels(name, limit.name).set(limit.limit)
            if limit.used is not None:
                self._used.labels(name, limit.name).set(limit.used)
