"""The engines by name. An engine is imported when it is first used, because its libraries are slow to import."""

from __future__ import annotations

import importlib

from g4qc_core.backtest.engines.engine import Engine
from g4qc_core.errors import unknown

ENGINES = {"backtesting": "g4qc_core.backtest.engines.backtesting_py:BacktestingPy"}
"""Module and class of each engine."""

DEFAULT_ENGINE = "backtesting"


def engine(name: str = DEFAULT_ENGINE) -> Engine:
    """Return the engine of this name.

    Raises:
        UsageError: no such engine.
    """
    if name not in ENGINES:
        raise unknown("engine", name, ENGINES)
    module, _, kind = ENGINES[name].partition(":")
    made: Engine = getattr(importlib.import_module(module), kind)()
    return made
