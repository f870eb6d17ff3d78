"""The target of a live bar: the same strategy, sizing and rule for rolls as in a backtest, at the last bar alone.

What the compiled engine and the reference engine compute for every bar is computed here for the newest one, from the
same plan, so that the same bars and the same position give the same target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import PricedBars, price_bars
from g4qc_core.backtest.account.roll_positions import closed_at_rolls
from g4qc_core.backtest.aligned_inputs import InputBars, check_declared, with_inputs
from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.engines.target_positions import from_start, wanted_positions
from g4qc_core.backtest.prepared_strategy import LibraryStrategy, TargetStrategy, prepare
from g4qc_core.backtest.run import task_of
from g4qc_core.backtest.sizing.contract_count import contracts_wanted
from g4qc_core.backtest.sizing.sizing_plan import sizing_numbers
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.errors import TradingRefused
from g4qc_core.instruments.registry import Instrument
from g4qc_core.timeframes import timeframe

LEAST_TAIL = 2_000
"""Fewest bars before the newest one that a decision reads, if there are so many."""

# An average without an end then leaves out less than the rounding of a price.
_MEMORIES = 4
_MINUTES_A_SESSION = 1440


@dataclass(frozen=True)
class Standing:
    """Where a traded spec stands when a bar closes.

    Attributes:
        held: contracts that it holds, or will hold when its orders are filled.
        equity: its cash, with realized and open profit at the close of the bar, after costs.
        rolls: True if the next bar is one of another contract.
        begins: start of the first bar that may decide, UTC; None: all may.
        anew: it does not hold what it decided last, or could not decide since, so that the number is computed anew.
    """

    held: int
    equity: Decimal
    rolls: bool = False
    begins: datetime | None = None
    anew: bool = False


@dataclass(frozen=True)
class NextTarget:
    """What to hold from the next open on.

    Attributes:
        contracts: target position, negative for short.
        close: own price of the deciding bar in points.
        fingerprint: of everything that decided.
        capped: the margin allowed fewer contracts than were wanted.
    """

    contracts: int
    close: Decimal
    fingerprint: str
    capped: bool = False


class LiveDecider:
    """A spec that decides bar by bar.

    Args:
        spec: the backtest whose strategy decides.
        instrument: of the bars.

    Attributes:
        tail: bars before the newest one that a decision reads.

    Raises:
        TradingRefused: the spec cannot be traded live; the sentence says why.
        UsageError: the strategy does not exist, or a further input is of no longer timeframe.
    """

    def __init__(self, spec: BacktestSpec, instrument: Instrument) -> None:
        self.spec, self.instrument = spec, instrument
        self._strategy = tradable(spec, instrument)
        check_declared(spec.strategy, self.declared, spec.timeframe)
        self.tail = max(LEAST_TAIL, _MEMORIES * self._strategy.rule.bars_remembered, self._sized_on())
        self._said = f"{spec.content()} {self._strategy.version}"

    def _sized_on(self) -> int:
        """Return the bars of the sessions on which a sizer measures the volatility."""
        rule, length = parse_sizing(self.spec.sizing), timeframe(self.spec.timeframe)
        if rule.kind != "volatility":
            return 0
        return (rule.window + 2) * (1 if length.is_session else _MINUTES_A_SESSION // length.minutes)

    @property
    def declared(self) -> Mapping[str, DeclaredInput]:
        """Further inputs that the strategy reads, by name."""
        return self._strategy.rule.inputs

    @property
    def bars_needed(self) -> int:
        """Fewest bars on which it decides."""
        return self._strategy.rule.bars_needed

    def target(
        self,
        series: pd.DataFrame,
        standing: Standing,
        exits: pd.Series | None = None,
        inputs: Mapping[str, InputBars] | None = None,
    ) -> NextTarget:
        """Return the target after the last bar of a series.

        Args:
            series: `CONTINUOUS_COLUMNS`, ascending; the last row is the bar that has just closed.
            standing: of the spec at its close.
            exits: own price (points) of the contract that the series leaves, by the timestamp of the first bar of the
                next one.
            inputs: complete bars of the further inputs that the strategy declares, by name.

        Raises:
            UsageError: the user's own strategy failed, or an input is not given.
            BacktestRefused: a price off the tick grid, or an account that is too large.
        """
        seen = series.iloc[-self.tail :].reset_index(drop=True)
        bars = price_bars(seen, self.instrument, exits)
        bars = replace(bars, start=_start(bars, standing.begins))
        strategy = with_inputs(self._strategy, inputs, self.spec.timeframe, self.instrument.calendar)
        contracts, capped = wanted_next(task_of(self.spec, bars, strategy, None), strategy, standing)
        close = Decimal(int(bars.close[-1] - bars.link[-1])) * self.instrument.price_step
        read = [f" {name} {one.version}" for name, one in sorted((inputs or {}).items())]
        said = f"{fingerprint(seen)} {self._said} {standing}{''.join(read)}"
        return NextTarget(contracts, close, hashlib.sha256(said.encode()).hexdigest()[:32], capped)


def wanted_next(task: EngineTask, strategy: TargetStrategy, standing: Standing) -> tuple[int, bool]:
    """Return the position to hold after the last bar of a task, and whether the margin allowed fewer contracts.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: an account that is too large.
    """
    bars = task.bars
    wanted = from_start(wanted_positions(bars, strategy, task.sizing), bars)
    if task.on_roll == "close":
        wanted, _ = closed_at_rolls(wanted, np.append(bars.rolls, len(bars)) if standing.rolls else bars.rolls)
    numbers = sizing_numbers(bars, task.sizing, task.units, task.cash, task.margin, task.margin_rate)
    if numbers is None:
        return int(wanted[-1]), False
    signal, before = int(wanted[-1]), int(wanted[-2]) if len(wanted) > 1 else 0
    decides = bool(numbers.always[-1]) or signal != before or standing.anew
    if not decides and not (standing.rolls and standing.held):
        return standing.held, False
    return contracts_wanted(
        decides,
        signal,
        int(numbers.money[-1]),
        int(numbers.margin[-1]),
        int(standing.equity * task.units.scale),
        standing.held,
        standing.rolls,
        numbers.share,
        numbers.capital,
        numbers.rule.buffer,
        numbers.rule.cap or 0,
    )


def tradable(spec: BacktestSpec, instrument: Instrument) -> TargetStrategy:
    """Return the strategy of a spec that can be traded live.

    Raises:
        TradingRefused: it cannot; the sentence says why and what to do.
        UsageError: the strategy does not exist.
    """
    strategy = prepare(spec)
    if isinstance(strategy, LibraryStrategy):
        raise refused(spec, "a class of backtesting.py places orders itself: write the strategy for G4QC's Strategy")
    if spec.on_roll == "hold":
        raise refused(spec, "on_roll is 'hold': write 'roll' or 'close'")
    if parse_sizing(spec.sizing).at == "open":
        raise refused(spec, "its sizing takes the price of an open that is not known yet: write at=close")
    if spec.last is not None:
        raise refused(spec, f"its bars end on {spec.last}: leave `to` out")
    if instrument.price_magnifier != 1:
        raise refused(spec, f"the prices of {instrument.symbol} are in cents, and orders in cents were never tried")
    if instrument.kind != "FUT":
        raise refused(spec, f"{instrument.symbol} is no future")
    return strategy


def refused(spec: BacktestSpec, why: str) -> TradingRefused:
    """Return the error for a spec that cannot be traded live; `why` is a clause that says what to do."""
    return TradingRefused(f"The backtest {spec.name} cannot be traded: {why}.")


def _start(bars: PricedBars, begins: datetime | None) -> int:
    if begins is None:
        return 0
    later = (bars.frame["timestamp"] >= pd.Timestamp(begins)).to_numpy()
    # `PricedBars.start` is the first bar in which a position may be held: the one after the first that decides.
    return int(later.argmax()) + 1 if later.any() else len(bars) + 1
