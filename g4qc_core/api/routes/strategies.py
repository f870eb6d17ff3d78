"""Strategies and their parameters with types, ranges and defaults, from which the pages build their form."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from g4qc_core.api.dependencies import CanRead
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.backtest.known_strategies import KnownStrategy, known_strategies
from g4qc_core.backtest.strategies import Strategy
from g4qc_core.backtest.strategies.strategy import SearchChoices, SearchRange

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 422, 429))

Value = bool | int | float | str

_KINDS: dict[object, Literal["boolean", "integer", "number"]] = {bool: "boolean", int: "integer", float: "number"}


class SearchedValues(BaseModel):
    """What a search tries for a parameter by itself: a range, or choices."""

    low: float | None = Field(description="First value of the range; null for choices")
    high: float | None = Field(description="Last value of the range, included")
    step: float | None
    choices: list[Value] = Field(description="The values, in place of a range; empty for a range")


class StrategyParameter(BaseModel):
    """A parameter of a strategy; a bound that is null does not apply."""

    name: str
    type: Literal["boolean", "integer", "number", "string"]
    default: Value | None
    minimum: float | None = Field(description="Smallest value, included")
    maximum: float | None = Field(description="Largest value, included")
    above: float | None = Field(description="Values are greater than this")
    below: float | None = Field(description="Values are smaller than this")
    description: Spoken
    search: SearchedValues | None = Field(description="What a search tries by itself; null: nothing")


class StrategyInfo(BaseModel):
    """A strategy with its parameters."""

    name: str
    summary: Spoken
    parameters: list[StrategyParameter]


@router.get("/strategies")
def strategies() -> list[StrategyInfo]:
    """List the strategies of G4QC, and those of the server's own folder and packages."""
    return [
        StrategyInfo(name=name, summary=known.summary, parameters=_parameters(known))
        for name, known in known_strategies().items()
    ]


def _parameters(known: KnownStrategy) -> list[StrategyParameter]:
    if issubclass(known.kind, Strategy):
        tried = known.kind.search_space()
        return [_parameter(name, info, tried.get(name)) for name, info in known.kind.model_fields.items()]
    return [
        StrategyParameter(
            name=name,
            type=_KINDS.get(type(value), "string"),
            default=value,
            minimum=None,
            maximum=None,
            above=None,
            below=None,
            description="",
            search=None,
        )
        for name, value in known.own_parameters().items()
    ]


def _parameter(name: str, info: FieldInfo, tried: SearchRange | SearchChoices | None) -> StrategyParameter:
    bounds = {
        bound: getattr(rule, bound)
        for rule in info.metadata
        for bound in ("ge", "le", "gt", "lt")
        if hasattr(rule, bound)
    }
    return StrategyParameter(
        name=name,
        type=_KINDS.get(info.annotation, "string"),
        default=None if info.is_required() else info.default,
        minimum=bounds.get("ge"),
        maximum=bounds.get("le"),
        above=bounds.get("gt"),
        below=bounds.get("lt"),
        description=info.description or "",
        search=None if tried is None else _searched(tried),
    )


def _searched(tried: SearchRange | SearchChoices) -> SearchedValues:
    if isinstance(tried, SearchChoices):
        return SearchedValues(low=None, high=None, step=None, choices=list(tried.values))
    return SearchedValues(low=tried.low, high=tried.high, step=tried.step, choices=[])
