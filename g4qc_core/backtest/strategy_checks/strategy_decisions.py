"""What a strategy decides on a part of the bars, in a form in which two parts can be compared.

A strategy of G4QC's kind decides a wish on every bar. A class of backtesting.py decides by its fills, because its
orders cannot be seen from outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.account.priced_bars import PricedBars, price_bars, window
from g4qc_core.backtest.aligned_inputs import InputBars, with_inputs
from g4qc_core.backtest.engines.engine_registry import engine
from g4qc_core.backtest.prepared_strategy import ClassProbe, LibraryStrategy, TargetStrategy, prepare
from g4qc_core.backtest.run import task_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategy_checks.check_inputs import check_inputs
from g4qc_core.instruments.registry import Instrument

# Wishes that differ by less were computed in another order, not from other bars.
_ROUNDING = 1e-6

_MIRRORED = {"open": "open", "high": "low", "low": "high", "close": "close"}


@dataclass(frozen=True, eq=False)
class CheckSubject:
    """A strategy with the bars on which it is checked.

    Attributes:
        spec: names the strategy with its parameters, cash and costs.
        bars: `CONTINUOUS_COLUMNS`, as `run_backtest` takes them.
        instrument: of the bars.
        exits: own prices at rolls, as `run_backtest` takes them.
        old_contracts: bars of old contracts, as `run_backtest` takes them.
        of_market: the bars are of a market; otherwise they are synthetic.
        inputs: bars of the further inputs that the strategy declares, as `run_backtest` takes them; synthetic bars have
            synthetic ones without them.
    """

    spec: BacktestSpec
    bars: pd.DataFrame
    instrument: Instrument
    exits: pd.Series | None = None
    old_contracts: OldContracts | None = None
    of_market: bool = True
    inputs: Mapping[str, InputBars] | None = None

    @cached_property
    def strategy(self) -> TargetStrategy | LibraryStrategy:
        """The strategy with its parameters."""
        strategy, given = prepare(self.spec), self.inputs
        if given is None and not self.of_market and isinstance(strategy, TargetStrategy):
            given = check_inputs(strategy.rule.inputs, self.bars, self.instrument, self.spec.timeframe)
        return with_inputs(strategy, given, self.spec.timeframe, self.instrument.calendar)

    @cached_property
    def priced(self) -> PricedBars:
        """All bars of the spec's window."""
        return price_bars(window(self.bars, self.spec.first, self.spec.last), self.instrument, self.exits)

    def __len__(self) -> int:
        return len(self.priced)


@dataclass(frozen=True)
class Decisions:
    """What a strategy decided.

    Attributes:
        wishes: float64, one per bar, for a strategy of G4QC's kind.
        events: for a class of the library, what was filled in a bar and which orders wait after it, in words, by bar.
    """

    wishes: np.ndarray | None = None
    events: Mapping[int, str] = field(default_factory=dict)

    def first_difference(self, other: Decisions, before: int) -> int | None:
        """Return the first bar before `before` on which the two differ; None if there is none."""
        if self.wishes is not None and other.wishes is not None:
            differ = ~(np.abs(self.wishes[:before] - other.wishes[:before]) < _ROUNDING)
            return int(np.argmax(differ)) if differ.any() else None
        bars = {*self.events, *other.events}
        return min((at for at in bars if at < before and self.on(at) != other.on(at)), default=None)

    def on(self, bar: int) -> str:
        """Return what was decided on this bar, in words."""
        return f"{self.wishes[bar]:g}" if self.wishes is not None else self.events.get(bar, "nothing")

    @property
    def any(self) -> bool:
        """True if the strategy wanted or traded anything."""
        return bool(self.events) if self.wishes is None else bool(np.any(self.wishes != 0))

    def fingerprint(self) -> str:
        """Return 32 hex digits of the decisions."""
        text = repr(sorted(self.events.items())).encode()
        raw = text if self.wishes is None else np.ascontiguousarray(self.wishes + 0.0, "<f8").tobytes()
        return hashlib.sha256(raw).hexdigest()[:32]


def part(market: PricedBars, first: int, end: int) -> PricedBars:
    """Return the bars from `first` to before `end`, linked as they are in the whole."""
    inside = (market.rolls > first) & (market.rolls < end)
    columns = ("contracts", "open", "high", "low", "close", "link")
    arrays: dict[str, Any] = {name: getattr(market, name)[first:end] for name in columns}
    frame = market.frame.iloc[first:end].reset_index(drop=True)
    stale = market.stale[(market.stale > first) & (market.stale < end)] - first
    return replace(market, frame=frame, rolls=market.rolls[inside] - first, stale=stale, **arrays)


def mirrored(market: PricedBars, cut: int) -> PricedBars | None:
    """Return the bars with all prices from `cut` on mirrored at the close before: rises become falls.

    None if a price would not be positive.
    """
    centre, middle = 2 * int(market.close[cut - 1]), 2 * float(market.frame["close"].iloc[cut - 1])
    ticks: dict[str, Any] = {}
    seen = market.frame.copy()
    for name, of in _MIRRORED.items():
        ticks[name] = np.concatenate((getattr(market, name)[:cut], centre - getattr(market, of)[cut:]))
        before, after = market.frame[name].to_numpy()[:cut], market.frame[of].to_numpy()[cut:]
        seen[name] = np.concatenate((before, middle - after))
    if ticks["low"].min() + market.lift <= 0 or seen["low"].min() <= 0:
        return None
    return replace(market, frame=seen, **ticks)


def decide(subject: CheckSubject, market: PricedBars) -> Decisions:
    """Return what the strategy decides on these bars.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: the library dropped an order, or the account was ruined.
    """
    strategy, spec = subject.strategy, subject.spec
    if isinstance(strategy, TargetStrategy):
        wish = strategy.signals if strategy.rule.defines_signals() else strategy.targets
        return Decisions(wishes=wish(market.frame).astype(np.float64))
    probe = ClassProbe()
    ran = engine("backtesting").run(task_of(spec, market, replace(strategy, probe=probe), None))
    filled: dict[tuple[int, int], int] = {}
    for lot in ran.fills:
        for bar, price, size in ((lot.entry_bar, lot.entry, lot.size), (lot.exit_bar, lot.exit, -lot.size)):
            if bar < len(market):
                filled[bar, price] = filled.get((bar, price), 0) + size
    events: dict[int, list[str]] = {}
    for (bar, price), size in sorted(filled.items()):
        if size:
            events.setdefault(bar, []).append(f"{size:+d} at {market.points(price):.10g}")
    for bar, orders in probe.orders.items():
        events.setdefault(bar, []).extend(orders)
    return Decisions(events={bar: "; ".join(words) for bar, words in events.items()})
