"""Walk-forward splits: each test follows its training in time, as in trading."""

from __future__ import annotations

import numpy as np

from g4qc_core.errors import UsageError
from g4qc_core.research.splits.session_split import SessionSplit
from g4qc_core.sentences import counted


def walk_forward(
    sessions: int, train: int, test: int, *, step: int | None = None, anchored: bool = False, purge: int = 0
) -> list[SessionSplit]:
    """Return the splits, the earliest first; the last test ends with the last session that fills it.

    Args:
        sessions: number of sessions.
        train: sessions of each training; of the first one if `anchored`.
        test: sessions of each test.
        step: sessions from one test to the next; None: `test`, so that tests follow each other without a hole.
        anchored: every training begins with the first session, and so grows; otherwise it rolls.
        purge: sessions left out between training and test.

    Raises:
        UsageError: a number that is not positive, or too few sessions for one split.
    """
    step = test if step is None else step
    if min(train, test, step) < 1 or purge < 0:
        raise UsageError("Training, test and step have at least one session, and the gap is not negative.")
    if sessions < train + purge + test:
        raise UsageError(
            f"{counted(sessions, 'session is', 'sessions are')} too few: training, gap and test take "
            f"{train + purge + test:,}."
        )
    found = []
    for start in range(train + purge, sessions - test + 1, step):
        end = start - purge
        first = 0 if anchored else end - train
        found.append(SessionSplit(np.arange(first, end), (np.arange(start, start + test),)))
    return found
