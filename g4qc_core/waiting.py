"""Waiting for something outside this process, with a deadline and progress messages."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from g4qc_core.errors import TransientError

_log = logging.getLogger(__name__)
_TELL_AFTER = 3.0
_TELL_AGAIN = 30.0


class Wait:
    """One wait in short steps, which reports progress after a few seconds and then twice a minute.

    Args:
        what: a sentence about the thing to wait for, without its end.
        seconds: deadline in seconds.
        failure: type of the error at the deadline.
        tell: receives the progress messages; default: the log, which a command shows on the screen.
    """

    def __init__(
        self,
        what: str,
        seconds: float,
        failure: type[TransientError],
        tell: Callable[[str], None] = _log.warning,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._what, self._seconds, self._failure, self._tell = what, seconds, failure, tell
        self._clock, self._sleep = clock, sleep
        self._began = clock()
        self._tell_at = _TELL_AFTER

    def pause(self, advice: str, seconds: float = 0.1) -> None:
        """Sleep for a moment.

        Args:
            advice: what the user can do if the wait lasts too long; the end of the error's sentence.
            seconds: length of the pause.

        Raises:
            TransientError: the deadline has passed; the error has the given type.
        """
        waited = self._clock() - self._began
        if waited >= self._seconds:
            raise self._failure(f"{self._what}, and has not ended within {self._seconds:.0f} s: {advice}.")
        if waited >= self._tell_at:
            self._tell(f"{self._what}: waiting for it, up to {self._seconds - waited:.0f} s more.")
            self._tell_at = waited + _TELL_AGAIN
        self._sleep(seconds)
