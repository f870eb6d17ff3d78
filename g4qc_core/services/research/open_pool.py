"""Where the sets of a search are evaluated: on this machine, or by the workers of a cluster that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.research.pools.set_pool import SetPool
from g4qc_core.research.pools.worker_pool import SandboxLimits, WorkerPool
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.settings import Settings

# A search by the clock loses the chunks that are under way at its end.
_CHUNKS_OF_A_BUDGET = 20


def pool_for(spec: SearchSpec, arguments: Mapping[str, Any], settings: Settings, limits: SandboxLimits) -> SetPool:
    """Return the pool for a search, which is not open yet.

    Args:
        spec: how many workers at most, and for how long.
        arguments: those of `Evaluator`, by name.
        settings: name the cluster, if there is one, and the home.
        limits: of one set.

    Raises:
        SettingsError: a cluster is set, and the package for it is not installed.
    """
    if settings.dask_scheduler is None:
        return WorkerPool(arguments, spec.processes, settings.home / "searches", limits)
    from g4qc_core.research.cluster.cluster_pool import ClusterPool

    return ClusterPool(
        arguments,
        settings.dask_scheduler,
        patience=settings.dask_patience,
        places=spec.workers,
        limits=limits,
        longest_chunk=None if spec.minutes is None else spec.minutes * 60 / _CHUNKS_OF_A_BUDGET,
    )
