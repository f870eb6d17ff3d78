"""Progress of a run in this process: one line for each step, read from Dagster's log records."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import dagster as dg

from g4qc_pipelines.failures import retried, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

Listener = Callable[[str, str], None]

# Dagster builds its loggers itself: the handler finds the listener of the running command by context only.
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call the listener for each step of runs in this process within the block.

    The listener receives the step and a message, which is empty when the step starts.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


class _ProgressHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        listener = _listener.get()
        meta = getattr(record, "dagster_meta", None) or {}
        event = meta.get("dagster_event")
        if listener is None:
            return
        # Dagster's own errors repeat a failure for each later step; the command prints it once, at its end.
        if event is None and logging.INFO <= record.levelno < logging.ERROR:
            listener(meta.get("step_key") or "", str(meta.get("orig_message", record.getMessage())))
        elif event is not None and event.event_type_value == "STEP_START":
            listener(event.step_key, "")
        elif event is not None and event.event_type_value == "STEP_UP_FOR_RETRY":
            listener(event.step_key, retried(sentence(event)))


@dg.logger
def progress(_: dg.InitLoggerContext) -> logging.Logger:
    """Build the logger that `g4qc` commands select instead of Dagster's own output."""
    logger = logging.Logger("g4qc.progress", logging.DEBUG)
    logger.addHandler(_ProgressHandler())
    return logger
