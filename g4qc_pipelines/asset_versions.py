"""The code version of each asset: the declared versions of the packages that compute its content.

Dagster calls a partition stale that an older code version made. A refactoring changes no declared version, so it leaves
everything fresh. `g4qc_core.code_versions` says when a version is raised.
"""

from __future__ import annotations

from g4qc_core.code_versions import code_version
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.named_jobs import inputs_of

_STORED_AS_RECEIVED = "as received 1"
"""For assets that store what they are given unchanged: raised by hand when they store something else."""

_SOURCES_COMPARED = "comparison 1"
"""For the differences of sources, of which no result is made: raised by hand when they become others."""

_COMPUTED_BY: dict[str, tuple[str, ...]] = {
    **{f"bars_{timeframe}": ("bars",) for timeframe in TIMEFRAMES},
    "coverage": ("bars",),
    "reconciliation": ("bars",),
    "roll_calendar": ("futures",),
    "verification": ("bars", "futures"),
}
_ALL_CODE = ("backtest", "backtest_report", "roll_sensitivity", "search", "paper_drift")
_INPUTS = ("backtest_inputs", "search_inputs")
_RECEIVED = ("contracts", "raw_bars", "imported_bars", "paper_fills", "backup", "pruning")


def asset_code_version(asset: str) -> str | None:
    """Return the code version of an asset; None for the inputs of backtests and research, which no code makes.

    Raises:
        KeyError: the asset is not listed here.
    """
    if asset in (*_INPUTS, *map(inputs_of, STUDY_KINDS)):
        return None
    if asset in _RECEIVED:
        return _STORED_AS_RECEIVED
    if asset == "source_differences":
        return _SOURCES_COMPARED
    return code_version() if asset in (*_ALL_CODE, *STUDY_KINDS) else code_version(*_COMPUTED_BY[asset])
