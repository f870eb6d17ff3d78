"""The fields of a spec as data, for command line options and form fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec

Kind = Literal["text", "choice", "date", "money", "integer", "parameters"]

_KINDS: dict[object, Kind] = {date: "date", Decimal: "money", int: "integer", dict: "parameters"}


@dataclass(frozen=True)
class SpecField:
    """One field of a spec.

    Attributes:
        name: the name in the file, the API and the pages.
        kind: `money` is an exact decimal number; `choice` has `choices`; `parameters` are those of the strategy.
        description: one sentence for the user.
        required: the field has no default.
        default: JSON-safe; None also for an optional field without a default.
        minimum, maximum: inclusive bounds.
        above, below: exclusive bounds.
    """

    name: str
    kind: Kind
    description: str
    required: bool
    default: Any
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def option(self) -> str:
        """The command line option: `--slippage-ticks`."""
        return f"--{self.name.replace('_', '-')}"


def spec_fields() -> list[SpecField]:
    """Return the fields of a spec in the order of the model."""
    return [field_of(name, info) for name, info in BacktestSpec.model_fields.items()]


def field_of(name: str, info: FieldInfo) -> SpecField:
    """Return a field of a model as data; a type that is none of the kinds counts as text."""
    kind = plain_type(info.annotation)
    choices = _choices(kind, info)
    rules = {b: getattr(m, b) for m in info.metadata for b in ("ge", "le", "gt", "lt") if hasattr(m, b)}
    return SpecField(
        name=info.alias or name,
        kind="choice" if choices else _KINDS.get(get_origin(kind) or kind, "text"),
        description=info.description or "",
        required=info.is_required(),
        default=_default(info),
        choices=choices,
        minimum=rules.get("ge"),
        maximum=rules.get("le"),
        above=rules.get("gt"),
        below=rules.get("lt"),
    )


def plain_type(annotation: Any) -> Any:
    """Return the type of a field without its annotations and without None."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    rest = [one for one in get_args(annotation) if one is not NoneType]
    return plain_type(rest[0]) if len(rest) == 1 and NoneType in get_args(annotation) else annotation


def _choices(kind: Any, info: FieldInfo) -> tuple[str, ...]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(str(one) for one in kind)
    if get_origin(kind) is Literal:
        return get_args(kind)
    extra = info.json_schema_extra
    return tuple(map(str, extra.get("enum", ()))) if isinstance(extra, dict) else ()  # type: ignore[arg-type]


def _default(info: FieldInfo) -> Any:
    if info.default_factory is not None:
        return {}
    if info.default is PydanticUndefined:
        return None
    return str(info.default) if isinstance(info.default, Decimal | StrEnum) else info.default
