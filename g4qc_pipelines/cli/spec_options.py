"""Options for the fields of a backtest spec, one per field, generated from the model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import click

from g4qc_pipelines.cli.options import DateParam

if TYPE_CHECKING:
    from g4qc_core.backtest.specs.spec_fields import SpecField

_SHORT = 3


class LateCommand(click.Command):
    """A command with further options, made on first use from a model that the list of commands does not need.

    They precede the command's last own option; its function receives them under the fields' names.
    """

    _made = False

    @abstractmethod
    def late_options(self) -> Sequence[click.Option]:
        """Return the further options."""

    @property
    def params(self) -> list[click.Parameter]:
        """The command's own parameters and the further options."""
        if not self._made:
            self._made = True
            self._params[-1:-1] = self.late_options()
        return self._params

    @params.setter
    def params(self, own: list[click.Parameter]) -> None:
        """Set the command's own parameters."""
        self._params = own


class SpecCommand(LateCommand):
    """A command with an option for each field of a backtest spec.

    Args:
        skipped: names of fields without an option.
    """

    def __init__(self, *args: Any, skipped: Collection[str] = (), **kwargs: Any) -> None:
        self._skipped = skipped
        super().__init__(*args, **kwargs)

    def late_options(self) -> Sequence[click.Option]:
        """Return an option for each field."""
        from g4qc_core.backtest.specs.spec_fields import spec_fields

        return [_option(field) for field in spec_fields() if field.name not in self._skipped]


class SpecDay(DateParam):
    """A trade date; an empty text resets the field to its default."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to a date in ISO form."""
        day = super().convert(value, param, ctx) if value != "" else value
        return str(day)


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
        return click.Option([field.option, field.name], type=SpecDay(), help=help_text)
    names = [field.option, "--rule"] if field.name == "roll" else [field.option]
    if field.choices and len(field.choices) <= _SHORT:
        return click.Option([*names, field.name], type=click.Choice(field.choices), help=help_text)
    if field.choices:
        help_text = f"{field.description}: {', '.join(field.choices)}."
    number = "NUMBER" if field.kind in ("money", "integer") else None
    return click.Option([*names, field.name], metavar=number, help=help_text)
