"""`g4qc worker` executes steps of runs, on this machine or on another one."""

from __future__ import annotations

import click


@click.command()
@click.option("--concurrency", default=1, show_default=True, type=click.IntRange(1), help="Steps at a time, each in a "
              "process of its own.")  # fmt: skip
@click.option("--name", help="Name of the worker; it must differ from those of all others. Default: one of its own.")
def worker(concurrency: int, name: str | None) -> None:
    """Execute steps that runs hand to the broker of G4QC_CELERY_BROKER, until Ctrl-C; then the last ones end.

    All machines use the same database, the same version of G4QC and the same settings: see docs/cluster.md.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.graph_commands import run_worker

    run_worker(load_settings(), concurrency, name)
