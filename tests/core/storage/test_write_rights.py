"""A run writes until its right has ended: nothing of it commits afterwards, and the end waits for commits under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from g4qc_core.errors import RightLost
from g4qc_core.storage.run_progress_store import RunProgress
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.lease import gone
from g4qc_core.storage.stores import Stores
from tests.core.storage.frames import END, START, market_bars

RUN = "a-run"
PATIENCE = 60.0


def elsewhere(database: Database) -> Stores:
    return Stores(Database(database.url))


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def waits_for_a_lock(database: Database) -> bool:
    with database.transaction() as connection:
        query = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
        return bool(connection.scalar(query))


def test_a_run_writes_until_it_has_ended_and_never_again(database: Database) -> None:
    run, judge = Stores(database), elsewhere(database)
    with run.rights.held(RUN):
        run.bars.replace_bars("ES", "1min", START, END, market_bars(3))
        judge.rights.end(RUN)
        with pytest.raises(RightLost, match="run it again"):
            run.bars.replace_bars("ES", "1min", START, END, market_bars(9))
        with pytest.raises(RightLost):
            run.run_progress.tell(RUN, RunProgress("trials", 1))
        assert len(run.bars.bars("ES", "1min", START, END)) == len(market_bars(3))
    assert judge.run_progress.of([RUN]) == {}
    with pytest.raises(RightLost), run.rights.held(RUN):
        raise AssertionError("a run that has ended begins again")


def test_a_run_that_ended_before_it_began_writes_nothing(database: Database) -> None:
    elsewhere(database).rights.end(RUN)
    with pytest.raises(RightLost), Stores(database).rights.held(RUN):
        raise AssertionError("it began")


def test_others_write_whatever_has_ended(database: Database) -> None:
    run, other = Stores(database), elsewhere(database)
    with run.rights.held(RUN):
        other.rights.end(RUN)
        other.bars.replace_bars("ES", "1min", START, END, market_bars(3))
    run.bars.replace_bars("NQ", "1min", START, END, market_bars(3))
    assert len(other.bars.bars("ES", "1min", START, END)) == len(other.bars.bars("NQ", "1min", START, END)) > 0


def test_several_processes_write_under_the_right_of_one_run(database: Database) -> None:
    steps = [Stores(database), elsewhere(database)]
    with steps[0].rights.held(RUN), steps[1].rights.held(RUN):
        for number, step in enumerate(steps):
            step.run_progress.tell(f"step {number}", RunProgress("trials", number))
        assert len(steps[0].run_progress.of(["step 0", "step 1"])) == 2


def test_a_step_is_written_by_the_process_that_was_given_it_last(database: Database) -> None:
    first, second, other = Stores(database), elsewhere(database), elsewhere(database)
    with first.rights.held_for_step(RUN, "raw_bars"), other.rights.held_for_step(RUN, "rolls"):
        assert first.rights.holder(RUN, "raw_bars").token == 1
        first.run_progress.tell("first", RunProgress("trials", 1))
        with second.rights.held_for_step(RUN, "raw_bars"):
            second.run_progress.tell("second", RunProgress("trials", 1))
            with pytest.raises(RightLost):
                first.run_progress.tell("first", RunProgress("trials", 2))
        other.run_progress.tell("other", RunProgress("trials", 1))
        holder = first.rights.holder(RUN, "raw_bars")
        assert (holder.token, gone(database, [holder.lease])) == (2, {holder.lease})
        with pytest.raises(RightLost):
            first.run_progress.tell("first", RunProgress("trials", 3))
        elsewhere(database).rights.end(RUN)
        with pytest.raises(RightLost):
            other.run_progress.tell("other", RunProgress("trials", 2))
    assert {name: one.done for name, one in first.run_progress.of(["first", "second", "other"]).items()} == {
        "first": 1, "second": 1, "other": 1,
    }  # fmt: skip


def test_the_end_of_a_right_waits_for_the_commit_under_way(database: Database) -> None:
    run, judge = Stores(database), elsewhere(database)
    checked, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def pause(connection: Connection) -> None:
        if connection.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is None:
            return  # it only read
        checked.set()
        assert goes_on.wait(PATIENCE)

    def end() -> None:
        judge.rights.end(RUN)
        ended.set()

    with run.rights.held(RUN), database.guarded(pause):
        writing = in_thread(lambda: run.bars.replace_bars("ES", "1min", START, END, market_bars(3)))
        assert checked.wait(PATIENCE)
        ending = in_thread(end)
        look = elsewhere(database).database
        while not waits_for_a_lock(look):
            assert not ended.is_set()
        goes_on.set()
        assert ended.wait(PATIENCE)
        writing.join(PATIENCE)
        ending.join(PATIENCE)
    # What was visible when the end returned is what stays.
    assert len(judge.bars.bars("ES", "1min", START, END)) == len(market_bars(3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["write", "read", "end"]), max_size=8))
def test_what_is_stored_is_what_was_written_before_the_end(database: Database, acts: list[str]) -> None:
    run, judge = Stores(database), elsewhere(database)
    name, written, over = uuid4().hex, 0, False
    judge.rights.end("another")
    with run.rights.held(name):
        for at, act in enumerate(acts, 1):
            if act == "end":
                judge.rights.end(name)
                over = True
            elif act == "read":
                run.run_progress.of([name])
            elif over:
                with pytest.raises(RightLost):
                    run.run_progress.tell(name, RunProgress("trials", at))
            else:
                run.run_progress.tell(name, RunProgress("trials", at))
                written = at
    found = judge.run_progress.of([name])
    assert (found[name].done if found else 0) == written
