"""Stored bars on which a strategy is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.storage.stores import Stores


def subject_of(spec: BacktestSpec, read: SpecBars, instrument: Instrument) -> CheckSubject:
    """Return a spec and the bars that were read for it as the subject of checks."""
    return CheckSubject(spec, read.series, instrument, read.exits, read.old_contracts, inputs=read.input_bars)


def stored_subject(
    name: str, symbol: str, timeframe: str, parameters: Mapping[str, Any], registry: Registry, stores: Stores
) -> CheckSubject:
    """Return a strategy on all stored bars of an instrument.

    Raises:
        UsageError: no such instrument, timeframe or parameter.
        BacktestRefused: no bars are stored.
        BarsIncomplete: the timeframe was not derived from all stored minutes.
    """
    given = {"strategy": name, "instrument": symbol, "timeframe": timeframe, "parameters": dict(parameters)}
    spec = BacktestSpec.asked(given)
    read = read_bars(spec, registry, stores)
    if read.series.empty:
        raise BacktestRefused(f"No bars of {symbol} of {timeframe} are stored: extract some.")
    return subject_of(spec, read, registry[symbol])
