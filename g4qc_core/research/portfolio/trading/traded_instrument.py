"""One instrument of a portfolio: its bars, the one forecast of all its parts, and the risk of one contract.

Nothing here sees a later bar: a signal of bar i is known on its close, a coarser part counts with its completed bars,
and scalars and risk of a session are of earlier sessions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.account.priced_bars import PricedBars, price_bars, window
from g4qc_core.backtest.aligned_inputs import FurtherInputs, InputBars, with_inputs
from g4qc_core.backtest.prepared_strategy import TargetStrategy, prepare
from g4qc_core.backtest.run import refuse_few_bars, task_of
from g4qc_core.backtest.sizing.volatility import yearly_money
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies.declared_inputs import HigherTimeframe
from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.portfolio.contracts.forecast_scaling import capped, combined_forecast, forecast_scalars
from g4qc_core.timeframes import timeframe

_SESSION_MINUTES = 24 * 60


def bar_minutes(name: str) -> int:
    """Return the length of the bars of a timeframe in minutes; that of a session counts as a day."""
    length = timeframe(name)
    return _SESSION_MINUTES if length.is_session else length.minutes


@dataclass(frozen=True)
class PartBars:
    """One part of a portfolio with what it reads.

    Attributes:
        backtest: its spec.
        weight: in the forecast of its instrument; of several parts the shares count.
        bars: `CONTINUOUS_COLUMNS`, ascending.
        exits: own price of the contract that the series leaves, by the timestamp of the first bar of the next one.
        inputs: bars of the further inputs of its strategy, by name.
        old_contracts: bars of the old contracts after their rolls, if it holds them.
    """

    backtest: BacktestSpec
    weight: float
    bars: pd.DataFrame
    exits: pd.Series | None = None
    inputs: Mapping[str, InputBars] = field(default_factory=dict)
    old_contracts: OldContracts | None = None

    @property
    def minutes(self) -> int:
        """Length of its bars in minutes; that of a session counts as a day."""
        return bar_minutes(self.backtest.timeframe)

    def strategy(self, instrument: Instrument) -> TargetStrategy:
        """Return its strategy with its further inputs.

        Raises:
            UsageError: it is a class of backtesting.py, or an input is missing.
        """
        spec = self.backtest
        strategy = with_inputs(prepare(spec), self.inputs, spec.timeframe, instrument.calendar)
        if not isinstance(strategy, TargetStrategy):
            raise UsageError(f"The backtest {spec.name} runs a class of backtesting.py, which has no signal.")
        return strategy


@dataclass(frozen=True)
class TradedInstrument:
    """One instrument of a portfolio, on the bars of its finest part.

    Attributes:
        instrument: of the bars.
        lead: the part whose bars are traded, and whose costs hold.
        priced: n bars.
        forecast: float64, length n, known on the close of bar i; 1 is the average conviction.
        scalars: float64, sessions x parts, by which the signals of each session were scaled.
        yearly: float64, length n; yearly standard deviation of one contract in the instrument's money, as known from
            earlier sessions; 0: not known.
        scale: money of one step of the price grid.
    """

    instrument: Instrument
    lead: PartBars
    priced: PricedBars
    forecast: np.ndarray
    scalars: np.ndarray
    yearly: np.ndarray
    scale: float

    @property
    def symbol(self) -> str:
        """Symbol of the instrument."""
        return self.instrument.symbol

    @cached_property
    def starts(self) -> np.ndarray:
        """First bar of each session (int64)."""
        return session_starts(self.priced.frame)

    @property
    def ends(self) -> np.ndarray:
        """Last bar of each session (int64)."""
        return np.append(self.starts[1:], len(self.priced)) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Number of bars of each session (int64)."""
        return np.diff(np.append(self.starts, len(self.priced)))

    @property
    def days(self) -> np.ndarray:
        """Trade date of each session (datetime64[s])."""
        return np.asarray(self.priced.frame["trade_date"].to_numpy()[self.starts].astype("datetime64[s]"))

    @cached_property
    def closes(self) -> np.ndarray:
        """End of each bar (int64), microseconds since 1970, UTC."""
        length, hours = timeframe(self.lead.backtest.timeframe), calendar(self.instrument.calendar)
        return bar_ends(self.priced.frame, length, hours)

    def alone(self) -> np.ndarray:
        """Compute the return of each session of the instrument traded alone, without costs.

        The position is forecast / risk, in units of the yearly volatility that an average forecast aims at: 0.01 is a
        hundredth of it. NaN while the risk of a contract is not known.

        Returns:
            float64, one a session; of each only the bars up to its end count.
        """
        return self._returns(self.forecast)

    def held_long(self) -> np.ndarray:
        """Compute the same of an instrument that is always held with a forecast of 1."""
        return self._returns(np.ones(len(self.priced)))

    def _returns(self, forecast: np.ndarray) -> np.ndarray:
        known = self.yearly[:-1] > 0
        held = np.where(known, forecast[:-1] / np.where(known, self.yearly[:-1], 1.0), 0.0)
        each = np.append(0.0, held * np.diff(self.priced.close) * self.scale)
        return np.where(self.yearly[self.starts] > 0, _sums(each, self.starts), np.nan)


