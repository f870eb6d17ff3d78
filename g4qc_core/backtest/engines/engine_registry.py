"""The engines by name. An engine is imported when it is first used, because its libraries are slow to import."""

from __future__ import annotations

import importlib

from g4qc_core.backtest.engines.engine import Engine
from g4qc_core.backtest.prepared_strategy import PreparedStrategy, TargetStrategy
from g4qc_core.errors import unknown

ENGINES = {
    "backtesting": "g4qc_core.backtest.engines.backtesting_py:BacktestingPy",
    "compiled": "g4qc_core.backtest.engines.compiled_engine:Compiled",
}
"""Module and class of each engine."""

REFERENCE = "backtesting"
"""The engine that runs every strategy, and by which the others are confirmed."""

COMPILED = "compiled"
"""The engine of strategies of targets and signals."""


def default_engine(strategy: PreparedStrategy) -> str:
    """Return the name of the engine that runs strategies of this kind."""
    return COMPILED if isinstance(strategy, TargetStrategy) else REFERENCE


def engine(name: str) -> Engine:
    """Return the engine of this name.

    Raises:
        UsageError: no such engine.
    """
    if name not in ENGINES:
        raise unknown("engine", name, ENGINES)
    module, _, kind = ENGINES[name].partition(":")
    made: Engine = getattr(importlib.import_module(module), kind)()
    return made
