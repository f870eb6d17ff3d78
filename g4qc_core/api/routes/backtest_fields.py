"""Fields of a backtest spec with kind, bounds, choices and default, from which the pages build their form."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.backtest.specs.spec_fields import Kind, SpecField, spec_fields

router = APIRouter(tags=["backtests"], dependencies=[CanRead], responses=documented(401, 403, 422, 429))


class SpecFieldInfo(BaseModel):
    """One field of `POST /backtests`; a bound that is null does not apply."""

    name: str
    kind: Kind = Field(description="money: an exact decimal, best sent as text; parameters: those of /strategies")
    description: Spoken
    required: bool = Field(description="True if the field has no default")
    default: Any = Field(description="Value if the field is left out; null: see the description")
    choices: list[str] = Field(description="All values of a choice")
    minimum: float | None = Field(description="Smallest value, included")
    maximum: float | None = Field(description="Largest value, included")
    above: float | None = Field(description="Values are greater than this")
    below: float | None = Field(description="Values are smaller than this")


@router.get("/backtests/fields")
def fields() -> list[SpecFieldInfo]:
    """List the fields of a spec, which are the same in files, on the command line, in the API and on the pages."""
    return [_shown(field) for field in spec_fields()]


def _shown(field: SpecField) -> SpecFieldInfo:
    return SpecFieldInfo.model_validate(field, from_attributes=True)
