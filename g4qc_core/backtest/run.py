"""Run a spec on bars: the one function that services and tests call to get a result.

Where bars come from and where results are stored does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from g4qc_core.backtest import metrics
from g4qc_core.backtest.account.account import check_against, check_margin, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.margin import margin_units, parse_margin
from g4qc_core.backtest.account.old_contracts import OldContracts
from g4qc_core.backtest.account.priced_bars import PricedBars, price_bars, window
from g4qc_core.backtest.aligned_inputs import InputBars, with_inputs
from g4qc_core.backtest.benchmark_equity import benchmark_equity, benchmark_notes
from g4qc_core.backtest.engines.engine import EngineTask
from g4qc_core.backtest.engines.engine_registry import default_engine, engine
from g4qc_core.backtest.prepared_strategy import PreparedStrategy, prepare
from g4qc_core.backtest.result import BacktestResult, result_id
from g4qc_core.backtest.result_figures import result_figures
from g4qc_core.backtest.run_inputs import inputs_of_run
from g4qc_core.backtest.run_notes import notes_of_run
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.span import span_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted


def run_backtest(
    spec: BacktestSpec,
    bars: pd.DataFrame,
    instrument: Instrument,
    *,
    data_version: str,
    roll_rule: str,
    exits: pd.Series | None = None,
    old_contracts: OldContracts | None = None,
    engine_name: str | None = None,
    inputs: Mapping[str, InputBars] | None = None,
) -> BacktestResult:
    """Run a spec on a continuous series.

    Args:
        spec: the backtest.
        bars: `CONTINUOUS_COLUMNS`: timestamp (datetime64[us, UTC], bar start, ascending), open, high, low, close
            (points, adjusted), volume, contract, trade_date (datetime64[s]), factor and adjustment (prices are the
            contract's own x factor + adjustment, in points). Bars outside the spec's window are left out; those
            before its `trade_from` warm the strategy and the sizing up and are not in the result.
        instrument: of the bars.
        data_version: fingerprint of the stored data, kept with the result.
        roll_rule: how the contracts were joined, in words, kept with the result.
        exits: own price (points) of the contract that the series leaves, by the timestamp of the first bar of the next
            one. A position without such a price leaves at the old contract's last close, and a note says so.
        old_contracts: bars of the old contracts after their rolls; required by a spec that holds them.
        engine_name: of `engines.registry.ENGINES`; None: the one for the strategy's kind.
        inputs: bars of the further inputs that the strategy declares, by name.

    Raises:
        UsageError: the strategy or a parameter does not exist, or the user's own strategy failed.
        BacktestRefused: no bars, fewer than the strategy needs, no margin for an order, ruin, or prices off the grid.
    """
    return run_prepared(
        spec,
        with_inputs(prepare(spec), inputs, spec.timeframe, instrument.calendar),
        bars,
        instrument,
        data_version=data_version,
        roll_rule=roll_rule,
        exits=exits,
        old_contracts=old_contracts,
        engine_name=engine_name,
    )


def run_prepared(
    spec: BacktestSpec,
    strategy: PreparedStrategy,
    bars: pd.DataFrame,
    instrument: Instrument,
    *,
    data_version: str,
    roll_rule: str,
    exits: pd.Series | None = None,
    old_contracts: OldContracts | None = None,
    engine_name: str | None = None,
) -> BacktestResult:
    """Run a strategy as the spec says; one that the spec does not name gives no result of the spec.

    Arguments and errors are those of `run_backtest`.
    """
    if (instrument.symbol,) != spec.instruments:
        raise UsageError(f"The spec {spec.name} is for {spec.instrument}, not for {instrument.symbol}.")
    priced = price_bars(window(bars, spec.first, spec.last), instrument, exits, spec.trade_from)
    refuse_few_bars(spec, strategy, len(priced))
    if spec.on_roll == "hold" and len(priced.rolls) and old_contracts is None:
        raise UsageError(f"The backtest {spec.name} holds old contracts: give it their bars after the rolls.")
    task = task_of(spec, priced, strategy, old_contracts)
    costs = task.costs
    chosen = engine(engine_name or default_engine(strategy))
    run = chosen.run(task)
    account = settle(run.bars, run.fills, costs, spec.cash, run.closed_at)
    if not run.margin_checked:
        check_margin(run.bars, account, margin_units(run.bars, task.units, task.margin, task.margin_rate), task.units)
    check_against(account, run.equity)
    account = replace(account, equity=account.equity.iloc[priced.start :].reset_index(drop=True))
    inputs = inputs_of_run(spec, run.bars, strategy, costs, data_version, roll_rule, chosen.version)
    span = span_of(account.equity["trade_date"].dt.date, calendar(instrument.calendar))
    largest = int(account.equity["position"].abs().max())
    benchmark = benchmark_equity(priced, costs, spec.cash, largest)
    cash = float(spec.cash)
    figures = result_figures(
        metrics.session_equity(account.equity).to_numpy(np.float64),
        account.money,
        metrics.bar_figures(account.equity["equity"].to_numpy(), account.equity["position"].to_numpy(), cash),
        cash,
        span,
        None if benchmark is None else benchmark.to_numpy(np.float64),
    )
    return BacktestResult(
        id=result_id(spec, inputs),
        spec=spec,
        inputs=inputs,
        trades=account.trades,
        equity=account.equity,
        metrics=figures,
        library=run.figures if span.annualisable else metrics.without_annual(run.figures),
        notes=[
            *span.caution(),
            *notes_of_run(spec, run.bars, account),
            *benchmark_notes(benchmark, largest),
            *run.notes,
        ],
    )


def refuse_few_bars(spec: BacktestSpec, strategy: PreparedStrategy, bars: int) -> None:
    """Raise BacktestRefused if the strategy needs more bars."""
    if bars < strategy.bars_needed:
        raise BacktestRefused(
            f"The backtest {spec.name} has {counted(bars, 'bar')} and its strategy needs "
            f"{strategy.bars_needed}: extract more sessions, widen the window, or choose shorter parameters."
        )


def task_of(
    spec: BacktestSpec, priced: PricedBars, strategy: PreparedStrategy, old_contracts: OldContracts | None
) -> EngineTask:
    """Return the task of an engine: what the spec says about a strategy on these bars."""
    return EngineTask(
        priced,
        strategy,
        costs_of(spec, priced.instrument),
        spec.cash,
        spec.margin_rate,
        spec.on_roll,
        old_contracts,
        spec.seed,
        parse_sizing(spec.sizing),
        None if spec.margin is None else parse_margin(spec.margin),
    )


def costs_of(spec: BacktestSpec, instrument: Instrument) -> CostModel:
    """Return the costs that the spec asks for."""
    return CostModel.of(
        instrument,
        spec.slippage_ticks,
        spec.fee,
        fee_rate=spec.fee_rate,
        slippage_rate=spec.slippage_rate,
        min_fee=spec.min_fee,
    )
