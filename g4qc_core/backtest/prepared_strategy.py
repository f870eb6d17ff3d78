"""The strategy of a spec, found by name and with checked parameters, of one of two kinds.

A `TargetStrategy` decides target positions from bars, and any engine runs it. A `LibraryStrategy` is a class of
backtesting.py that places orders itself, and only that library runs it. Engines tell the two apart; callers need not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine, lines_of
from g4qc_core.backtest.strategies.prepared_bars import PreparedBars
from g4qc_core.backtest.strategies.wishes import checked_signals, checked_targets
from g4qc_core.backtest.user_code import user_errors
from g4qc_core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from g4qc_core.backtest.aligned_inputs import AlignedInput, FurtherInputs
    from g4qc_core.backtest.specs.backtest_spec import BacktestSpec

_LEAST_BARS = 2


@dataclass(frozen=True)
class PreparedStrategy:
    """A strategy with its parameters.

    Attributes:
        name: as the spec names it.
        parameters: all of them, defaults included, JSON-safe.
        version: version of its code, for a result's inputs: the declared version of the strategies that come with G4QC,
            a hash of the file for the user's own.
    """

    name: str
    parameters: Mapping[str, Any]
    version: str

    @property
    def bars_needed(self) -> int:
        """Fewest bars that a backtest of the strategy needs."""
        return _LEAST_BARS


@dataclass(frozen=True)
class TargetStrategy(PreparedStrategy):
    """A strategy of G4QC's kind: a pure function from bars to signals or target positions.

    Attributes:
        rule: computes them.
        further: the further inputs that it declares; None if it declares none, or they are not given yet.
    """

    rule: Strategy
    further: FurtherInputs | None = None

    @property
    def bars_needed(self) -> int:
        """Fewest bars that a backtest of the strategy needs: one more than the first decision does."""
        return max(_LEAST_BARS, self.rule.bars_needed + 1)

    def targets(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the target positions (int64), as `Strategy.targets` defines them.

        Raises:
            UsageError: the user's own strategy failed, or gave no whole number per bar.
        """
        if self.rule.defines_signals() and type(self.rule).targets is Strategy.targets:
            import numpy as np

            return np.rint(self.signals(bars) * self.rule.contracts).astype(np.int64)
        return checked_targets(self.name, self._asked(self.rule.targets, bars), bars)

    def signals(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the signals (float64 in [-1, 1]), as `Strategy.signals` defines them.

        Raises:
            UsageError: the user's own strategy failed, gave no number from -1 to 1 per bar, or gives targets that are
                no shares of a full position.
        """
        return checked_signals(self.name, self._asked(self.rule.signals, bars), bars)

    def fast_signals(self, prepared: PreparedBars) -> np.ndarray:
        """Return the same as `signals`, with what many parameter sets share computed once; raises the same."""
        if type(self.rule).fast_signals is Strategy.fast_signals:
            return self.signals(prepared.frame)
        with user_errors(type(self.rule)):
            given = self.unchecked_signals(prepared)
        return checked_signals(self.name, given, prepared.frame)

    def unchecked_signals(self, prepared: PreparedBars) -> np.ndarray:
        """Return what `Strategy.fast_signals` returns, for strategies that come with G4QC."""
        return self.rule.fast_signals(prepared, **self._inputs(prepared.frame))

    def lines(self, prepared: PreparedBars) -> Sequence[IndicatorLine]:
        """Return the lines by which the strategy decides; NaN before it can decide.

        Raises:
            UsageError: the user's own strategy failed, or gave a line with another number of values than bars.
        """
        inputs = self._inputs(prepared.frame)
        if type(self.rule).__module__.startswith("g4qc_core."):
            return lines_of(self.rule, prepared, inputs)
        with user_errors(type(self.rule)):
            return lines_of(self.rule, PreparedBars(prepared.frame.copy(deep=False)), inputs)

    def _asked(self, function: Callable[..., Any], bars: pd.DataFrame) -> Any:
        inputs = self._inputs(bars)
        if type(self.rule).__module__.startswith("g4qc_core."):
            return function(bars, **inputs)
        # A copy, made where it is written to: the user's code must not change the bars of the result.
        with user_errors(type(self.rule)):
            return function(bars.copy(deep=False), **inputs)

    def _inputs(self, bars: pd.DataFrame) -> dict[str, AlignedInput]:
        if not self.rule.inputs:
            return {}
        if self.further is None:
            raise UsageError(f"The strategy {self.name} reads further inputs, which are not given.")
        return self.further.aligned(bars, self.rule.inputs)


@dataclass
class ClassProbe:
    """What a check wants of a run of a class.

    Attributes:
        delayed: orders of the class reach the market one bar late.
        orders: filled by the run: the orders that wait after each bar, in words, by bar.
    """

    delayed: bool = False
    orders: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class LibraryStrategy(PreparedStrategy):
    """A subclass of `backtesting.Strategy`.

    Attributes:
        kind: the class.
        given: the parameters that the spec gives, each of its type in the class.
        probe: what a check of the class wants of the run; None in a backtest.
    """

    kind: type
    given: Mapping[str, Any]
    probe: ClassProbe | None = None


def prepare(spec: BacktestSpec) -> TargetStrategy | LibraryStrategy:
    """Find the strategy of a spec and check its parameters.

    Raises:
        UsageError: no such strategy or parameter, a value out of its range, or a field of the spec that a class of
            backtesting.py cannot have.
    """
    known = find_strategy(spec.strategy)
    made = known.with_parameters(spec.parameters)
    if made is not None:
        return TargetStrategy(spec.strategy, made.model_dump(mode="json"), known.version, made)
    spec.refuse_for_class()
    parameters = known.all_parameters(spec.parameters)
    given = {name: parameters[name] for name in spec.parameters}
    return LibraryStrategy(spec.strategy, parameters, known.version, known.kind, given)
