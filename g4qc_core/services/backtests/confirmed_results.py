"""Results confirmed by the other engine, on the bars as they are stored."""

from __future__ import annotations

from g4qc_core.backtest.engine_comparison import confirm
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.spec_bars import read_bars
from g4qc_core.services.backtests.spec_run import run_arguments, run_on
from g4qc_core.storage.stores import Stores


def confirmed(result: BacktestResult, registry: Registry, stores: Stores) -> str:
    """Run the spec of a result by both engines, and return a sentence that says that they agree.

    Raises:
        UsageError: only one engine can run the strategy.
        G4qcError: the engines differ, or the bars are no longer those of the result.
    """
    instrument = registry[result.spec.instrument]
    read = read_bars(result.spec, registry, stores)
    again = run_on(result.spec, read, instrument)
    if again.id != result.id:
        raise G4qcError(f"The bars of the result {result.id} have changed since it was made: run the backtest again.")
    arguments = run_arguments(result.spec, read, instrument)
    del arguments["spec"]
    differs = confirm(again, **arguments)
    if differs:
        raise G4qcError(f"The engines differ: {differs} This is a defect of G4QC, please report it with the spec.")
    return (
        f"Confirmed: both engines give the same {counted(len(again.trades), 'trade')} and the same equity of "
        f"{counted(len(again.daily_equity), 'session')}."
    )
