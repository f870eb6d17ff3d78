"""The progress of a backup, a restore or a move: a bar of rows on a terminal, lines in a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn


class TransferBar:
    """A `TransferProgress` on the error stream."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress, self._console = progress, console
        self._task: TaskID = progress.add_task("", total=None)
        self._said = ""

    def expect(self, rows: int) -> None:
        """See `TransferProgress`."""
        self._progress.update(self._task, total=rows)

    def step(self, words: str) -> None:
        """See `TransferProgress`."""
        self._progress.update(self._task, description=words)
        if not self._console.is_terminal and words != self._said:
            self._console.print(f"  {words}", highlight=False, markup=False)
        self._said = words

    def add(self, rows: int) -> None:
        """See `TransferProgress`."""
        self._progress.advance(self._task, rows)


@contextmanager
def transfer_bar() -> Iterator[TransferBar]:
    """Show the bar until the block ends."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<36}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield TransferBar(progress, console)
