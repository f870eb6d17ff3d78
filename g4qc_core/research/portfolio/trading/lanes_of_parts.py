"""The lanes of a portfolio: what is wanted of each instrument on each bar, for the joint account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from g4qc_core.backtest.account.priced_bars import price_bars, window
from g4qc_core.backtest.engines.target_positions import wanted_positions
from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.run import refuse_few_bars, task_of
from g4qc_core.backtest.sizing.sizing_rule import CONTRACTS, SizingRule, parse_sizing
from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.estimates import RiskEstimates
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars, TradedInstrument
from g4qc_core.timeframes import timeframe


def target_sizing(spec: PortfolioSpec) -> SizingRule:
    """Return the sizing of a lane of a portfolio with a volatility target."""
    target = spec.target
    assert target is not None
    return replace(parse_sizing(str(target)), buffer=spec.buffer, rebalance="session")


def own_lane(part: PartBars, instrument: Instrument, rate: CurrencyRate | None) -> PortfolioLane:
    """Return the lane of a part that trades by its own sizing, as its backtest does.

    Args:
        part: with its bars.
        instrument: of the bars.
        rate: of the instrument's currency; None: it is that of the account.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: too few bars, prices off the grid, or no rate on the first bar.
    """
    spec, strategy = part.backtest, part.strategy(instrument)
    priced = price_bars(window(part.bars, spec.first, spec.last), instrument, part.exits)
    refuse_few_bars(spec, strategy, len(priced))
    task = task_of(spec, priced, strategy, part.old_contracts)
    fixed = task.sizing.fixed
    return PortfolioLane(
        spec.name,
        priced,
        spec.timeframe,
        wanted_positions(priced, strategy, task.sizing) if fixed else strategy.signals(priced.frame),
        task.costs,
        CONTRACTS if fixed else task.sizing,
        task.margin,
        spec.margin_rate,
        spec.on_roll,
        part.old_contracts,
        None if rate is None else rate.at(_closes(priced.frame, part, instrument), spec.name),
    )


def target_lane(
    traded: TradedInstrument, estimates: RiskEstimates, spec: PortfolioSpec, rate: CurrencyRate | None
) -> PortfolioLane:
    """Return the lane of an instrument in a portfolio with a volatility target: weight x multiplier x forecast.

    Args:
        traded: the instrument with its forecast.
        estimates: weights and multipliers of each session.
        spec: says the target and the buffer.
        rate: of the instrument's currency; None: it is that of the account.

    Raises:
        BacktestRefused: no rate is known on the first bar.
    """
    weight, multiplier = estimates.of(traded.symbol)
    exposure = (weight * multiplier)[np.searchsorted(estimates.days, traded.days)]
    wanted = traded.forecast * np.repeat(exposure, traded.lengths)
    return replace(lane_of(traded, wanted, target_sizing(spec), rate), rounding="nearest")


def lane_of(
    traded: TradedInstrument,
    wanted: np.ndarray,
    sizing: SizingRule,
    rate: CurrencyRate | None,
    ideal: np.ndarray | None = None,
) -> PortfolioLane:
    """Return the lane of an instrument, with the costs and margin of its finest part.

    Args:
        traded: the instrument.
        wanted: one number a bar.
        sizing: how many contracts the number is.
        rate: of the instrument's currency; None: it is that of the account.
        ideal: contracts of the ideal account, for contracts.

    Raises:
        BacktestRefused: no rate is known on the first bar.
    """
    part = traded.lead
    spec = part.backtest
    task = task_of(spec, traded.priced, part.strategy(traded.instrument), part.old_contracts)
    return PortfolioLane(
        traded.symbol,
        traded.priced,
        spec.timeframe,
        wanted,
        task.costs,
        sizing,
        task.margin,
        spec.margin_rate,
        spec.on_roll,
        part.old_contracts,
        None if rate is None else rate.at(traded.closes, traded.symbol),
        on_short="cut" if sizing.fixed else "refuse",
        ideal=ideal,
    )


def _closes(frame: object, part: PartBars, instrument: Instrument) -> np.ndarray:
    return bar_ends(frame, timeframe(part.backtest.timeframe), calendar(instrument.calendar))  # type: ignore[arg-type]


def refuse_nothing(
    spec: PortfolioSpec, names: Sequence[str], ideal: np.ndarray, held: np.ndarray, equity: np.ndarray, first: float
) -> None:
    """Refuse a portfolio that never holds a contract although the ideal account does.

    Args:
        spec: the portfolio.
        names: of the n instruments.
        ideal: (D, n), ideal contracts at the end of each session.
        held: (D, n), whole contracts.
        equity: (D,), of the ideal account.
        first: ideal contracts at which one is held.

    Raises:
        BacktestRefused: nothing is ever held; the sentence says the least capital that buys a contract.
    """
    wanted = np.abs(ideal)
    if (held != 0).any() or not wanted.any():
        return
    with np.errstate(divide="ignore"):
        needed = np.where(wanted > 0, first * equity[:, None] / np.where(wanted > 0, wanted, 1.0), np.inf)
    least = needed.min(axis=0)
    at = int(least.argmin())
    raise BacktestRefused(
        f"The portfolio {spec.name} never holds a contract with {spec.cash:,f} {spec.currency}: the first one, of "
        f"{names[at]}, takes about {_rounded_up(float(least[at])):,.0f} {spec.currency}."
    )


def _rounded_up(value: float) -> float:
    """Return the value rounded up to two digits, so that it is enough."""
    step = 10.0 ** max(0, int(np.floor(np.log10(value))) - 1)
    return float(np.ceil(value / step) * step)
