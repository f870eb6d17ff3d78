"""The options of the fields of a backtest spec, made from the model: one option a field, with the model's own words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from g4qc_pipelines.cli.options import DateParam

if TYPE_CHECKING:
    from g4qc_core.backtest.specs.spec_fields import SpecField

_SHORT = 3


class SpecCommand(click.Command):
    """A command with an option for each field of a spec; they reach its function under the fields' names.

    The options stand before the command's last own one. The model is imported when they are first asked for: the list
    of commands does without it.

    Args:
        skipped: names of fields without an option.
    """

    def __init__(self, *args: Any, skipped: Collection[str] = (), **kwargs: Any) -> None:
        self._skipped, self._made = skipped, False
        super().__init__(*args, **kwargs)

    @property
    def params(self) -> list[click.Parameter]:
        """The command's own parameters and those of the fields."""
        if not self._made:
            self._made = True
            self._params[-1:-1] = _options(self._skipped)
        return self._params

    @params.setter
    def params(self, own: list[click.Parameter]) -> None:
        self._params = own


class _Day(DateParam):
    """A trade date; an empty text takes the field back to its default."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        day = super().convert(value, param, ctx) if value != "" else value
        return str(day)


def _options(skipped: Collection[str]) -> list[click.Option]:
    from g4qc_core.backtest.specs.spec_fields import spec_fields

    return [_option(field) for field in spec_fields() if field.name not in skipped]


def _option(field: SpecField) -> click.Option:
    help_text = f"{field.description}."
    if field.kind == "parameters":
        return click.Option(
            ["--param", "parameters"],
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter of the strategy; repeatable.",
        )
    if field.kind == "date":
        return click.Option([field.option, field.name], type=_Day(), help=help_text)
    names = [field.option, "--rule"] if field.name == "roll" else [field.option]
    if field.choices and len(field.choices) <= _SHORT:
        return click.Option([*names, field.name], type=click.Choice(field.choices), help=help_text)
    if field.choices:
        help_text = f"{field.description}: {', '.join(field.choices)}."
    number = "NUMBER" if field.kind in ("money", "integer") else None
    return click.Option([*names, field.name], metavar=number, help=help_text)
