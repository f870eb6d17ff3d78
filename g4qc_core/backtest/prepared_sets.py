"""Bars, costs and inputs of a spec, prepared once, and the compiled run of one parameter set on them.

Only strategies of signals and targets are run here, in the contracts of the series. The module is imported late,
because it imports numba.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.account import trades_frame
from g4qc_core.backtest.account.lots import LotCosts, lot_costs, lot_money, split_at_rolls
from g4qc_core.backtest.account.margin import margin_units
from g4qc_core.backtest.account.priced_bars import PricedBars, price_bars, window
from g4qc_core.backtest.account.roll_positions import closed_at_rolls
from g4qc_core.backtest.engines.compiled_run import (
    CompiledRun,
    Events,
    MarketArrays,
    WorkSpace,
    deciding_bars,
    run_compiled,
    run_events,
)
from g4qc_core.backtest.engines.engine_registry import COMPILED, engine
from g4qc_core.backtest.engines.target_positions import contracts_of, from_start, in_steps
from g4qc_core.backtest.prepared_strategy import PreparedStrategy, TargetStrategy
from g4qc_core.backtest.result import id_parts
from g4qc_core.backtest.result_figures import result_figures
from g4qc_core.backtest.run import refuse_few_bars, task_of
from g4qc_core.backtest.run_inputs import inputs_of_run
from g4qc_core.backtest.sizing.sizing_plan import SizingPlan, Wishes, largest_position, make_plan, sizing_numbers
from g4qc_core.backtest.span import span_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.registry import Instrument

_BENCHMARKS = 256
"""Most benchmarks that are kept, one for each number of contracts."""

Edit = Callable[[np.ndarray], np.ndarray]
"""Returns what is traded in place of a wish: an array of the same length and type."""

_UNREAD = np.zeros(0, np.int64)


@dataclass(frozen=True)
class SetRun:
    """One set that ran.

    Attributes:
        fingerprint: id of its result; empty if what it wanted was edited.
        equity: money at the close of each session, float64.
        metrics: figures by name.
    """

    fingerprint: str
    equity: np.ndarray
    metrics: Mapping[str, float | int | None]


class PreparedSets:
    """Runs parameter sets of one spec."""

    def __init__(
        self,
        spec: BacktestSpec,
        bars: pd.DataFrame,
        instrument: Instrument,
        *,
        data_version: str,
        roll_rule: str,
        exits: pd.Series | None = None,
    ) -> None:
        """Prepare the bars; arguments and errors are those of `run_backtest`."""
        if (instrument.symbol,) != spec.instruments:
            raise UsageError(f"The spec {spec.name} is for {spec.instrument}, not for {instrument.symbol}.")
        self._data_version, self._roll_rule = data_version, roll_rule
        priced = price_bars(window(bars, spec.first, spec.last), instrument, exits, spec.trade_from)
        self._charge(spec, priced)
        self._market, self._space, self._prepared = MarketArrays.of(priced), WorkSpace(), PreparedBars(priced.frame)
        days = priced.frame["trade_date"].iloc[self._market.ends].dt.date
        self._span = span_of(days, calendar(instrument.calendar))

    def _charge(self, spec: BacktestSpec, priced: PricedBars) -> None:
        """Take what depends on the costs."""
        self._spec = spec
        self._task = task = task_of(spec, priced, PreparedStrategy(spec.strategy, {}, ""), None)
        units = task.units
        numbers = sizing_numbers(priced, task.sizing, units, task.cash, task.margin, task.margin_rate)
        most = largest_position(priced, units)
        self._plan = SizingPlan(Wishes(priced, _UNREAD, []), units, int(task.cash * units.scale), most, numbers)
        self._margin = margin_units(priced, units, task.margin, task.margin_rate)
        self._benchmarks: dict[int, np.ndarray | None] = {}
        # The text that a result's id is made of, before and after the parameters.
        self._around: tuple[str, str] | None = None

    def with_costs(self, costs: Mapping[str, Decimal]) -> PreparedSets:
        """Return the same bars under other costs.

        Args:
            costs: fields of the spec by name, such as `fee` and `slippage_ticks`.

        Raises:
            BacktestRefused: the amounts have too many digits.
        """
        other = copy(self)
        other._charge(self._spec.model_copy(update=dict(costs)), self._plan.bars)
        return other

    def run(self, strategy: TargetStrategy, edit: Edit | None = None) -> SetRun:
        """Run a strategy with its parameters.

        Args:
            strategy: with its parameters.
            edit: changes what it wants before it is traded; the run is then no result of the spec, and has no id.

        Raises:
            UsageError: the user's own strategy failed.
            BacktestRefused: too few bars, no margin for an order, or ruin.
        """
        market, units = self._plan.bars, self._plan.units
        refuse_few_bars(self._spec, strategy, len(market))
        run, _ = self._compiled(strategy, edit)
        money = lot_money(market, run.lots, lot_costs(market, run.lots, units), units)
        of_bars = {
            "intraday_drawdown": run.largest_fall,
            "intraday_drawdown_money": run.largest_fall_money,
            "exposure": run.exposed / (len(market) - market.start),
            "bars": len(market) - market.start,
        }
        equity, cash = run.sessions / units.scale, float(self._spec.cash)
        benchmark = self._benchmark(run.most_contracts)
        made = self._id(strategy) if edit is None else ""
        return SetRun(made, equity, result_figures(equity, money, of_bars, cash, self._span, benchmark))

    def trades(self, strategy: TargetStrategy, most: int) -> tuple[pd.DataFrame, int]:
        """Run a strategy with its parameters and return its first trades (`TRADE_COLUMNS`), and how many there are.

        Args:
            strategy: with its parameters.
            most: number of trades to return.

        Raises:
            UsageError, BacktestRefused: as `run`.
        """
        market, units = self._plan.bars, self._plan.units
        refuse_few_bars(self._spec, strategy, len(market))
        run, closing = self._compiled(strategy)
        lots = split_at_rolls(market, run.lots)
        paid = lot_costs(market, lots, units)
        # Whether a trade ends at a roll is seen from the one that begins there, which may come after the last one.
        reach = int(lots.exit_bar[: max(1, most)].max()) if len(lots) else -1
        some = np.arange(np.searchsorted(lots.entry_bar, reach, "right"))
        shown, costs = lots.pick(some), LotCosts(*(getattr(paid, one.name)[some] for one in fields(paid)))
        frame = trades_frame(market, shown, lot_money(market, shown, costs, units), closing)
        return frame.head(most), len(lots)

    def _compiled(self, strategy: TargetStrategy, edit: Edit | None = None) -> tuple[CompiledRun, Sequence[int]]:
        """Return the run, and the bars of rolls at which it closes positions because the contract changes."""
        wish = self._wish(strategy) if edit is None else edit(self._wish(strategy))
        if self._spec.on_roll == "close" and len(self._plan.bars.rolls):
            wanted = from_start(self._as_wanted(strategy, wish), self._plan.bars)
            closed, closing = closed_at_rolls(wanted, self._plan.bars.rolls)
            wishes = Wishes(self._plan.bars, closed, closing)
            plan = make_plan(wishes, self._plan.units, self._task.cash, self._plan.numbers)
            return run_compiled(plan, self._market, self._margin, self._space), closing
        return run_events(self._plan, self._market, self._margin, self._space, self._events(strategy, wish)), ()

    def _events(self, strategy: TargetStrategy, wish: np.ndarray) -> Events:
        """Return the bars that decide orders; the wish is converted to contracts or steps on these bars only."""
        numbers, bars = self._plan.numbers, self._plan.bars
        at, rolled = deciding_bars(wish, bars.rolls, None if numbers is None else numbers.always, bars.decides)
        wanted = self._as_wanted(strategy, wish[at])
        if numbers is None:
            return Events(at, rolled, wanted)
        before = self._as_wanted(strategy, np.where(at > bars.decides, wish[at - 1], 0.0))
        return Events(at, rolled, wanted, numbers.always[at] | (wanted != before))

    def _wish(self, strategy: TargetStrategy) -> np.ndarray:
        """Return targets (int64) if they are traded as they are, signals (float64) otherwise."""
        kind = type(strategy.rule)
        if self._trades_targets(kind):
            return strategy.targets(self._prepared.frame)
        if kind.__module__.startswith("g4qc_core.") and kind.fast_signals is not Strategy.fast_signals:
            return strategy.unchecked_signals(self._prepared)
        return strategy.fast_signals(self._prepared)

    def _as_wanted(self, strategy: TargetStrategy, wish: np.ndarray) -> np.ndarray:
        """Convert values of the wish to contracts of a fixed size, or to steps of a signal."""
        sizing = self._task.sizing
        if self._trades_targets(type(strategy.rule)):
            return wish.astype(np.int64, copy=False)
        wish = wish.astype(np.float64, copy=False)
        if sizing.fixed and sizing.amount is None:
            return np.asarray(np.rint(wish * strategy.rule.contracts).astype(np.int64))
        steps = in_steps(wish)
        return contracts_of(steps, int(sizing.amount)) if sizing.fixed and sizing.amount is not None else steps

    def _trades_targets(self, kind: type[Strategy]) -> bool:
        sizing = self._task.sizing
        from_signals = kind.defines_signals() and kind.targets is Strategy.targets
        return sizing.fixed and sizing.amount is None and not from_signals

    def _benchmark(self, contracts: int) -> np.ndarray | None:
        """Return the session equity of `benchmark_equity`; None if that account would have been ruined."""
        size = max(1, contracts)
        if size not in self._benchmarks:
            if len(self._benchmarks) >= _BENCHMARKS:
                self._benchmarks.clear()
            self._benchmarks[size] = self._held(size)
        return self._benchmarks[size]

    def _held(self, contracts: int) -> np.ndarray | None:
        plan, bars = self._plan, self._plan.bars
        at = np.unique(np.append(bars.rolls[bars.rolls > bars.decides] - 1, bars.decides))
        events = Events(at, np.isin(at, bars.rolls - 1), np.full(len(at), contracts))
        held = SizingPlan(plan.wishes, plan.units, plan.cash, plan.most)
        try:
            run = run_events(held, self._market, np.zeros(len(bars), np.int64), WorkSpace(), events)
        except BacktestRefused:
            return None
        return np.asarray(run.sessions / plan.units.scale)

    def _id(self, strategy: TargetStrategy) -> str:
        if self._around is None:
            inputs = inputs_of_run(
                self._spec,
                self._plan.bars,
                strategy,
                self._task.costs,
                self._data_version,
                self._roll_rule,
                engine(COMPILED).version,
            )
            self._around = id_parts(self._spec, inputs)
        parameters = json.dumps(dict(strategy.parameters), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{self._around[0]}{parameters}{self._around[1]}".encode()).hexdigest()[:32]
