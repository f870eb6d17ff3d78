"""How the sessions of a history are cut into windows, each a training and the test that follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from g4qc_core.errors import UsageError
from g4qc_core.research.splits.walk_forward import walk_forward
from g4qc_core.sentences import counted

DEFAULT_WINDOWS = 10
TRAINING_TESTS = 3
"""Length of a training in tests, if only the number of windows is given."""


@dataclass(frozen=True)
class PlannedWindow:
    """One window; places count the sessions of the history from 0.

    Attributes:
        number: from 1.
        train: first and last place of the training.
        test: first and last place of the test.
        train_days: their trade dates.
        test_days: their trade dates.
    """

    number: int
    train: tuple[int, int]
    test: tuple[int, int]
    train_days: tuple[date, date]
    test_days: tuple[date, date]

    @property
    def train_sessions(self) -> int:
        """Sessions of the training."""
        return self.train[1] - self.train[0] + 1

    @property
    def test_sessions(self) -> int:
        """Sessions of the test."""
        return self.test[1] - self.test[0] + 1


@dataclass(frozen=True)
class WindowLengths:
    """What is said about the lengths of windows, in sessions; what is None is derived.

    Attributes:
        anchored: every training begins with the first session of the first one.
        train: of each training; of the first one if anchored.
        test: of each test.
        windows: how many.
        step: from one test to the next.
    """

    anchored: bool = False
    train: int | None = None
    test: int | None = None
    windows: int | None = None
    step: int | None = None

    def plan(self, days: Sequence[date], purge: int) -> list[PlannedWindow]:
        """Return the windows, the earliest first; the last test ends with the last session that fills it.

        Without `windows` the first training begins with the first session. With it, the windows are the newest ones.

        Args:
            days: trade dates of the sessions, ascending.
            purge: sessions left out between a training and its test.

        Raises:
            UsageError: fewer sessions than the windows need, or a training that is not longer than its purge.
        """
        train, test, windows = self._derived(len(days), purge)
        if train <= purge:
            raise UsageError(
                f"train: a training of {counted(train, 'session')} is not longer than its purge of {purge:,}: widen "
                "it, or purge fewer sessions."
            )
        step = test if self.step is None else self.step
        needed = train + purge + test + step * (windows - 1 if windows else 0)
        if len(days) < needed:
            wanted = "one window needs" if not windows or windows == 1 else f"{windows:,} windows need"
            raise UsageError(
                f"windows: {wanted} {counted(needed, 'session')} (training {train:,}, purge {purge:,}, "
                f"test {test:,}) and the bars have {len(days):,}: extract more, or take shorter or fewer windows."
            )
        skipped = len(days) - needed if windows and not self.anchored else 0
        splits = walk_forward(len(days) - skipped, train, test, step=step, anchored=self.anchored, purge=purge)
        if windows:
            splits = splits[-windows:]
        return [
            PlannedWindow(
                number,
                (int(split.train[0]) + skipped, int(split.train[-1]) + skipped),
                (int(split.test[0]) + skipped, int(split.test[-1]) + skipped),
                (days[split.train[0] + skipped], days[split.train[-1] + skipped]),
                (days[split.test[0] + skipped], days[split.test[-1] + skipped]),
            )
            for number, split in enumerate(splits, start=1)
        ]

    def _derived(self, sessions: int, purge: int) -> tuple[int, int, int | None]:
        """Return the sessions of training and test, and the number of windows; None: all that fit."""
        if self.test is not None:
            return self.train or TRAINING_TESTS * self.test, self.test, self.windows
        if self.step is not None:
            raise UsageError("step: say the sessions of a test too, because the step is not shorter than a test.")
        windows, left = self.windows or DEFAULT_WINDOWS, sessions - purge
        parts = windows + (TRAINING_TESTS if self.train is None else 0)
        test = (left - (self.train or 0)) // parts
        if test < 1:
            raise UsageError(
                f"windows: {counted(sessions, 'session is', 'sessions are')} too few for {windows:,} windows: extract "
                "more sessions, or take fewer windows."
            )
        # What does not divide evenly makes the training longer.
        return self.train or left - test * windows, test, windows
