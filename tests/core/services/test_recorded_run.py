"""A run of a study is recorded whatever happens, and does not run twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd
import pytest

from g4qc_core.errors import BacktestRefused, InUse
from g4qc_core.services.research.recorded_run import RecordedRun
from g4qc_core.services.research.study import StudyProgress
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores

FRAME = pd.DataFrame({"value": [1.0, 2.0]})


class Counting(RecordedRun):
    """Counts to two, and fails between if it is told to."""

    def __init__(self, stores: Stores, fails: bool = False) -> None:
        """Begin anew."""
        record = StudyRecord("a" * 32, "monte_carlo", "mine", {}, "v", "c", "running", datetime.now(UTC))
        super().__init__(record, "It counts.", stores)
        self.fails = fails

    def steps(self) -> Iterator[StudyProgress]:
        """Count."""
        yield StudyProgress("count", 1, 2, seconds=self.seconds)
        if self.fails:
            raise BacktestRefused("It fails.")
        self.complete({"sum": float("nan")}, {"values": FRAME})
        yield StudyProgress("count", 2, 2)


@pytest.fixture
def kept(database: Database) -> Stores:
    return Stores(database)


def test_a_run_is_stored_at_its_end_and_only_once(kept: Stores) -> None:
    run = Counting(kept)
    assert [one.done for one in run.events()] == [1, 2]
    assert run.record == kept.studies.find(run.record.id)
    assert (run.record.state, run.record.summary) == ("done", {"sum": None})
    pd.testing.assert_frame_equal(kept.studies.frame(run.record.id, "values"), FRAME)
    again = Counting(kept, fails=True)
    assert list(again.events()) == []
    assert again.record == run.record


def test_an_error_and_a_stop_are_kept_and_the_study_can_run_again(kept: Stores) -> None:
    failing = Counting(kept, fails=True)
    with pytest.raises(BacktestRefused, match="It fails"):
        list(failing.events())
    found = kept.studies.find(failing.record.id)
    assert found is not None
    assert (found.state, found.summary) == ("failed", {"failed": "It fails."})
    stopped = Counting(kept).events()
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]
    found = kept.studies.find(failing.record.id)
    assert found is not None
    assert (found.state, found.summary) == ("stopped", None)
    assert [one.done for one in Counting(kept).events()] == [1, 2]


def test_a_consumer_that_ends_after_the_last_step_leaves_a_study_that_is_done(kept: Stores) -> None:
    events = Counting(kept).events()
    next(events)
    next(events)
    events.close()  # type: ignore[attr-defined]
    found = kept.studies.find("a" * 32)
    assert found is not None
    assert found.state == "done"


def test_two_runs_of_one_study_do_not_run_at_once(kept: Stores) -> None:
    first = Counting(kept).events()
    next(first)
    with pytest.raises(InUse, match="The monte carlo mine is running in another process"):
        next(Counting(kept).events())
    first.close()  # type: ignore[attr-defined]
