"""Strategies and their parameters with types, ranges and defaults, from which the pages build their form."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from g4qc_core.api.dependencies import CanRead
from g4qc_core.api.problems import documented
from g4qc_core.backtest.strategies import STRATEGIES

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 422, 429))

Value = bool | int | float | str


class StrategyParameter(BaseModel):
    """A parameter of a strategy; a bound that is null does not apply."""

    name: str
    type: Literal["boolean", "integer", "number", "string"]
    default: Value | None
    minimum: float | None = Field(description="Smallest value, included")
    maximum: float | None = Field(description="Largest value, included")
    above: float | None = Field(description="Values are greater than this")
    below: float | None = Field(description="Values are smaller than this")
    description: str


class StrategyInfo(BaseModel):
    """A strategy with its parameters."""

    name: str
    summary: str
    parameters: list[StrategyParameter]


@router.get("/strategies")
def strategies() -> list[StrategyInfo]:
    """List the built-in strategies."""
    return [
        StrategyInfo(
            name=kind.name,
            summary=kind.summary,
            parameters=[_parameter(name, info) for name, info in kind.model_fields.items()],
        )
        for kind in STRATEGIES.values()
    ]


def _parameter(name: str, info: FieldInfo) -> StrategyParameter:
    bounds = {
        bound: getattr(rule, bound)
        for rule in info.metadata
        for bound in ("ge", "le", "gt", "lt")
        if hasattr(rule, bound)
    }
    kinds: dict[object, Literal["boolean", "integer", "number"]] = {bool: "boolean", int: "integer", float: "number"}
    return StrategyParameter(
        name=name,
        type=kinds.get(info.annotation, "string"),
        default=None if info.is_required() else info.default,
        minimum=bounds.get("ge"),
        maximum=bounds.get("le"),
        above=bounds.get("gt"),
        below=bounds.get("lt"),
        description=info.description or "",
    )
