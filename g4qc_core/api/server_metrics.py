"""Counters of the API server in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from g4qc_core.api.trading_metrics import TradingMetrics
from g4qc_core.services.trading.shown.views import DriftView, TradingSummary

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class ServerMetrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter("g4qc_api_requests", "Answered requests", labels, registry=self._registry)
        self._seconds = Histogram(
            "g4qc_api_seconds", "Seconds to the end of an answer", ("route",), buckets=_BUCKETS, registry=self._registry
        )
        self._abandoned = Counter(
            "g4qc_api_abandoned", "Answers that a client did not read in time", registry=self._registry
        )
        self._bars = Counter("g4qc_api_bars", "Bars sent", ("format",), registry=self._registry)
        self._up = Gauge("g4qc_up", "1 if the part answers", ("part",), registry=self._registry)
        self._newest = Gauge(
            "g4qc_newest_bar_timestamp_seconds",
            "Start of the newest bar",
            ("symbol", "timeframe"),
            registry=self._registry,
        )
        self._trading = TradingMetrics(self._registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer by the template of its route, which bounds the number of series."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def abandoned(self) -> None:
        """Count an answer that a client did not read in time."""
        self._abandoned.inc()

    def sent(self, form: str, bars: int) -> None:
        """Count bars sent in a format."""
        self._bars.labels(form).inc(bars)

    def text(
        self,
        up: Iterable[tuple[str, bool]],
        newest: Iterable[tuple[str, str, datetime]],
        trading: TradingSummary | None = None,
        drifts: Sequence[DriftView] = (),
    ) -> bytes:
        """Render all counters in Prometheus' text format.

        Args:
            up: each part of the platform, and whether it answers.
            newest: symbol, timeframe and start of the newest bar, UTC.
            trading: all accounts that were traded; None: not known now.
            drifts: of paper fills from their backtests, newest first.
        """
        for part, answers in up:
            self._up.labels(part).set(answers)
        self._newest.clear()
        for symbol, timeframe, start in newest:
            self._newest.labels(symbol, timeframe).set(start.timestamp())
        self._trading.set(trading, drifts)
        return generate_latest(self._registry)
