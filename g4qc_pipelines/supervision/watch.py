"""The watch of `g4qc up`: restarts a part that exited, or ends the command."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from g4qc_core.errors import G4qcError

_LOOK_SECONDS = 0.5
_STARTS = 5
_WITHIN_SECONDS = 600.0


class Kept:
    """A part that is restarted when it exits or hangs, at most five times in ten minutes.

    Args:
        name: name on the screen.
        ended: function that describes how the part ended; returns None while it runs.
        start: function that starts it again.
        advice: advice for a part that exits too often.
        clock: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        name: str,
        ended: Callable[[], str | None],
        start: Callable[[], None],
        advice: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._name, self._ended, self._start, self._advice = name, ended, start, advice
        self._starts: list[float] = []
        self._not_before = 0.0

    def look(self) -> None:
        """Restart the part if it exited or hangs; a start that fails is tried again later.

        Raises:
            G4qcError: it exited too often, or does not start.
        """
        how, now = self._ended(), self._clock()
        if how is None or now < self._not_before:
            return
        self._starts = [at for at in self._starts if now - at < _WITHIN_SECONDS]
        if len(self._starts) >= _STARTS:
            raise G4qcError(
                f"The {self._name} ended {_STARTS + 1} times within {_WITHIN_SECONDS / 60:.0f} minutes ({how}): "
                f"{self._advice}."
            )
        self._starts.append(now)
        click.echo(f"The {self._name} {how}: it is started again ...")
        try:
            self._start()
        except G4qcError as error:
            self._not_before = self._clock() + 2.0 ** len(self._starts)
            click.echo(f"The {self._name} does not start: {error}")
            return
        click.echo(f"The {self._name} is back after {self._clock() - now:.1f} s.")


def watch(kept: list[Kept], children: Mapping[str, subprocess.Popen[str]], log: Path) -> None:
    """Watch all parts until one exits that cannot be restarted.

    Raises:
        G4qcError: a part exited; the text names it, how it ended, and where its last output is.
    """
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                raise G4qcError(
                    f"Dagster's {name} {how_it_ended(child.returncode)}: its last words are in {log}. Start `g4qc up` "
                    "again."
                )
        for part in kept:
            part.look()
        time.sleep(_LOOK_SECONDS)


def how_it_ended(code: int) -> str:
    """Describe an exit code in words, including the guard's, which reports signals as a shell does.

    >>> how_it_ended(137), how_it_ended(1)
    ('was killed (SIGKILL)', 'ended by itself with exit code 1')
    """
    number = -code if code < 0 else code - 128
    if number in {one.value for one in signal.Signals}:
        return f"was killed ({signal.Signals(number).name})"
    return f"ended by itself with exit code {code}"
