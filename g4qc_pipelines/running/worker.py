"""The process of one run: reports why it ended when the database could not store it, and ends with its code server."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

import dagster as dg
from dagster import deserialize_value

from g4qc_pipelines.dagster_private.grpc import ExecuteExternalJobArgs
from g4qc_pipelines.dagster_private.grpc_server import ReconstructableJob, start_run_in_subprocess
from g4qc_pipelines.instance.orphans import leased
from g4qc_pipelines.running.one_run import serve_one_run
from g4qc_pipelines.supervision.lost_interrupts import send_lost_interrupts_again

_STOP_SECONDS = 15.0
_LOOK_SECONDS = 1.0


def run_worker(request: str, job: ReconstructableJob, queue: Any, stop: Any, words: Connection) -> None:
    """Execute a run in this process.

    Args:
        request: Dagster's request, serialized.
        job: the job of the run.
        queue: receives Dagster's first message when the run begins.
        stop: the event by which the code server interrupts the run.
        words: receives one sentence when the run ends with an error that could not be stored.
    """
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    serve_one_run()
    send_lost_interrupts_again()
    try:
        asked = deserialize_value(request, ExecuteExternalJobArgs)
        assert asked.instance_ref is not None
        with dg.DagsterInstance.from_ref(asked.instance_ref) as instance, leased(instance) as tags:
            instance.add_run_tags(asked.run_id, tags)
            start_run_in_subprocess(request, job, queue, stop)
    except Exception as error:
        words.send(last_words(error))
        raise


def last_words(error: BaseException) -> str:
    """Return the first line of the innermost cause."""
    while (inner := error.__cause__ or getattr(error, "orig", None)) is not None:
        error = inner
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def _end_with_parent() -> None:
    """Interrupt this process when its code server or the process that made it is gone, and end it if that fails.

    A run that outlives its code server would be counted as dead, and other processes would start it a second time. The
    end of a fork of the warm parent is reported by that parent only.
    """
    server, maker = multiprocessing.parent_process(), os.getppid()
    if server is None:
        return
    while server.is_alive() and os.getppid() == maker:
        server.join(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_STOP_SECONDS)
    os._exit(1)
