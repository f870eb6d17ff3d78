"""Progress of research in this process: on a terminal a moving bar, elsewhere a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from g4qc_core.services.research.progressing import Event, Progressing

# Seconds between two lines where there is no terminal.
_LINE_AFTER = 10.0


def follow(events: Iterator[Event], in_words: Callable[[Event], str], first: str = "") -> None:
    """Show each event on the error stream.

    Args:
        events: of the work, which runs while they are read.
        in_words: one line about an event.
        first: a stage that begins without a line of its own.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console, in_words) as show:
            for event in events:
                show(event)
        return
    told, stage = time.monotonic(), first
    for event in events:
        if event.stage != stage or time.monotonic() - told > _LINE_AFTER:
            told, stage = time.monotonic(), event.stage
            click.echo(f"  {in_words(event)}", err=True)


@contextmanager
def _bar(console: Console, in_words: Callable[[Any], str]) -> Iterator[Callable[[Progressing], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(event: Progressing) -> None:
            progress.update(task, description=escape(in_words(event)), completed=event.done, total=event.planned)

        yield show
