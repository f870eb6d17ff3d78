"""The Dagster instance of one home: its folder, its database, its dynamic partitions.

The only module that writes to the environment, because Dagster reads its own settings from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from string import Template

import dagster as dg

from g4qc_core.errors import SettingsError
from g4qc_core.files import write_whole
from g4qc_core.home import make_private, private_home
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import bars_url, dagster_url, with_limits
from g4qc_pipelines.dagster_private.core import InstanceRef
from g4qc_pipelines.instance.orphans import end_orphans
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, INSTRUMENTS, SEARCHES

_STATEMENT_MS = 60_000
_WEB_STATEMENT_MS = 15_000

# Seconds added to both starts of a run: the coordinator's pause between them, and the interval of run monitoring.
_BEYOND_STARTS = 120

# Limit for an answer of the code server; the start of a run, ticks and the graph itself have limits of their own.
_ANSWER_SECONDS = 120
_CLOSE_SECONDS = 10

# The output of steps is not captured here: that takes four processes per step, which print tracebacks on Ctrl-C.
_NOTHING_CAUGHT = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}


def dagster_home(settings: Settings) -> Path:
    """Prepare the folder of Dagster's own files; its `dagster.yaml` is that of the package, filled with the settings.

    Raises:
        SettingsError: the folder cannot be written.
    """
    home = settings.home / ("dagster_simulated" if settings.simulated else "dagster")
    limit = settings.run_start_limit
    wanted = Template(files("g4qc_pipelines").joinpath("dagster.yaml").read_text("utf-8")).safe_substitute(
        start_limit=limit, start_timeout=2 * limit + _BEYOND_STARTS
    )
    private_home(settings.home)
    make_private(home)
    target = home / "dagster.yaml"
    try:
        if not target.exists() or target.read_text("utf-8") != wanted:
            write_whole(target, wanted.encode())
    except OSError as error:
        raise SettingsError(
            f"The folder {home} cannot be written ({error.strerror}): set G4QC_HOME to one that can."
        ) from None
    return home


def dagster_environment(settings: Settings) -> dict[str, str]:
    """Return the variables by which every Dagster process of this home finds its files and its database."""
    return {
        "DAGSTER_HOME": str(dagster_home(settings)),
        "G4QC_DAGSTER_DATABASE_URL": with_limits(dagster_url(settings)),
        # Where the rights of runs are: the database of the bars, because transactions there ask for them.
        "DAGSTER_G4QC_BARS_URL": with_limits(bars_url(settings)),
        # Events of one step are stored in batches: half the time that a materialization costs.
        "DAGSTER_EVENT_BATCH_SIZE": "50",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DAGSTER_GRPC_TIMEOUT_SECONDS": str(_ANSWER_SECONDS),
        "DAGSTER_REPOSITORY_GRPC_TIMEOUT_SECONDS": str(max(settings.tick_limit, _ANSWER_SECONDS)),
        "DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS": str(settings.tick_limit),
        "DAGSTER_SCHEDULE_GRPC_TIMEOUT_SECONDS": str(settings.tick_limit),
        "DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD": str(_CLOSE_SECONDS),
    }


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the instance that the web UI shows, and end runs whose process was killed."""
    with _environment(settings) as home:
        ref = InstanceRef.from_dir(home, overrides=_NOTHING_CAUGHT)
        with dg.DagsterInstance.from_ref(ref) as instance:
            # Named after its first user, it keeps connections open; the default makes a new one for each event.
            instance.optimize_for_webserver(statement_timeout=_STATEMENT_MS, pool_recycle=3600, max_overflow=20)
            end_orphans(instance)
            yield instance


@contextmanager
def web_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Open the same instance for Dagster's web server: with the output of steps, and without ending runs."""
    with _environment(settings) as home, dg.DagsterInstance.from_ref(InstanceRef.from_dir(home)) as instance:
        instance.optimize_for_webserver(statement_timeout=_WEB_STATEMENT_MS, pool_recycle=3600, max_overflow=20)
        yield instance


@contextmanager
def _environment(settings: Settings) -> Iterator[str]:
    """Make this process use the instance of the settings within the block; yield the instance's folder."""
    environment = dagster_environment(settings)
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield environment["DAGSTER_HOME"]
    finally:
        # The next instance of this process may be that of another home.
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def add_partitions(
    instance: dg.DagsterInstance, instruments: list[str], backtests: list[str], searches: Sequence[str] = ()
) -> None:
    """Add the keys that the instance does not know yet."""
    for definition, wanted in ((INSTRUMENTS, instruments), (BACKTESTS, backtests), (SEARCHES, searches)):
        add_keys(instance, str(definition.name), wanted)


def add_keys(instance: dg.DagsterInstance, definition: str, wanted: Sequence[str]) -> None:
    """Add the keys of a partitions definition that the instance does not know yet."""
    known = set(instance.get_dynamic_partitions(definition))
    missing = [key for key in wanted if key not in known]
    if missing:
        instance.add_dynamic_partitions(definition, missing)
