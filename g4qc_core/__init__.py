"""G4QC as a library: bars, sessions, backtests and reports for notebooks and programs.

    >>> import g4qc_core as g4
    >>> client = g4.G4QC()  # doctest: +SKIP
    >>> bars = client.bars("ES", "1h", "2026-10-01")  # doctest: +SKIP

The names in `__all__` are the public API; a test fixes their signatures. Everything else may change without notice. A
name is imported when it is first used, so that importing this package costs nothing and the client runs without the
other dependencies: `pip install 'g4qc[library]'` adds what stores, backtests and reports need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from g4qc_core import errors as errors
    from g4qc_core.backtest import metrics as metrics
    from g4qc_core.backtest.account.costs import CostModel as CostModel
    from g4qc_core.backtest.aligned_inputs import InputBars as InputBars
    from g4qc_core.backtest.result import BacktestResult as BacktestResult
    from g4qc_core.backtest.run import run_backtest as run_backtest
    from g4qc_core.backtest.specs.backtest_spec import BacktestSpec as BacktestSpec
    from g4qc_core.backtest.strategies import STRATEGIES as STRATEGIES
    from g4qc_core.backtest.strategies.strategy import Strategy as Strategy
    from g4qc_core.backtest.tear_sheet.report import write_report as write_report
    from g4qc_core.bars.missing_sessions import Completeness as Completeness
    from g4qc_core.bars.resampling import resample as resample
    from g4qc_core.bars.validation.validate import Validated as Validated
    from g4qc_core.bars.validation.validate import validate as validate
    from g4qc_core.calendars.session import Session as Session
    from g4qc_core.calendars.session_calendar import SessionCalendar as SessionCalendar
    from g4qc_core.calendars.session_calendar import calendar as calendar
    from g4qc_core.client import G4QC as G4QC
    from g4qc_core.client_frames import MissingSessions as MissingSessions
    from g4qc_core.client_frames import ResultsCompared as ResultsCompared
    from g4qc_core.client_study import Study as Study
    from g4qc_core.client_trading import TradingClient as TradingClient
    from g4qc_core.errors import G4qcError as G4qcError
    from g4qc_core.errors import PermanentError as PermanentError
    from g4qc_core.errors import TransientError as TransientError
    from g4qc_core.explore_answer import Explored as Explored
    from g4qc_core.futures.adjustment import Adjustment as Adjustment
    from g4qc_core.instruments.contracts import Contract as Contract
    from g4qc_core.instruments.registry import Instrument as Instrument
    from g4qc_core.instruments.registry import Registry as Registry
    from g4qc_core.instruments.registry import load_registry as load_registry
    from g4qc_core.local_client import LocalClient as LocalClient
    from g4qc_core.local_client import local as local
    from g4qc_core.services.backtests.spec_run import run_spec as run_spec
    from g4qc_core.services.series.continuous_series import Series as Series
    from g4qc_core.services.series.continuous_series import read_contract as read_contract
    from g4qc_core.services.series.continuous_series import read_series as read_series
    from g4qc_core.settings import Settings as Settings
    from g4qc_core.settings import load_settings as load_settings
    from g4qc_core.storage.stores import Stores as Stores
    from g4qc_core.storage.stores import open_stores as open_stores
    from g4qc_core.timeframes import TIMEFRAMES as TIMEFRAMES
    from g4qc_core.timeframes import Timeframe as Timeframe
    from g4qc_core.timeframes import timeframe as timeframe

__all__ = [
    "G4QC",
    "STRATEGIES",
    "TIMEFRAMES",
    "Adjustment",
    "BacktestResult",
    "BacktestSpec",
    "Completeness",
    "Contract",
    "CostModel",
    "Explored",
    "G4qcError",
    "InputBars",
    "Instrument",
    "LocalClient",
    "MissingSessions",
    "PermanentError",
    "Registry",
    "ResultsCompared",
    "Series",
    "Session",
    "SessionCalendar",
    "Settings",
    "Stores",
    "Strategy",
    "Study",
    "Timeframe",
    "TradingClient",
    "TransientError",
    "Validated",
    "calendar",
    "errors",
    "load_registry",
    "load_settings",
    "local",
    "metrics",
    "open_stores",
    "read_contract",
    "read_series",
    "resample",
    "run_backtest",
    "run_spec",
    "timeframe",
    "validate",
    "write_report",
]

# The modules of the public names; a test compares them with the imports above.
_MODULES = {
    "g4qc_core.backtest.account.costs": ("CostModel",),
    "g4qc_core.backtest.aligned_inputs": ("InputBars",),
    "g4qc_core.backtest.result": ("BacktestResult",),
    "g4qc_core.backtest.run": ("run_backtest",),
    "g4qc_core.backtest.specs.backtest_spec": ("BacktestSpec",),
    "g4qc_core.backtest.strategies": ("STRATEGIES",),
    "g4qc_core.backtest.strategies.strategy": ("Strategy",),
    "g4qc_core.backtest.tear_sheet.report": ("write_report",),
    "g4qc_core.bars.missing_sessions": ("Completeness",),
    "g4qc_core.bars.resampling": ("resample",),
    "g4qc_core.bars.validation.validate": ("Validated", "validate"),
    "g4qc_core.calendars.session": ("Session",),
    "g4qc_core.calendars.session_calendar": ("SessionCalendar", "calendar"),
    "g4qc_core.client": ("G4QC",),
    "g4qc_core.client_frames": ("MissingSessions", "ResultsCompared"),
    "g4qc_core.client_study": ("Study",),
    "g4qc_core.client_trading": ("TradingClient",),
    "g4qc_core.errors": ("G4qcError", "PermanentError", "TransientError"),
    "g4qc_core.explore_answer": ("Explored",),
    "g4qc_core.futures.adjustment": ("Adjustment",),
    "g4qc_core.instruments.contracts": ("Contract",),
    "g4qc_core.instruments.registry": ("Instrument", "Registry", "load_registry"),
    "g4qc_core.local_client": ("LocalClient", "local"),
    "g4qc_core.services.backtests.spec_run": ("run_spec",),
    "g4qc_core.services.series.continuous_series": ("Series", "read_contract", "read_series"),
    "g4qc_core.settings": ("Settings", "load_settings"),
    "g4qc_core.storage.stores": ("Stores", "open_stores"),
    "g4qc_core.timeframes": ("TIMEFRAMES", "Timeframe", "timeframe"),
}
_SUBMODULES = {"errors": "g4qc_core.errors", "metrics": "g4qc_core.backtest.metrics"}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name on first use.

    Raises:
        ImportError: a package of the extra `library` is not installed.
    """
    if name not in _HOMES and name not in _SUBMODULES:
        raise AttributeError(f"module 'g4qc_core' has no attribute '{name}'")
    try:
        module = import_module(_SUBMODULES.get(name) or _HOMES[name])
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("g4qc_core"):
            raise
        raise ImportError(
            f"g4qc_core.{name} needs {error.name}, which is not installed: run `pip install 'g4qc[library]'`."
        ) from error
    value = module if name in _SUBMODULES else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
