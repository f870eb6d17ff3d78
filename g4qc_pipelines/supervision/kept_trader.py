"""The trader of `g4qc up --trade`: started again after a pause when it fails, left alone once a person stopped it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import click

from g4qc_core.settings import Settings
from g4qc_pipelines.supervision.processes import process
from g4qc_pipelines.supervision.watch import Kept, how_it_ended

TRADER_LOG = "trader.log"

_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
_HEALTHY_SECONDS = 600.0
_COMMAND = (sys.executable, "-m", "g4qc_pipelines.cli", "trade", "start")


class KeptTrader(Kept):
    """The process of a trader. It never ends `g4qc up`: bars and results are served without it.

    Args:
        settings: of the home, where its log is.
        environment: settings by which it finds database and gateway.
        stack: ends its process.
        command: replaced in tests.
        clock: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        stack: ExitStack,
        command: tuple[str, ...] = _COMMAND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = settings.home / TRADER_LOG
        self._environment, self._stack, self._command, self._now = environment, stack, command, clock
        self._pause, self._again = _FIRST_PAUSE, 0.0
        self._told = False
        self._begin()

    def look(self) -> None:
        """Say how the trader ended, and start it again after a pause, which doubles up to five minutes."""
        code = self._child.poll()
        if code is None:
            if self._now() - self._begun > _HEALTHY_SECONDS:
                self._pause = _FIRST_PAUSE
        elif not self._told:
            self._told = True
            if code == 0:
                click.echo("The trader was stopped. Start `g4qc up --trade` or `g4qc trade start` to trade again.")
                return
            click.echo(
                f"The trader {how_it_ended(code)}: its last words are in {self._log}. It is started again in "
                f"{self._pause:.0f} s."
            )
            self._again = self._now() + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        elif code != 0 and self._now() >= self._again:
            self._stack.close()
            self._begin()

    def _begin(self) -> None:
        self._told, self._begun = False, self._now()
        self._child = self._stack.enter_context(process(list(self._command), self._environment, self._log))


@contextmanager
def kept_trader(settings: Settings, environment: Mapping[str, str]) -> Iterator[KeptTrader]:
    """Yield a trader whose process is started again when it fails."""
    with ExitStack() as stack:
        yield KeptTrader(settings, environment, stack)
