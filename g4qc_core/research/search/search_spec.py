"""Search specs: a backtest, the values of its parameters, what to look for, how to choose sets, and when to stop."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from g4qc_core.backtest.known_strategies import find_strategy
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.specs.spec_values import Whole, one_of
from g4qc_core.backtest.strategies.strategy import SearchRange, Strategy, build
from g4qc_core.backtest.user_strategies import own_parameters
from g4qc_core.errors import ParametersMisfit, UsageError, unknown
from g4qc_core.named_spec import UNNAMED, NamedSpec
from g4qc_core.research.search.axes import Axis, axis_of
from g4qc_core.research.search.goal import Constraint, Objective, parse_constraints
from g4qc_core.research.search.space import SearchSpace
from g4qc_core.toml_entries import MalformedEntry

Method = Literal["grid", "random", "tpe", "cmaes"]

LARGEST_GRID = 1_000_000
"""Most sets that a grid may have without a budget."""

MOST_TRIALS = 10_000_000
_DEFAULT_CONSTRAINTS = ("trades >= 30",)


def _axes(given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise ValueError("write values by parameter, like { fast = { from = 5, to = 50, step = 5 }, slow = [60, 90] }")
    found = {}
    for name, values in given.items():
        try:
            found[str(name)] = axis_of(values)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return dict(sorted(found.items()))


def _written(axes: Mapping[str, Axis]) -> dict[str, Any]:
    return {name: axis.written() for name, axis in axes.items()}


def _objective(given: Any) -> Any:
    if not isinstance(given, str):
        raise ValueError("write the name of a metric, like sharpe")
    return _said(lambda: str(Objective.parse(given)))


def _constraints(given: Any) -> Any:
    texts = (given,) if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise ValueError("write a list like ['trades >= 30', 'max_drawdown >= -20%']")
    return _said(lambda: tuple(dict.fromkeys(str(one) for one in parse_constraints(texts))))


def _said(parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except UsageError as error:
        text = str(error).rstrip(".")
        raise ValueError(text.removeprefix("objective: ").removeprefix("constraints: ")) from None


class SearchSpec(NamedSpec):
    """One search. The file, command line and API are built from this model; a field's description is its help."""

    name: str = Field(
        UNNAMED,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="Name under which the search is kept; default: made of what the spec says",
    )
    backtest: str | dict[str, Any] = Field(
        description="The backtest whose parameters are searched: the name of a spec, or its fields",
        examples=["sma_cross-ES-1h"],
    )
    parameters: Annotated[dict[str, Any], BeforeValidator(_axes), PlainSerializer(_written, when_used="json")] = Field(
        default_factory=dict,
        max_length=20,
        description="Values to try by parameter: a list, or a range from, to, step; default: the strategy's own ranges",
    )
    method: Annotated[Method, one_of("method", get_args(Method))] = Field(
        "grid",
        description="How sets are chosen: grid tries all, random a sample, tpe and cmaes learn from the results",
    )
    objective: Annotated[str, BeforeValidator(_objective)] = Field(
        "sharpe", description="The metric by which sets are ranked; its better direction is known, or said by + or -"
    )
    constraints: Annotated[tuple[str, ...], BeforeValidator(_constraints)] = Field(
        _DEFAULT_CONSTRAINTS,
        max_length=20,
        description="Bounds that a set must keep to be ranked, like trades >= 30; an empty list sets none",
    )
    trials: Whole | None = Field(
        None, ge=1, le=MOST_TRIALS, description="Most sets to try; a grid that is larger is sampled at random"
    )
    minutes: float | None = Field(None, gt=0, le=100_000, description="Minutes after which no further set is tried")
    seed: Whole = Field(0, ge=0, lt=2**32, description="Start of the random choices")
    workers: Whole | None = Field(
        None, ge=1, le=256, description="Processes that evaluate sets; default: one for each processor"
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        for budget in ("trials", "minutes"):
            if values.get(budget) in (0, "0"):
                raise ValueError(f"a budget of zero {budget} tries nothing: give more, or leave {budget} out")
        return {name: value for name, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.method != "grid" and self.trials is None and self.minutes is None:
            raise ValueError(f"the method {self.method} needs a budget: give trials, or minutes")
        if self.parameters:
            self.refuse_endless(SearchSpace(self.parameters))
        return self

    @property
    def axes(self) -> dict[str, Axis]:
        """Values to try by parameter, in the order of the names; empty: the strategy's own ranges."""
        return dict(self.parameters)

    @property
    def goal(self) -> tuple[Objective, tuple[Constraint, ...]]:
        """The objective and the constraints."""
        return Objective.parse(self.objective), parse_constraints(self.constraints)

    @property
    def processes(self) -> int:
        """Number of workers: the given one, or the number of processors that this process may use."""
        if self.workers is not None:
            return self.workers
        # Not on every system, and fewer than the machine has within a container.
        allowed = getattr(os, "sched_getaffinity", None)
        return len(allowed(0)) if allowed is not None else os.cpu_count() or 1

    def refuse_endless(self, space: SearchSpace) -> None:
        """Raise ValueError for a grid that is too large without a budget."""
        if self.method == "grid" and self.trials is None and self.minutes is None and space.size > LARGEST_GRID:
            raise ValueError(
                f"the grid has {space.size:,} sets and may have {LARGEST_GRID:,}: give a budget (trials or minutes), "
                "which tries a random sample of it, or fewer values"
            )

    def completed(self) -> Self:
        """Return the search with every field of an inline backtest.

        Raises:
            MalformedEntry: the backtest is malformed.
        """
        if not isinstance(self.backtest, dict):
            return self
        try:
            inline = BacktestSpec.asked(self.backtest)
        except UsageError as error:
            raise MalformedEntry("backtest", str(error)) from None
        return self.model_copy(update={"backtest": {**inline.to_dict(), "name": inline.name}})

    @property
    def name_before_digest(self) -> str:
        """The backtest's name or its strategy and market, and `search`."""
        if isinstance(self.backtest, str):
            base = self.backtest
        else:
            words = (str(self.backtest[name]) for name in ("strategy", "instrument", "timeframe"))
            base = re.sub(r"[^A-Za-z0-9._-]", "-", "-".join(words)).lstrip("._-")
        return f"{base[:70]}-search"


def space_of(spec: SearchSpec, backtest: BacktestSpec) -> SearchSpace:
    """Return the sets that a search tries, checked against the strategy.

    Args:
        spec: the search.
        backtest: the spec whose parameters are searched.

    Raises:
        UsageError: a parameter that the strategy does not have, a value out of its range, no parameter that can be
            searched, or a grid that is too large without a budget.
    """
    kind = _kind(backtest.strategy)
    axes = spec.axes or _own_axes(kind, backtest.strategy)
    for name, axis in axes.items():
        _check_values(kind, backtest, name, axis)
    space = SearchSpace(dict(sorted(axes.items())))
    try:
        spec.refuse_endless(space)
    except ValueError as error:
        raise UsageError(f"parameters: {error}.") from None
    return space


def _kind(name: str) -> Any:
    return find_strategy(name).kind


def _own_axes(kind: Any, name: str) -> dict[str, Axis]:
    ranges = kind.search_space() if issubclass(kind, Strategy) else {}
    if not ranges:
        raise UsageError(
            f"parameters: the strategy {name} declares no search ranges: say which values to try, like "
            "fast = { from = 5, to = 50, step = 5 }."
        )
    return {
        parameter: axis_of(
            {"from": own.low, "to": own.high, "step": own.step} if isinstance(own, SearchRange) else list(own.values)
        )
        for parameter, own in ranges.items()
    }


def _check_values(kind: Any, backtest: BacktestSpec, name: str, axis: Axis) -> None:
    """Raise UsageError for a parameter that does not exist, or for a first or last value that it cannot have."""
    if not issubclass(kind, Strategy):
        if name not in own_parameters(kind):
            raise unknown("parameter", name, own_parameters(kind), f"Strategy: {backtest.strategy}.")
        return
    for value in {axis.at(0), axis.at(axis.size - 1)}:
        try:
            build(kind, {**backtest.parameters, name: value})
        except ParametersMisfit:
            continue
