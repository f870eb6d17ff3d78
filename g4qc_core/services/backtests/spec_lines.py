"""The lines by which the strategy of a spec decides, on the stored bars that the spec reads.

Lines are computed over the whole series, because an exponential average depends on its first bar. The series are kept,
so that another parameter or another window of the chart reads no bar.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from g4qc_core.backtest.aligned_inputs import InputBars, with_inputs
from g4qc_core.backtest.prepared_strategy import TargetStrategy, prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies.declared_inputs import OtherInstrument
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.spec_bars import rule_of
from g4qc_core.services.backtests.spec_inputs import read_inputs
from g4qc_core.services.series.continuous_series import read_series
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe

_MOST_BARS = 4_000_000  # in all kept series together
_BAR_FIELDS = ("instrument", "timeframe", "adjustment", "roll", "from", "to")


@dataclass(frozen=True)
class SpecLines:
    """Lines of a spec over a window of its bars.

    Attributes:
        seconds: start of each bar, int64, seconds since 1970 in UTC.
        lines: with a value for each of these bars.
        bars_needed: bars up to and including the first one on which the strategy can decide.
        factor, adjustment: those of the newest bar: price = the contract's own price x factor + adjustment. None
            without a bar.
    """

    seconds: np.ndarray
    lines: Sequence[IndicatorLine]
    bars_needed: int
    factor: float | None
    adjustment: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the lines JSON-safe, with null for what is not known."""
        return {
            "timestamps": self.seconds.tolist(),
            "lines": [
                {"name": one.name, "pane": one.pane, "kind": one.kind, "values": _plain(one.values), "level": one.level}
                for one in self.lines
            ],
            "bars_needed": self.bars_needed,
            "factor": self.factor,
            "adjustment": self.adjustment,
        }


@dataclass
class _KeptBars:
    prepared: PreparedBars
    inputs: dict[str, InputBars]
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)


class LineReader:
    """Computes lines on stored bars, and keeps the bars that it was asked about last."""

    def __init__(self, registry: Registry, stores: Callable[[], Stores]) -> None:
        self._registry = registry
        self._stores = stores
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _KeptBars] = OrderedDict()

    def read(self, spec: BacktestSpec, window: tuple[datetime, datetime], limit: int) -> SpecLines:
        """Return the lines in the newest bars of a window.

        Args:
            spec: the backtest; classes of backtesting.py have no lines.
            window: instants [start, end), UTC.
            limit: most bars.

        Raises:
            UsageError: no such strategy or parameter, there is no roll calendar, or the user's own strategy failed.
            BacktestRefused: prices have to be adjusted across a roll whose prices are unknown.
            BarsIncomplete: the timeframe was not derived from all stored minutes.
        """
        strategy = prepare(spec)
        bars = self._bars_of(spec, strategy)
        lines: Sequence[IndicatorLine] = ()
        needed = strategy.bars_needed
        if isinstance(strategy, TargetStrategy):
            needed = strategy.rule.bars_needed
            ready = with_inputs(strategy, bars.inputs, spec.timeframe, self._registry[spec.instrument].calendar)
            with bars.one_at_a_time:
                lines = ready.lines(bars.prepared)
        frame = bars.prepared.frame
        seconds = frame["timestamp"].to_numpy("datetime64[s]").astype(np.int64)
        first, end = (int(np.searchsorted(seconds, instant.timestamp())) for instant in window)
        first = max(first, end - limit)
        newest = frame.iloc[end - 1] if end > first else None
        return SpecLines(
            seconds=seconds[first:end],
            lines=[line if line.level is not None else replace(line, values=line.values[first:end]) for line in lines],
            bars_needed=needed,
            factor=None if newest is None else float(newest["factor"]),
            adjustment=None if newest is None else float(newest["adjustment"]),
        )

    def _bars_of(self, spec: BacktestSpec, strategy: object) -> _KeptBars:
        stores = self._stores()
        declared = strategy.rule.inputs if isinstance(strategy, TargetStrategy) else {}
        symbols = {spec.instrument, *(kind.symbol for kind in declared.values() if isinstance(kind, OtherInstrument))}
        said = spec.to_dict()
        reads = [{name: said[name] for name in _BAR_FIELDS}, {name: repr(kind) for name, kind in declared.items()}]
        stamps = [stores.versions.stamp(symbol) for symbol in sorted(symbols)]
        key = json.dumps([*reads, stamps], sort_keys=True)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        read = self._read(spec, stores)
        with self._lock:
            self._kept[key] = read
            while len(self._kept) > 1 and sum(len(one.prepared) for one in self._kept.values()) > _MOST_BARS:
                self._kept.popitem(last=False)
        return read

    def _read(self, spec: BacktestSpec, stores: Stores) -> _KeptBars:
        instrument, now = self._registry[spec.instrument], datetime.now(UTC)
        length, rule = timeframe(spec.timeframe), rule_of(spec, instrument)
        window = spec.first, spec.last
        series = read_series(stores, instrument, length, spec.adjustment, window, rule, whole=True, now=now)
        inputs = read_inputs(spec, self._registry, stores, now)
        return _KeptBars(PreparedBars(series.bars), {name: one.bars for name, one in inputs.items()})


def _plain(values: np.ndarray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]
