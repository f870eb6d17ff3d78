"""Options for the fields of a backtest spec, one per field, generated from the model."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from g4qc_pipelines.cli.options import DateParam

if TYPE_CHECKING:
    from g4qc_core.backtest.specs.spec_fields import SpecField

_SHORT = 3


class SpecCommand(click.Command):
    """A command with an option for each field of a spec; its function receives them under the fields' names.

    The options precede the command's last own option. The model is imported on first use, which the list of commands
    does not need.

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
        """Set the command's own parameters."""
        self._params = own


class _Day(DateParam):
    """A trade date; an empty text resets the field to its default."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to a date in ISO form."""
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
