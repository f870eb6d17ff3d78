"""One split of sessions, and the rule that keeps training and test apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.sentences import counted


@dataclass(frozen=True, eq=False)
class SessionSplit:
    """Sessions of a choice, and sessions of its test.

    Attributes:
        train: places of the sessions on which the choice is made, ascending.
        tests: places of the sessions of each part of the test, ascending; each part is one run of sessions.
    """

    train: np.ndarray
    tests: tuple[np.ndarray, ...]

    @property
    def test(self) -> np.ndarray:
        """Places of all sessions of the test, ascending."""
        return np.sort(np.concatenate(self.tests))


@dataclass(frozen=True)
class SplitGap:
    """Sessions that are left out between training and test.

    Attributes:
        purge: sessions left out on both sides of a test, because what is decided in one reaches into the other: at
            least as many as a position is held.
        embargo: further sessions left out after a test, because markets remember.
    """

    purge: int = 0
    embargo: int = 0

    def __post_init__(self) -> None:
        if self.purge < 0 or self.embargo < 0:
            raise UsageError("The number of sessions between training and test is not negative.")

    def split(self, sessions: int, tests: list[np.ndarray]) -> SessionSplit:
        """Return the split with these tests, trained on all sessions that the gap leaves.

        Raises:
            UsageError: no session is left.
        """
        train = np.ones(sessions, dtype=bool)
        for test in tests:
            first, last = int(test[0]), int(test[-1])
            train[max(0, first - self.purge) : last + 1 + self.purge + self.embargo] = False
        if not train.any():
            raise UsageError("No session is left for training: take fewer tests, or leave out fewer sessions.")
        return SessionSplit(np.flatnonzero(train), tuple(tests))


def equal_parts(sessions: int, parts: int) -> list[np.ndarray]:
    """Cut sessions into runs of equal length; the first ones have one more where they do not divide evenly.

    Raises:
        UsageError: fewer sessions than parts, or fewer than two parts.
    """
    if not 2 <= parts <= sessions:
        words = f"{counted(sessions, 'session')} cannot be cut into {parts} parts"
        raise UsageError(f"{words}: take at least two parts and no more than sessions.")
    return np.array_split(np.arange(sessions), parts)
