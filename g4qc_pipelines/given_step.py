"""The step that this process was given by a broker, which may give it to another process, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class GivenStep:
    """A step of a run.

    Attributes:
        run: id of the run.
        step: key of the step.
    """

    run: str
    step: str


_given: list[GivenStep] = []


@contextmanager
def executing(step: GivenStep) -> Iterator[None]:
    """Say within the block that this process executes a step that others may be given, too."""
    _given.append(step)
    try:
        yield
    finally:
        _given.remove(step)


def given_step(run: str) -> str | None:
    """Return the key of the step of a run that this process was given; None outside of `executing`."""
    return next((one.step for one in reversed(_given) if one.run == run), None)
