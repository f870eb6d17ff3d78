"""Dagster's daemon, with a clock watch.

    python -m g4qc_pipelines.running.daemon -w WORKSPACE

takes the options of `dagster-daemon run`. When the clock of the machine goes back, the process restarts itself in
place: threads of Dagster wait by that clock, and would be idle until it has caught up.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time

import dagster as dg

from g4qc_pipelines.dagster_private.daemon_controller import run_command
from g4qc_pipelines.running.clock_watch import Steps, mend_future

_LOOK_SECONDS = 5.0
_MEND_EVERY = 6  # looks

_log = logging.getLogger("dagster.daemon.clock")


def main(arguments: list[str]) -> None:
    """Run the daemons until interrupted."""
    _tried()
    threading.Thread(target=_watch, args=[arguments], name="clock", daemon=True).start()
    run_command(arguments, standalone_mode=True)


def _watch(arguments: list[str]) -> None:
    steps, looks = Steps(time.time(), time.monotonic()), 0
    while True:
        time.sleep(_LOOK_SECONDS)
        looks += 1
        if gone_back := steps.back(time.time(), time.monotonic()):
            _log.warning("The clock went back by %.0f s: the daemon begins again.", gone_back)
            os.execv(sys.executable, [sys.executable, "-m", "g4qc_pipelines.running.daemon", *arguments])
        if looks % _MEND_EVERY == 0:
            _tried()


def _tried() -> None:
    """Reset instants in the future; if the database is away, the next look tries again."""
    try:
        with dg.DagsterInstance.get() as instance:
            if mended := mend_future(instance, time.time()):
                _log.warning("The clock was ahead: set right %s.", ", ".join(mended))
    except Exception as error:  # noqa: BLE001 - the watch must outlive every outage of the database
        _log.warning("The instants of sensors and schedules could not be read (%s).", type(error).__name__)


if __name__ == "__main__":
    main(sys.argv[1:])
