"""The options of the fields of a backtest spec, made from the model: one option a field, with the model's own words."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import click

from g4qc_core.backtest.spec_fields import SpecField, spec_fields
from g4qc_pipelines.cli.options import DateParam

_SHORT = 3


class _Day(DateParam):
    """A trade date; an empty text takes the field back to its default."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        day = super().convert(value, param, ctx) if value != "" else value
        return str(day)


def spec_options(skipped: Collection[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds an option for each field of a spec, which come to the command under the fields' names."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for field in reversed([one for one in spec_fields() if one.name not in skipped]):
            command = _option(field)(command)
        return command

    return add


def _option(field: SpecField) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    help_text = f"{field.description}."
    if field.kind == "parameters":
        return click.option(
            "--param",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter of the strategy; repeatable.",
        )
    if field.kind == "date":
        return click.option(field.option, field.name, type=_Day(), help=help_text)
    names = (field.option, "--rule") if field.name == "roll" else (field.option,)
    if field.choices and len(field.choices) <= _SHORT:
        return click.option(*names, field.name, type=click.Choice(field.choices), help=help_text)
    if field.choices:
        help_text = f"{field.description}: {', '.join(field.choices)}."
    return click.option(*names, field.name, metavar="NUMBER" if field.kind in ("money", "integer") else None,
                        help=help_text)  # fmt: skip
