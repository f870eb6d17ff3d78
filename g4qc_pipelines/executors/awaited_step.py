"""A step that was handed to Celery, as the run awaits it: through outages of the broker, and past workers that die.

Dagster's own loop ends the run at the first question that the broker does not answer, and waits for ever for a worker
that was killed. Here an outage may last for minutes, and a step whose process is gone is handed out again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from g4qc_core.errors import G4qcError
from g4qc_core.storage.server.lease import gone
from g4qc_core.storage.stores import Stores

_OUTAGE = (OSError, OperationalError, RedisError)
_OUTAGE_SECONDS = 300.0
_LOOK_SECONDS = 10.0
_MOST_TIMES = 3


class Handed(Protocol):
    """The result of a task, as Celery has it."""

    def ready(self) -> bool:
        """Return whether the task has ended."""

    def get(self) -> Any:
        """Return what the task returned."""

    def revoke(self) -> None:
        """Take the task back from workers that have not begun it."""


class StepLost(Exception):
    """The worker of a step was lost again and again."""


@dataclass
class AwaitedStep:
    """A step of a run that workers execute.

    Attributes:
        run: id of the run.
        step: key of the step.
        hand_out: hands the step to the broker.
        remark: tells the run's log.
        stores: of the rights to write, which name the process that has the step.
    """

    run: str
    step: str
    hand_out: Callable[[], Handed]
    remark: Callable[[str], None]
    stores: Stores

    def __post_init__(self) -> None:
        self._handed = self.hand_out()
        self._times = 1
        self._away_since: float | None = None
        self._suspect: int | None = None
        self._next_look = time.monotonic() + _LOOK_SECONDS

    def ready(self) -> bool:
        """Return whether the step has ended; hand it out again if the process that had it is gone.

        Raises:
            StepLost: three processes were lost one after the other.
        """
        try:
            ended = bool(self._handed.ready())
            self._away_since = None
        except _OUTAGE as error:
            self._broker_away(error)
            return False
        if not ended and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + _LOOK_SECONDS
            with suppress(G4qcError):  # the database is away: the next look tells
                self._look()
        return ended

    def get(self) -> Any:
        """Return the events of the step, serialized; raise what the worker raised."""
        return self._handed.get()

    def revoke(self) -> None:
        """Take the step back from workers that have not begun it."""
        with suppress(*_OUTAGE):
            self._handed.revoke()

    def _broker_away(self, error: Exception) -> None:
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            self.remark(f"The broker does not answer ({_words(error)}): the step is awaited for up to 5 minutes.")
        if now - self._away_since > _OUTAGE_SECONDS:
            raise error

    def _look(self) -> None:
        """Hand the step out again if its process was gone at the last look as well and left no result."""
        holder = self.stores.rights.holder(self.run, self.step)
        if holder is None or not gone(self.stores.database, {holder.lease}):
            self._suspect = None
        elif self._suspect != holder.token:
            self._suspect = holder.token
        elif not self._handed.ready():
            self._again()

    def _again(self) -> None:
        if self._times >= _MOST_TIMES:
            raise StepLost(
                f"The process of the step {self.step} was lost {self._times} times: look at the memory of the workers' "
                "machines, then run it again."
            )
        self._times, self._suspect = self._times + 1, None
        self.remark("The process of the step is gone: the step is given to another one.")
        self.revoke()
        self._handed = self.hand_out()


def _words(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
