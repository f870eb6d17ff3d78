"""Many parameter sets of one spec on the same bars: what search and exploration run.

A set is evaluated as `run.run_backtest` would run it: the same id, trades, session equity and figures, to the cent.
Frames of bars and reports do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.aligned_inputs import FurtherInputs, InputBars, with_inputs
from g4qc_core.backtest.known_strategies import KnownStrategy, find_strategy
from g4qc_core.backtest.prepared_strategy import TargetStrategy, prepare
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import BacktestRefused, MarginCall, UsageError
from g4qc_core.instruments.registry import Instrument

if TYPE_CHECKING:
    from g4qc_core.backtest.prepared_sets import Edit, PreparedSets


@dataclass(frozen=True)
class Evaluation:
    """The result of one parameter set.

    Attributes:
        parameters: all parameters of the strategy, defaults included, JSON-safe.
        fingerprint: id of the result of this set; empty if it was refused.
        equity: money at the close of each session, float64; empty if the set was refused.
        metrics: figures by name, as `metrics.DEFINITIONS` defines them; None if undefined.
        refused: why the set cannot be run, one sentence (no margin, ruin, too few bars); empty if it can.
        margin_call: it is refused because the account could not pay a margin, or had nothing left.
    """

    parameters: Mapping[str, Any]
    fingerprint: str = ""
    equity: np.ndarray = field(default_factory=lambda: np.empty(0))
    metrics: Mapping[str, float | int | None] = field(default_factory=dict)
    refused: str = ""
    margin_call: bool = False


class Evaluator:
    """Evaluates parameter sets of one spec on bars that are prepared once, at the first set.

    Strategies of signals and targets run compiled, and memory does not grow with the number of sets. Classes of
    backtesting.py and specs that hold old contracts run as whole backtests, set by set.
    """

    def __init__(
        self,
        spec: BacktestSpec,
        bars: pd.DataFrame,
        instrument: Instrument,
        *,
        data_version: str,
        roll_rule: str,
        exits: pd.Series | None = None,
        old_contracts: OldContracts | None = None,
        inputs: Mapping[str, InputBars] | None = None,
    ) -> None:
        """Take the bars; the arguments are those of `run_backtest`."""
        self._spec, self._bars, self._instrument = spec, bars, instrument
        self._given: dict[str, Any] = {
            "data_version": data_version,
            "roll_rule": roll_rule,
            "exits": exits,
            "old_contracts": old_contracts,
            "inputs": inputs,
        }

    def evaluate(self, parameters: Mapping[str, Any]) -> Evaluation:
        """Evaluate the spec with these parameters; one that is not given has the value of the spec.

        Raises:
            UsageError: an unknown parameter, a value out of its range, or the user's own strategy failed.
        """
        given = {**self._spec.parameters, **parameters}
        strategy = self._compiled(given)
        if strategy is None:
            return self._whole(given)
        try:
            run = self._sets.run(strategy)
        except BacktestRefused as refused:
            return Evaluation(strategy.parameters, refused=str(refused), margin_call=isinstance(refused, MarginCall))
        return Evaluation(strategy.parameters, run.fingerprint, run.equity, run.metrics)

    @cached_property
    def edits(self) -> bool:
        """True if what the strategy wants can be edited: it runs compiled, and places no orders itself."""
        return self._spec.on_roll != "hold" and not self._found.of_library

    def evaluate_edited(
        self, parameters: Mapping[str, Any], edit: Edit | None = None, costs: Mapping[str, Decimal] | None = None
    ) -> Evaluation:
        """Evaluate what would have come of a set if its orders, or their costs, had been others.

        Args:
            parameters: as for `evaluate`.
            edit: changes what the strategy wants on each bar before it is traded.
            costs: fields of the spec that replace its own, such as `fee` and `slippage_ticks`.

        Returns:
            An evaluation without a fingerprint: it is no result of the spec.

        Raises:
            UsageError: as `evaluate`, or the strategy places its orders itself.
        """
        strategy = self._compiled({**self._spec.parameters, **parameters}) if self.edits else None
        if strategy is None:
            raise UsageError(
                f"The orders of the backtest {self._spec.name} cannot be edited: that takes a strategy of signals or "
                "targets that does not hold old contracts."
            )
        try:
            sets = self._sets if costs is None else self._sets.with_costs(costs)
            # An edit, even one that changes nothing, spares the id of a result, which takes longer than the run.
            run = sets.run(strategy, edit or _as_it_is)
        except BacktestRefused as refused:
            return Evaluation(strategy.parameters, refused=str(refused), margin_call=isinstance(refused, MarginCall))
        return Evaluation(strategy.parameters, "", run.equity, run.metrics)

    def trades(self, parameters: Mapping[str, Any], most: int) -> tuple[pd.DataFrame, int]:
        """Return the first trades of a set (`TRADE_COLUMNS`), and how many there are; raises as `result`.

        Args:
            parameters: the set.
            most: number of trades to return.
        """
        strategy = self._compiled({**self._spec.parameters, **parameters})
        if strategy is not None:
            return self._sets.trades(strategy, most)
        trades = self.result(parameters).trades
        return trades.head(most), len(trades)

    def _compiled(self, given: Mapping[str, Any]) -> TargetStrategy | None:
        """Return the strategy that runs compiled; None for a set that runs as a whole backtest."""
        made = self._found.with_parameters(given)
        if made is None or self._spec.on_roll == "hold":
            return None
        parameters = made.model_dump(mode="json")
        return TargetStrategy(self._spec.strategy, parameters, self._found.version, made, self._further)

    def result(self, parameters: Mapping[str, Any]) -> BacktestResult:
        """Run the spec with these parameters as a whole backtest; raises as `run_backtest`."""
        spec = self._spec.model_copy(update={"parameters": {**self._spec.parameters, **parameters}})
        return run_backtest(spec, self._bars, self._instrument, **self._given)

    @cached_property
    def _found(self) -> KnownStrategy:
        return find_strategy(self._spec.strategy)

    @cached_property
    def _further(self) -> FurtherInputs | None:
        calendar = self._instrument.calendar
        prepared = with_inputs(prepare(self._spec), self._given["inputs"], self._spec.timeframe, calendar)
        return prepared.further if isinstance(prepared, TargetStrategy) else None

    @cached_property
    def _sets(self) -> PreparedSets:
        from g4qc_core.backtest.prepared_sets import PreparedSets

        return PreparedSets(
            self._spec,
            self._bars,
            self._instrument,
            data_version=self._given["data_version"],
            roll_rule=self._given["roll_rule"],
            exits=self._given["exits"],
        )

    def _whole(self, parameters: Mapping[str, Any]) -> Evaluation:
        try:
            result = self.result(parameters)
        except BacktestRefused as refused:
            return Evaluation(dict(parameters), refused=str(refused), margin_call=isinstance(refused, MarginCall))
        return Evaluation(
            result.inputs["parameters"], result.id, result.daily_equity.to_numpy(np.float64), result.metrics
        )


def _as_it_is(wish: np.ndarray) -> np.ndarray:
    return wish
