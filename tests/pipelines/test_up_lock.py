"""The state of a home's `g4qc up` as other processes read it, and the errors of a Dagster that does not answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from g4qc_core.errors import G4qcError, GraphStarting, GraphUnavailable, HomeTaken
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.lazy_stores import LazyStores
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher
from g4qc_pipelines.launching.up_gateway import with_gateway_of_up
from g4qc_pipelines.launching.up_lock import Phase, dagster_absent, hold_up_lock, up_state
from tests.fixtures.api import served
from tests.fixtures.home import Home
from tests.fixtures.web import free_ports

ADDRESS = "http://127.0.0.1:3000"

HOLDER = """
import sys, time
from pathlib import Path
from g4qc_core.instruments.registry import load_registry
from g4qc_core.storage.lazy_stores import LazyStores
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher
from g4qc_pipelines.launching.up_lock import hold_up_lock
with hold_up_lock(Path(sys.argv[1]), "http://127.0.0.1:3000") as runs:
    runs("")
    print("runs", flush=True)
    time.sleep(600)
"""


def said(home: Path) -> tuple[type[GraphUnavailable], str]:
    error = dagster_absent(home, "Nothing is known.")
    return type(error), str(error)


def test_the_phases_are_read_by_others_and_an_end_by_ctrl_c_leaves_none(tmp_path: Path) -> None:
    assert said(tmp_path) == (GraphUnavailable, "Nothing is known.")
    with hold_up_lock(tmp_path, ADDRESS) as runs:
        assert said(tmp_path) == (
            GraphStarting,
            f"Dagster is starting (`g4qc up`, process {os.getpid()}): try again in a few seconds.",
        )
        runs("")
        kind, text = said(tmp_path)
        assert kind is GraphUnavailable
        assert f"although `g4qc up` runs, process {os.getpid()}" in text
        state = up_state(tmp_path)
        assert state is not None
        assert (state.phase, state.runs, state.address) == (Phase.RUNNING, True, ADDRESS)
        with (
            pytest.raises(HomeTaken, match=f"process {os.getpid()}, with Dagster's web UI at {ADDRESS}: use"),
            hold_up_lock(tmp_path, "other"),
        ):
            pass
    assert up_state(tmp_path) is None


def test_other_commands_find_the_simulated_gateway_while_it_runs(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path)  # type: ignore[call-arg]
    yours = settings.model_copy(update={"ib_host": "desk", "ib_port": 7497})
    assert with_gateway_of_up(settings) == settings
    with hold_up_lock(tmp_path, ADDRESS) as runs:
        assert with_gateway_of_up(settings) == settings
        runs("127.0.0.1:4711")
        found = with_gateway_of_up(settings)
        assert (found.ib_host, found.ib_port, found.ib_simulated) == ("127.0.0.1", 4711, True)
        assert with_gateway_of_up(yours) == yours
        runs("")
        assert with_gateway_of_up(settings) == settings
    assert with_gateway_of_up(settings) == settings


def test_a_part_that_ended_is_named_until_the_next_start(tmp_path: Path) -> None:
    why = "Dagster's daemon was killed (SIGKILL): its last words are in dagster.log. Start `g4qc up` again."

    def fail() -> None:
        with hold_up_lock(tmp_path, ADDRESS) as runs:
            runs("")
            raise G4qcError(why)

    with pytest.raises(G4qcError):
        fail()
    kind, text = said(tmp_path)
    assert kind is GraphUnavailable
    assert text.startswith("Dagster has not run since 20")
    assert text.endswith(f" UTC. {why}")
    with hold_up_lock(tmp_path, ADDRESS):
        assert said(tmp_path)[0] is GraphStarting
    assert up_state(tmp_path) is None


def test_a_command_that_was_killed_is_known_as_such(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout as out:
        assert out.readline() == "runs\n"
        assert (state := up_state(tmp_path)) is not None
        assert state.process == holder.pid
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert said(tmp_path)[1] == ("Dagster does not run, because the last `g4qc up` was killed: start `g4qc up` again.")


def test_a_post_and_health_say_that_dagster_starts_and_when_to_try_again(home: Home) -> None:
    settings = home.with_(**free_ports()).settings
    order = {"symbol": "ES", "start": "2026-10-05", "end": "2026-10-05"}
    with (
        closing(DagsterLauncher(settings, load_registry(), LazyStores(settings))) as launcher,
        served(settings, launcher=launcher) as api,  # type: ignore[arg-type]
        api.client() as client,
    ):
        with hold_up_lock(settings.home, ADDRESS):
            starting = [client.post("/data/extract", json=order), client.get("/jobs")]
            health = client.get("/health").json()["parts"]["dagster"]
        never = client.get("/jobs").json()
    for answer in starting:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json()["error"] == "GraphStarting"
        assert answer.json()["detail"].startswith("Dagster is starting")
    assert health["up"] is False
    assert health["about"].startswith("Dagster is starting")
    assert (never["error"], "start it with `g4qc up`" in never["detail"]) == ("GraphUnavailable", True)
