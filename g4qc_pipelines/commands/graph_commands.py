"""`g4qc materialize`, `g4qc dagster` and `g4qc worker`: the graph as Dagster itself knows it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import click

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.graph_keys import KeyKind
from g4qc_core.import_path import children_variables
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.research.research_keys import research_entries, stored_research
from g4qc_core.settings import Settings
from g4qc_pipelines.commands.printing import steps
from g4qc_pipelines.commands.workbench import Workbench, workbench
from g4qc_pipelines.instance.dagster_instance import add_keys
from g4qc_pipelines.stages.checks import month_range
from g4qc_pipelines.stages.kinds import materialization


def materialize_assets(settings: Settings, assets: Sequence[str], partition: str | None) -> None:
    """Materialize assets over one partition, or a range written with three dots."""
    first, _, last = (partition or "").partition("...")
    registry = load_registry(settings.own_instruments)
    symbols, since = ([first] if first in registry else []), None
    if "|" in first:
        instrument, since = month_range(first, last or None, registry)
        symbols = [instrument.symbol]
    (stage,) = materialization(assets, first or None, last or None).stages
    with workbench(settings, symbols=symbols, since=since) as bench, steps(stage.steps):
        _add_research_key(assets, first, bench)
        result = bench.runner.run_stage(stage)
        made = sum(1 for _ in result.get_asset_materialization_events())
        click.echo(f"{counted(made, 'materialization')}; the run is {result.run_id}.")


def _add_research_key(assets: Sequence[str], key: str, bench: Workbench) -> None:
    """Add the key of a search or study whose spec is in a file or ran before."""
    for kind in (one for one in KeyKind if one in assets):
        known = [*research_entries(kind, bench.settings, bench.registry), *stored_research(kind, bench.stores)]
        if key in known:
            add_keys(bench.runner.instance, str(kind), [key])


def run_worker(settings: Settings, concurrency: int, name: str | None) -> None:
    """Replace this process with a worker of the broker.

    Args:
        settings: name the broker.
        concurrency: steps at a time.
        name: of the worker, unique among all; None: one that is made.

    Raises:
        SettingsError: no broker is set, or Celery is not installed.
    """
    from g4qc_pipelines.executors.celery_settings import QUEUE, app_arguments
    from g4qc_pipelines.executors.choice import INSTALL

    app_arguments(settings)
    if importlib.util.find_spec("dagster_celery") is None:
        raise SettingsError(f"A worker needs dagster-celery, which is not installed: {INSTALL}.")
    unique = f"{name or uuid4().hex[:8]}@%h"
    app = ["celery", "-A", "g4qc_pipelines.executors.celery_app", "worker", "-Q", QUEUE, "-n", unique]
    run_dagster(settings, [*app, "--concurrency", str(concurrency), "--loglevel", "INFO", "--without-gossip"])


def run_dagster(settings: Settings, command: Sequence[str]) -> None:
    """Replace this process with the command, with the instance of the settings in its environment.

    Raises:
        UsageError: there is no such command, or it would serve the web UI without a guard.
    """
    if command[0] == "dagster-webserver" or list(command[:2]) == ["dagster", "dev"]:
        raise UsageError("This web server would answer the pages of any web site: start Dagster's with `g4qc web`.")
    from g4qc_pipelines.instance.dagster_instance import dagster_environment

    # First the commands of this installation, whose Python may not be that of the shell.
    path = shutil.which(
        command[0], path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    )
    if path is None:
        raise UsageError(f"There is no command '{command[0]}': try dagster or dagster-daemon.")
    own = children_variables(os.environ.get("PYTHONPATH"))
    os.execve(path, list(command), {**os.environ, **own, **dagster_environment(settings)})
