"""A process of a worker: it keeps its connections from step to step, and sees what has come since its last run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from sqlalchemy import URL, create_engine, text

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.instruments.registry import BUILT_IN
from g4qc_core.settings import Settings
from g4qc_pipelines.dagster_private.celery import ExecuteStepArgs, ReconstructableJob, RetryMode
from g4qc_pipelines.executors.step_process import StepProcess
from g4qc_pipelines.instance.dagster_instance import dagster_environment
from g4qc_pipelines.named_jobs import CHAIN_ASSETS
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.running import one_run
from tests.fixtures.home import Home, home_on

pytestmark = pytest.mark.integration

(STEP,) = CHAIN_ASSETS
KEYS = [dg.AssetKey(STEP)]
# A worker of the broker itself is told to keep its connections by its application.
_SESSIONS = "SELECT sessions FROM pg_stat_database WHERE datname = :name"


@pytest.fixture
def home(home_template: URL, simulated_gateway: SimulatedGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home whose variables are those of this process, which executes steps."""
    monkeypatch.setattr(one_run, "_steps", [True])
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as made:
        own = made.with_(instruments=made.folder / "own.toml")
        with own._entered():
            (own.folder / "own.toml").write_text(instrument("OWN"))
            os.environ.update(dagster_environment(Settings()))
            yield own


def instrument(symbol: str) -> str:
    """The entry of an instrument that the gateway knows by another name."""
    entry = Path(BUILT_IN).read_text("utf-8").partition("\n[MES]\n")[2].partition("\n[")[0]
    return f"[{symbol}]\n{entry}\n"


def chain(process: StepProcess, symbol: str) -> list[dg.DagsterEvent]:
    """The events of the step of a new run, as a message of the broker asks for it."""
    repository = ReconstructableRepository.for_module("g4qc_pipelines.definitions", "defs")
    job = ReconstructableJob(repository, "__ASSET_JOB", asset_selection=frozenset(KEYS))
    definition = repository.get_definition().get_maybe_subset_job_def("__ASSET_JOB", asset_selection=frozenset(KEYS))
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions(str(INSTRUMENTS.name), [symbol])
        run = instance.create_run_for_job(
            definition, tags={"dagster/partition": symbol}, asset_selection=frozenset(KEYS)
        )
        asked = ExecuteStepArgs(
            job_origin=job.get_python_origin(),
            run_id=run.run_id,
            step_keys_to_execute=[STEP],
            instance_ref=instance.get_ref(),
            retry_mode=RetryMode.DISABLED,
        )
    return process.events(asked, job, "worker")


def succeeded(events: list[dg.DagsterEvent]) -> bool:
    """Whether the step has."""
    return any(one.event_type is dg.DagsterEventType.STEP_SUCCESS for one in events)


def test_a_worker_knows_an_instrument_that_came_after_its_last_step(home: Home) -> None:
    process = StepProcess()
    assert succeeded(chain(process, "OWN"))
    with (home.folder / "own.toml").open("a") as file:
        file.write(instrument("NEW"))
    assert succeeded(chain(process, "NEW"))


def test_a_step_of_a_worker_does_not_connect_to_dagsters_database_for_each_event(home: Home) -> None:
    process = StepProcess()
    assert succeeded(chain(process, "OWN"))
    before = sessions(home)
    assert succeeded(chain(process, "OWN"))
    # The test itself connects for its run, too.
    assert sessions(home) - before < 40


def sessions(home: Home) -> int:
    """How often anybody has connected to Dagster's database."""
    engine = create_engine(home.database)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        found = connection.scalar(text(_SESSIONS), {"name": f"{home.database.database}_dagster"})
    engine.dispose()
    return int(found or 0)
