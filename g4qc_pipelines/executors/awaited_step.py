"""A step that was handed to Celery, as the run awaits it: through outages of the broker, and past what it loses.

Dagster's own loop ends the run at the first question that the broker does not answer, and waits for ever for a worker
that was killed and for a message that is lost. Here an outage may last for minutes, and a step that nobody has is
handed out again.
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
_LONELY_SECONDS = 30.0
_MOST_TIMES = 3


class Handed(Protocol):
    """The result of a task, as Celery has it."""

    id: str

    def ready(self) -> bool:
        """Return whether the task has ended."""

    def get(self) -> Any:
        """Return what the task returned."""

    def revoke(self) -> None:
        """Take the task back from workers that have not begun it."""


class Messages(Protocol):
    """The messages of the broker."""

    def lost(self, task: str) -> bool:
        """Return whether the message of a task neither waits nor is with a living worker."""

    def workers(self) -> int:
        """Return how many workers answer."""


class StepLost(Exception):
    """A step was lost again and again."""


@dataclass
class AwaitedStep:
    """A step of a run that workers execute.

    Attributes:
        run: id of the run.
        step: key of the step.
        hand_out: hands the step to the broker.
        remark: tells the run's log.
        stores: of the rights to write, which name the process that has the step.
        messages: of the broker.
    """

    run: str
    step: str
    hand_out: Callable[[], Handed]
    remark: Callable[[str], None]
    stores: Stores
    messages: Messages

    def __post_init__(self) -> None:
        self._handed: Handed | None = None
        self._times = 0
        self._away_since: float | None = None
        self._suspect: int | None = None
        self._begun = self._told_lonely = False
        self._next_look = time.monotonic() + _LOOK_SECONDS
        self._since = time.monotonic()
        with suppress(*_OUTAGE):  # `ready` tries again
            self._give()

    def ready(self) -> bool:
        """Return whether the step has ended; hand it out again if nobody has it.

        Raises:
            StepLost: it was lost three times.
        """
        try:
            if self._handed is None:
                self._give()
            assert self._handed is not None
            ended = bool(self._handed.ready())
            if not ended and time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + _LOOK_SECONDS
                with suppress(G4qcError):  # the database is away: the next look tells
                    self._look(self._handed)
            self._away_since = None
        except _OUTAGE as error:
            self._broker_away(error)
            return False
        return ended

    def get(self) -> Any:
        """Return the events of the step, serialized; raise what the worker raised."""
        assert self._handed is not None
        return self._handed.get()

    def revoke(self) -> None:
        """Take the step back from workers that have not begun it."""
        with suppress(*_OUTAGE):
            if self._handed is not None:
                self._handed.revoke()

    def _give(self) -> None:
        self._handed = self.hand_out()
        self._times += 1

    def _broker_away(self, error: Exception) -> None:
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            self.remark(f"The broker does not answer ({_words(error)}): the step is awaited for up to 5 minutes.")
        if now - self._away_since > _OUTAGE_SECONDS:
            raise error

    def _look(self, handed: Handed) -> None:
        """Hand the step out again if nobody had it at the last look either and it left no result."""
        holder = self.stores.rights.holder(self.run, self.step)
        token = 0 if holder is None else holder.token
        if holder is not None and not gone(self.stores.database, {holder.lease}):
            self._suspect = None
        elif not self.messages.lost(handed.id):
            self._suspect = None
            self._tell_lonely()
        elif self._suspect != token:
            self._suspect = token
        elif not handed.ready():
            self._again("The process of the step is gone" if token else "The broker has lost the step")

    def _again(self, why: str) -> None:
        if self._times >= _MOST_TIMES:
            raise StepLost(
                f"{why}, for the third time ({self.step}): look at the memory of the workers' machines and at the log "
                "of the broker, then run it again."
            )
        self._suspect = None
        self.remark(f"{why}: the step is given to another one.")
        self.revoke()
        self._handed = None
        self._give()

    def _tell_lonely(self) -> None:
        """Tell once that nobody is there to begin the step."""
        if self._told_lonely or time.monotonic() - self._since < _LONELY_SECONDS:
            return
        self._told_lonely = True
        if self.messages.workers() == 0:
            self.remark("No worker answers: the step waits until one is started with `g4qc worker`.")


def _words(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