def session_starts(frame: pd.DataFrame) -> np.ndarray:
    """Return the first bar of each session (int64)."""
    days = frame["trade_date"].to_numpy()
    return np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))


def traded_instrument(
    instrument: Instrument, parts: Sequence[PartBars], *, risk_window: int, scaled: bool, cap: float, own: bool = False
) -> TradedInstrument:
    """Combine the parts of one instrument into one forecast on the bars of the finest of them.

    Args:
        instrument: of the parts.
        parts: at least one, with the same roll rule and adjustment.
        risk_window: sessions over which the risk of a contract is measured.
        scaled: scale signals so that their mean size so far is one.
        cap: largest size of a forecast.
        own: each part trades by its own sizing, so that there is no common forecast: it is zero.

    Raises:
        UsageError: the user's own strategy failed, or an input is missing.
        BacktestRefused: too few bars for a strategy, or prices off the grid.
    """
    ordered = sorted(parts, key=lambda one: (one.minutes, one.backtest.name))
    lead = ordered[0]
    spec = lead.backtest
    priced = price_bars(window(lead.bars, spec.first, spec.last), instrument, lead.exits)
    codes = np.repeat(np.arange(len(starts := session_starts(priced.frame))), np.diff(np.append(starts, len(priced))))
    forecasts, scalars = [], []
    for part in () if own else ordered:
        signal = _aligned_signal(part, lead, priced, instrument)
        scalar = forecast_scalars(_mean_size(signal, starts)) if scaled else np.ones(len(starts))
        forecasts.append(capped(signal * scalar[codes], cap))
        scalars.append(scalar)
    shares = np.array([part.weight for part in ordered])
    nothing = np.zeros(len(priced))
    units = task_of(spec, priced, lead.strategy(instrument), None).units
    days = priced.frame["trade_date"].to_numpy()
    return TradedInstrument(
        instrument,
        lead,
        priced,
        nothing if own else combined_forecast(np.column_stack(forecasts), shares / shares.sum(), cap=cap),
        np.ones((len(starts), len(ordered))) if own else np.column_stack(scalars),
        yearly_money(priced.close, days, risk_window, units.step) / units.scale,
        units.step / units.scale,
    )


def _aligned_signal(part: PartBars, lead: PartBars, priced: PricedBars, instrument: Instrument) -> np.ndarray:
    """Return the signal of a part on each bar of the finest one; 0 before its first completed bar."""
    strategy, spec = part.strategy(instrument), part.backtest
    if part.minutes == lead.minutes:
        refuse_few_bars(spec, strategy, len(priced))
        return strategy.signals(priced.frame)
    bars = window(part.bars, spec.first, spec.last)
    refuse_few_bars(spec, strategy, len(bars))
    given = {"part": InputBars(bars, spec.timeframe, instrument.calendar)}
    inputs = FurtherInputs(given, lead.backtest.timeframe, instrument.calendar)
    aligned = inputs.aligned(priced.frame, {"part": HigherTimeframe(spec.timeframe)})["part"]
    return np.nan_to_num(aligned.of(strategy.signals), nan=0.0)


def _mean_size(signal: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the mean size of the signal of each session, over the bars on which it is not zero; 0 if on none."""
    size = np.abs(signal)
    inside = _sums((size > 0).astype(np.float64), starts)
    return _sums(size, starts) / np.maximum(inside, 1.0)


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the sum of each session, of its own bars only: `reduceat` sums each part from its first number."""
    return np.add.reduceat(values, starts)
