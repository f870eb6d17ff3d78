"""The base class of strategies: typed parameters, and one pure function from bars to target positions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from g4qc_core.errors import UsageError, unknown

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Prices become integers of about 11 digits, finer than any tick: sums and comparisons are exact on every host, and
# products with the lengths of windows stay within 64 bits.
_DIGITS = 10


class Strategy(BaseModel, ABC):
    """Base class of all strategies; the fields of a subclass are its parameters.

    Attributes:
        name: name in a spec. The user's own strategies are named `module:Class` and need neither name nor summary.
        summary: one sentence for the report.
        contracts: size of a full position.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: ClassVar[str]
    summary: ClassVar[str]

    contracts: int = Field(1, ge=1, le=1000, description="Contracts of a full position")

    @property
    @abstractmethod
    def bars_needed(self) -> int:
        """Number of bars up to and including the first one on which the strategy can decide."""

    @abstractmethod
    def targets(self, bars: pd.DataFrame) -> np.ndarray:
        """Return the target positions in contracts, negative for short.

        Args:
            bars: n rows, ascending, with at least open, high, low, close (float64, points, adjusted) and
                volume.

        Returns:
            int64 of length n; entry i is decided on the close of bar i, from bars 0..i only, and is held from the
            open of bar i + 1.
        """


def build(kind: type[Strategy], parameters: Mapping[str, Any]) -> Strategy:
    """Build the strategy `kind` with these parameters; a parameter that is not given has its default.

    Raises:
        UsageError: unknown parameter, or a value out of its range.
    """
    name = called(kind)
    for parameter, value in parameters.items():
        if parameter not in kind.model_fields:
            raise unknown("parameter", parameter, kind.model_fields, f"Strategy: {name}.")
        if isinstance(value, bool) and kind.model_fields[parameter].annotation is not bool:
            about = _about(kind, parameter)
            raise UsageError(f"{name}: the parameter {parameter} cannot be {value!r}: it is a number ({about}).")
    try:
        return kind(**parameters)
    except ValidationError as error:
        problem = error.errors()[0]
        if not problem["loc"]:
            text = problem["msg"].removeprefix("Value error, ")
            raise UsageError(f"The parameters of {name} do not fit together: {text}.") from None
        field = str(problem["loc"][0])
        about = _about(kind, field)
        if problem["type"] == "missing":
            raise UsageError(f"{name}: the parameter {field} is missing ({about}).") from None
        given = problem["input"]
        raise UsageError(f"{name}: the parameter {field} cannot be {given!r}: {problem['msg']} ({about}).") from None


def called(kind: type[Strategy]) -> str:
    """Return the name of a strategy; that of its class if it has no other."""
    return getattr(kind, "name", kind.__name__)


def _about(kind: type[Strategy], field: str) -> str:
    words = kind.model_fields[field].description
    return f"{words}; {allowed(kind, field)}" if words else allowed(kind, field)


def allowed(kind: type[Strategy], field: str) -> str:
    """Return the range of a parameter in words: `from 1 to 1000, default 1`."""
    info = kind.model_fields[field]
    bounds = {
        bound: getattr(m, bound) for m in info.metadata for bound in ("ge", "gt", "le", "lt") if hasattr(m, bound)
    }
    words = [f"{word} {bounds[b]}" for b, word in (("ge", "from"), ("gt", "above")) if b in bounds]
    words += [f"{word} {bounds[b]}" for b, word in (("le", "to"), ("lt", "below")) if b in bounds]
    kind_of = "yes or no" if info.annotation is bool else " ".join(words) or "any value"
    return kind_of if info.is_required() else f"{kind_of}, default {info.default}"


def exact(prices: pd.DataFrame) -> np.ndarray:
    """Convert prices (n x k) to int64 multiples of one unit, a power of ten: sums and comparisons are exact.

    Prices on a tick grid have no remainder. Prices adjusted by ratios are on no grid: each is up to half a unit off.
    """
    import numpy as np

    values = prices.to_numpy(np.float64)
    magnitude = int(f"{np.abs(values).max(initial=0.0):e}".split("e")[1])
    return np.rint(values * 10.0 ** (_DIGITS - magnitude)).astype(np.int64)


def hold(signals: np.ndarray) -> np.ndarray:
    """Replace each 0 among the signals (int64) by the last signal before it that is not 0."""
    import numpy as np

    last = np.maximum.accumulate(np.where(signals != 0, np.arange(len(signals)), -1))
    return np.where(last >= 0, signals[np.maximum(last, 0)], 0).astype(np.int64)
