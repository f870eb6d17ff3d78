"""Output of commands: progress on the error stream, tables on the standard output.

On a terminal, progress is a moving bar; elsewhere it is one line per step, which suits a log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def echo_json(value: object) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(value, indent=2, default=str))


def wide_console(width: int) -> Console:
    """Return the standard output for tables; when piped, they keep `width` columns instead of 80."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, width)
    return console


@contextmanager
def steps(total: int) -> Iterator[None]:
    """Show each step of runs in this process as it begins, out of `total`."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    from g4qc_pipelines.run_progress import listening

    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<52}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("", total=total)
        begun = 0

        def listener(step: str, message: str) -> None:
            nonlocal begun
            if message:
                console.print(f"  [dim]{step:<16}[/dim] {escape(message)}", highlight=False, soft_wrap=True)
                return
            progress.update(task, description=step, completed=begun)
            begun += 1

        with listening(listener):
            yield
