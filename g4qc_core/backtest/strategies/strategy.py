"""The base class of strategies: typed parameters, and one pure function from bars to a wish.

The wish is a signal in [-1, 1], which a sizer turns into contracts, or a number of contracts. Checks of what a strategy
gave are in `wishes`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput
from g4qc_core.errors import ParametersMisfit, UsageError, unknown

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from g4qc_core.backtest.strategies.indicator_lines import IndicatorLine
    from g4qc_core.backtest.strategies.prepared_bars import PreparedBars


Value = bool | int | float | str
"""The value of a parameter."""


class SearchRange(NamedTuple):
    """Values that a search tries for a number: low, low + step, ... up to high, both included."""

    low: float
    high: float
    step: float


class SearchChoices(NamedTuple):
    """Values that a search tries for a parameter that is no range."""

    values: tuple[Value, ...]


def searched(
    default: Any,
    *,
    search: tuple[float, float, float] | None = None,
    choices: Sequence[Value] | None = None,
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    lt: float | None = None,
    description: str = "",
) -> Any:
    """Return a field for a parameter that a search varies.

    Args:
        default: value if none is given.
        search: low, high and step of the numbers that a search tries.
        choices: the values that a search tries, in place of `search`.
        ge: smallest allowed value.
        le: largest allowed value.
        gt: allowed values are greater than this.
        lt: allowed values are smaller than this.
        description: one line for forms and help.

    Raises:
        ValueError: not exactly one of `search` and `choices`, or a range that is empty or has no positive step.
    """
    if (search is None) == (choices is None):
        raise ValueError("give a parameter either search=(low, high, step) or choices=(...)")
    if search is not None and not (search[0] <= search[1] and search[2] > 0):
        raise ValueError(f"search={search} is no range: write (low, high, step) with low <= high and step > 0")
    tried: dict[str, Any] = {"range": list(search)} if search is not None else {"choices": list(choices or ())}
    bounds = {"ge": ge, "le": le, "gt": gt, "lt": lt}
    given: dict[str, Any] = {name: value for name, value in bounds.items() if value is not None}
    return Field(default, description=description, json_schema_extra={"search": tried}, **given)


class Strategy(BaseModel, ABC):
    """Base class of all strategies; the fields of a subclass are its parameters.

    A subclass defines `bars_needed` and one of `signals` and `targets`; the other one is computed from it.

    Attributes:
        name: name in a spec. The user's own strategies are named `module:Class` and need neither name nor summary.
        summary: one sentence for the report.
        inputs: further inputs by name, like `{"daily": higher("1d")}`; `signals` and `targets` take each by its name.
        contracts: size of a full position, unless a sizer decides it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: ClassVar[str]
    summary: ClassVar[str]
    inputs: ClassVar[Mapping[str, DeclaredInput]] = {}

    contracts: int = Field(1, ge=1, le=1000, description="Contracts of a full position")

    @property
    @abstractmethod
    def bars_needed(self) -> int:
        """Number of bars up to and including the first one on which the strategy can decide."""

    @property
    def bars_remembered(self) -> int:
        """Number of bars that a decision depends on, its own included: what a warm-up should have.

        What averages without an end leave out has less than a thousandth of the weight. A position that is kept until
        an event is as old as the event. Without a definition of the class it is `bars_needed`.
        """
        return self.bars_needed

    def signals(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        """Return the wanted positions as shares of a full one: 1 is fully long, -1 fully short, 0 flat.

        A strategy that defines `targets` only has the signal targets / contracts.

        Args:
            bars: n rows, ascending, with at least open, high, low, close (float64, points, adjusted) and
                volume.
            *args: none.
            **inputs: the further inputs that the class declares, by name.

        Returns:
            float64 of length n in [-1, 1], never NaN; entry i is decided on the close of bar i, from bars 0..i only,
            and is held from the open of bar i + 1.

        Raises:
            UsageError: a target is larger than `contracts`, so that it is no share of a full position.
        """
        from g4qc_core.backtest.strategies.wishes import as_signals

        return as_signals(called(type(self)), self.targets(bars, *args, **inputs), self.contracts, bars)

    def targets(self, bars: pd.DataFrame, *args: Any, **inputs: Any) -> np.ndarray:
        """Return the target positions in contracts, negative for short.

        A strategy that defines `signals` only has the target signal x contracts, rounded to the nearest whole number
        (a half to the even one).

        Args:
            bars: as for `signals`.
            *args: none.
            **inputs: the further inputs that the class declares, by name.

        Returns:
            int64 of length n; entry i is decided and held as that of `signals`.
        """
        import numpy as np

        return np.rint(np.asarray(self.signals(bars, *args, **inputs)) * self.contracts).astype(np.int64)

    def fast_signals(self, prepared: PreparedBars, *args: Any, **inputs: Any) -> np.ndarray:
        """Return `signals` of bars on which many parameter sets are computed: the same numbers, of any type.

        A strategy may keep in `prepared` what its sets share.

        Args:
            prepared: the bars.
            *args: none.
            **inputs: the further inputs that the class declares, by name.
        """
        return self.signals(prepared.frame, *args, **inputs)

    def chart_lines(self, prepared: PreparedBars, *args: Any, **inputs: Any) -> Sequence[IndicatorLine]:
        """Return the lines by which the strategy decides, for a chart; none without a definition of the class.

        They come from the same computation as `fast_signals`, so that what is drawn is what decided.

        Args:
            prepared: the bars.
            *args: none.
            **inputs: the further inputs that the class declares, by name.
        """
        return ()

    @classmethod
    def defines_signals(cls) -> bool:
        """Return whether the class has signals of its own; otherwise they come from its targets."""
        return cls.signals is not Strategy.signals

    @classmethod
    def search_space(cls) -> dict[str, SearchRange | SearchChoices]:
        """Return what a search tries for each parameter that is declared with `searched`, by name."""
        found: dict[str, SearchRange | SearchChoices] = {}
        for name, info in cls.model_fields.items():
            extra = info.json_schema_extra
            tried = extra.get("search") if isinstance(extra, Mapping) else None
            if isinstance(tried, Mapping) and "range" in tried:
                found[name] = SearchRange(*tried["range"])  # type: ignore[misc]
            elif isinstance(tried, Mapping) and "choices" in tried:
                found[name] = SearchChoices(tuple(tried["choices"]))  # type: ignore[arg-type]
        return found


def lacking_parts(kind: type) -> list[str]:
    """Return what a strategy class still has to define, in words; nothing for one that can run."""
    lacking = sorted(getattr(kind, "__abstractmethods__", ()))
    if issubclass(kind, Strategy) and kind.signals is Strategy.signals and kind.targets is Strategy.targets:
        lacking.append("signals (or targets)")
    return lacking


def build(kind: type[Strategy], parameters: Mapping[str, Any]) -> Strategy:
    """Build the strategy `kind` with these parameters; a parameter that is not given has its default.

    Raises:
        UsageError: unknown parameter, or a value out of its range.
    """
    name = called(kind)
    if lacking := lacking_parts(kind):
        raise UsageError(f"The strategy {name} cannot run: it does not define {' and '.join(lacking)}.")
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
            raise ParametersMisfit(f"The parameters of {name} do not fit together: {text}.") from None
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
