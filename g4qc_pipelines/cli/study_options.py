"""Options for the fields of a study's spec, one per field, generated from its model; and the values that they give.

A field of several values takes a list with commas or the option several times, a field of values by name takes
NAME=VALUE; a text that begins with { or [ is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import click

from g4qc_core.errors import UsageError
from g4qc_pipelines.cli.spec_options import LateCommand, SpecDay

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Shape = Literal["flag", "date", "list", "mapping", "number", "other"]

_SHORT = 3


class StudyCommand(LateCommand):
    """A command with an option for each field of the spec of a kind of study.

    Args:
        kind: name of the kind.
    """

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def late_options(self) -> Sequence[click.Option]:
        """Return an option for each field."""
        return [_option(name, info) for name, info in _fields(self.kind).items()]


def given_fields(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given fields in the form that the model reads; None resets a field to its default.

    Args:
        kind: name of the kind of study.
        options: values of the command line by field.

    Raises:
        UsageError: a value is no JSON although it begins like it, or is not written NAME=VALUE.
    """
    fields = {info.alias or name: info for name, info in _fields(kind).items()}
    return {
        name: _value(name, _shape(fields[name].annotation), value)
        for name, value in options.items()
        if value not in (None, ())
    }


def _fields(kind: str) -> dict[str, FieldInfo]:
    from g4qc_core.services.research.study_models import study_model

    model = study_model(kind)
    return {} if model is None else dict(model.model_fields)


def _option(name: str, info: FieldInfo) -> click.Option:
    from g4qc_core.backtest.specs.spec_fields import field_of

    field, shape = field_of(name, info), _shape(info.annotation)
    help_text = f"{field.description}."
    if shape == "flag":
        return click.Option([f"{field.option}/--no-{field.option[2:]}", field.name], default=None, help=help_text)
    if shape == "date":
        return click.Option([field.option, field.name], type=SpecDay(), help=help_text)
    if shape in ("list", "mapping"):
        metavar = "VALUES" if shape == "list" else "NAME=VALUE"
        help_text = f"{field.description}; repeatable."
        return click.Option([field.option, field.name], multiple=True, metavar=metavar, help=help_text)
    if field.choices and len(field.choices) <= _SHORT:
        return click.Option([field.option, field.name], type=click.Choice(field.choices), help=help_text)
    if field.choices:
        help_text = f"{field.description}: {', '.join(field.choices)}."
    return click.Option([field.option, field.name], metavar="NUMBER" if shape == "number" else None, help=help_text)


def _shape(annotation: Any) -> Shape:
    from datetime import date
    from decimal import Decimal

    from pydantic import BaseModel

    from g4qc_core.backtest.specs.spec_fields import plain_type

    kind = plain_type(annotation)
    origin = get_origin(kind) or kind
    # A union takes the form of its first member that is more than a text.
    if not isinstance(origin, type) and get_args(kind):
        shapes = [_shape(one) for one in get_args(kind) if one is not type(None)]
        return shapes[0] if len(set(shapes)) == 1 else "other"
    if not isinstance(origin, type):
        return "other"
    shapes_by_type: Mapping[Shape, tuple[type, ...]] = {
        "flag": (bool,),
        "date": (date,),
        "number": (int, float, Decimal),
        "mapping": (dict, Mapping, BaseModel),
        "list": (list, tuple, set, frozenset),
    }
    return next((shape for shape, types in shapes_by_type.items() if issubclass(origin, types)), "other")


def _value(name: str, shape: Shape, given: Any) -> Any:
    if shape == "list":
        return [value for text in given for value in _values(name, text)]
    if shape == "mapping":
        return _pairs(name, given)
    if not isinstance(given, str):
        return given
    return None if given == "" else _json_or(name, given)


def _values(name: str, text: str) -> list[Any]:
    read = _json_or(name, text)
    if isinstance(read, list):
        return read
    return [read] if read is not text else [part.strip() for part in text.split(",") if part.strip()]


def _pairs(name: str, texts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        read = _json_or(name, text)
        if isinstance(read, dict):
            found |= read
            continue
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{name}: '{text}' says no value: write NAME=VALUE, or a JSON object.")
        found[key.strip()] = _scalar(name, value.strip())
    return found


def _scalar(name: str, text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return _json_or(name, text)


def _json_or(name: str, text: str) -> Any:
    """Return the value of a JSON object or list, and any other text as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError(f"{name}: '{text[:60]}' begins like JSON and is none: see the quotes and brackets.") from None
