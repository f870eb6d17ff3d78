"""An interrupt that falls into a callback, where Python drops exceptions, still ends what runs."""

from __future__ import annotations

import os
import signal
import sys
import time
import weakref
from collections.abc import Iterator

import pytest

from g4qc_pipelines.supervision.lost_interrupts import send_lost_interrupts_again


class Thing:
    """Something that a weak reference may refer to."""


@pytest.fixture(autouse=True)
def hook() -> Iterator[None]:
    before, handler = sys.unraisablehook, signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    sys.unraisablehook = before
    signal.signal(signal.SIGINT, handler)


def interrupted_in_a_callback() -> None:
    """Die as an object whose callback is interrupted."""
    thing = Thing()
    kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
    del thing
    assert kept() is None
    for _ in range(6000):
        time.sleep(0.01)


def test_an_interrupt_in_a_callback_is_raised_after_it() -> None:
    send_lost_interrupts_again()
    with pytest.raises(KeyboardInterrupt):
        interrupted_in_a_callback()


def test_another_error_in_a_callback_is_reported_as_ever() -> None:
    reported: list[type] = []
    sys.unraisablehook = lambda dropped: reported.append(dropped.exc_type)
    send_lost_interrupts_again()
    thing = Thing()
    kept = weakref.ref(thing, lambda _: 1 / 0)
    del thing
    assert kept() is None
    assert reported == [ZeroDivisionError]
