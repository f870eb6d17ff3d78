"""Interrupts that fall into a callback of the garbage collector or of C code, where Python drops every exception.

A person who presses Ctrl-C or cancels a run is then not heard. The interrupt is sent again until one arrives.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

_MOMENT = 0.05  # seconds


def send_lost_interrupts_again() -> None:
    """Send an interrupt of this process again whenever Python drops the exception that it raised."""
    before = sys.unraisablehook

    def again(dropped: Any) -> None:
        # KeyboardInterrupt, and what a library raises in its place.
        if issubclass(dropped.exc_type, Exception | GeneratorExit | SystemExit):
            before(dropped)
        else:
            # From another thread and a moment later, so that the callback is over.
            timer = threading.Timer(_MOMENT, os.kill, (os.getpid(), signal.SIGINT))
            timer.daemon = True
            timer.start()

    sys.unraisablehook = again
