"""Checks of the signals and targets that a strategy gave: one sentence that names the bar and the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from g4qc_core.errors import UsageError
from g4qc_core.sentences import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def checked_signals(name: str, given: Any, bars: pd.DataFrame) -> np.ndarray:
    """Return the signals of a strategy as float64 of length n, each in [-1, 1].

    Args:
        name: of the strategy, for the sentence.
        given: what `Strategy.signals` returned.
        bars: the n bars that it saw.

    Raises:
        UsageError: another shape, no floating-point numbers, NaN, or a value outside [-1, 1].
    """
    import numpy as np

    values = np.asarray(given)
    if values.shape != (len(bars),) or values.dtype.kind != "f":
        raise UsageError(
            f"The strategy {name} gave {_kind(values)} signals of shape {values.shape} for "
            f"{counted(len(bars), 'bar')}: it must give one floating-point number a bar (float64)."
        )
    wrong = ~(np.abs(values) <= 1)
    if wrong.any():
        at = int(np.argmax(wrong))
        advice = "give 0 where it does not know yet" if np.isnan(values[at]) else "scale it"
        raise UsageError(
            f"The strategy {name} gave the signal {values[at]} at {_bar(bars, at)}: a signal is a number from -1 to 1; "
            f"{advice}."
        )
    return values.astype(np.float64, copy=False)


def checked_targets(name: str, given: Any, bars: pd.DataFrame) -> np.ndarray:
    """Return the targets of a strategy as int64 of length n.

    Args:
        name: of the strategy, for the sentence.
        given: what `Strategy.targets` returned.
        bars: the n bars that it saw.

    Raises:
        UsageError: another shape, or no whole numbers.
    """
    import numpy as np

    values = np.asarray(given)
    if values.shape != (len(bars),) or values.dtype.kind != "i":
        where = ""
        if values.shape == (len(bars),) and values.dtype.kind == "f" and len(values):
            odd = ~(values == np.rint(values)) | ~np.isfinite(values)
            at = int(np.argmax(odd))
            where = f", like {values[at]} at {_bar(bars, at)}"
        raise UsageError(
            f"The strategy {name} gave {_kind(values)} targets of shape {values.shape} for "
            f"{counted(len(bars), 'bar')}{where}: it must give one whole number a bar (int64)."
        )
    return values.astype(np.int64, copy=False)


def as_signals(name: str, given: Any, contracts: int, bars: pd.DataFrame) -> np.ndarray:
    """Return targets as shares of a full position of `contracts`.

    Raises:
        UsageError: as `checked_targets`, or a target is larger than `contracts`.
    """
    import numpy as np

    targets = checked_targets(name, given, bars)
    wrong = np.abs(targets) > contracts
    if wrong.any():
        at = int(np.argmax(wrong))
        raise UsageError(
            f"The strategy {name} gave the target {targets[at]} at {_bar(bars, at)}, and its parameter contracts is "
            f"{contracts}: its targets are no shares of a full position, so that only the sizing 'contracts' fits; "
            "define signals, or keep the targets within contracts."
        )
    return targets / contracts


def _kind(values: np.ndarray) -> str:
    return str(values.dtype)


def _bar(bars: pd.DataFrame, at: int) -> str:
    when = f" ({bars['timestamp'].iloc[at]})" if "timestamp" in bars.columns else ""
    return f"bar {at}{when}"
