"""The executor that the settings choose. Each engine is imported only where it is used."""

from __future__ import annotations

import dagster as dg

from g4qc_core.errors import SettingsError
from g4qc_core.settings import Settings

INSTALL = "install it with `uv pip install 'g4qc[cluster]'`"


def chosen_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Return the executor of all jobs.

    Raises:
        SettingsError: the engine is not installed, or its settings are missing.
    """
    match settings.executor:
        case "in_process":
            # A process per step costs seconds of imports each; one run is one process.
            return dg.in_process_executor
        case "multiprocess":
            return dg.multiprocess_executor
        case "celery":
            return _celery(settings)
        case "k8s":
            return _k8s()


def _celery(settings: Settings) -> dg.ExecutorDefinition:
    try:
        from g4qc_pipelines.executors.celery_executor import celery_executor
    except ImportError as error:
        raise _missing("celery", error) from None
    return celery_executor(settings)


def _k8s() -> dg.ExecutorDefinition:
    try:
        from dagster_k8s import k8s_job_executor
    except ImportError as error:
        raise _missing("k8s", error) from None
    return k8s_job_executor


def _missing(engine: str, error: ImportError) -> SettingsError:
    return SettingsError(f"G4QC_EXECUTOR={engine} needs {error.name}, which is not installed: {INSTALL}.")
