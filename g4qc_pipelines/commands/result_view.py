"""A backtest's result on the terminal: its figures and all its notes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from g4qc_core.backtest.result import BacktestResult
from g4qc_core.research.overfitting.result_worth import ResultWorth

_WIDTH = 118
_NAMES = 3


def print_result(result: BacktestResult, report: Path, worth: ResultWorth) -> None:
    """Print the figures of a result, what it is worth, its notes, its id and the file of its report."""
    from g4qc_core.backtest.tear_sheet.report import figure, label

    for name in result.metrics:
        click.echo(f"{label(name):<24}{figure(name, result.metrics):>16}")
    print_worth(worth)
    print_notes({"": result.notes})
    click.echo(f"\nResult {result.id[:8]}, to be named, tagged or deleted by `g4qc results`\nReport {report}")


def print_worth(worth: ResultWorth) -> None:
    """Print what all trials of the strategy leave of a result."""
    click.echo(f"\nWorth\n{textwrap.fill(worth.words, _WIDTH)}")
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
