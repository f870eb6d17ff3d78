"""A backtest's result on the terminal: its figures and all its notes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.research.overfitting.result_worth import ResultWorth
from g4qc_core.services.report_file import ReportFile

if TYPE_CHECKING:
    from g4qc_core.backtest.result_card import CardRow

_WIDTH = 118
_NAMES = 3


def print_result(result: BacktestResult, report: ReportFile, worth: ResultWorth) -> None:
    """Print the figures of a result, what it is worth, its notes, its id and the file of its report."""
    print_figures(result.metrics)
    print_worth(worth)
    print_notes({"": result.notes})
    click.echo(f"\nResult {result.id[:8]}, to be named, tagged or deleted by `g4qc backtests`\nReport {report}")


def print_figures(metrics: Mapping[str, Any]) -> None:
    """Print the figures of a result under the headings of their definitions."""
    from g4qc_core.backtest.metrics import DEFINITIONS
    from g4qc_core.backtest.tear_sheet.report import figure, label

    known = [name for name in DEFINITIONS if name in metrics]
    heading = ""
    for name in [*known, *(name for name in metrics if name not in DEFINITIONS)]:
        group = DEFINITIONS[name].group if name in DEFINITIONS else "other"
        if group != heading:
            click.echo(f"{'' if not heading else chr(10)}{group.capitalize()}")
            heading = group
        click.echo(f"  {label(name):<28}{figure(name, metrics):>16}")


def print_card(rows: Sequence[CardRow]) -> None:
    """Print what a result was made of."""
    click.echo("\nCard")
    for row in rows:
        words = f"{row.name:<34} {row.value}"
        click.echo(textwrap.fill(words, _WIDTH, initial_indent="  ", subsequent_indent=" " * 37))


def print_worth(worth: ResultWorth) -> None:
    """Print what all trials of the strategy leave of a result."""
    # A number is not parted from its sign.
    words = textwrap.fill(worth.words.replace(" %", "\u00a0%"), _WIDTH).replace("\u00a0", " ")
    click.echo(f"\nWorth\n{words}")
    for row in worth.rows:
        click.echo(f"{row.label:<32}{row.value}")


def print_notes(notes: Mapping[str, Sequence[str]]) -> None:
    """Print the notes of one or several results, each once.

    Args:
        notes: notes by the name of their result; a note that only some results have is printed with their names.
    """
    named: dict[str, list[str]] = {}
    for name, texts in notes.items():
        for text in texts:
            named.setdefault(text, []).append(name)
    if not named:
        return
    click.echo("\nNotes")
    for text, names in named.items():
        some = ", ".join(names) if len(names) <= _NAMES else f"{len(names)} of {len(notes)} results"
        words = text if len(names) == len(notes) else f"{some}: {text}"
        click.echo(textwrap.fill(words, _WIDTH, initial_indent="- ", subsequent_indent="  "))
