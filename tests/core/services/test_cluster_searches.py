"""Searches and walk-forward analyses on a real Dask cluster: the same tables as on this machine, whatever dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from g4qc_core.errors import ClusterMismatch, ClusterUnavailable
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_plan import plan_search
from g4qc_core.services.research.searches import SearchRun
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.services.test_searches import BACKTEST, REGISTRY, database, ready, stores
from tests.core.services.test_walk_forward import run_of as analysis
from tests.fixtures.dask_cluster import DaskCluster, cluster_in

__all__ = ["database", "ready", "stores"]

pytestmark = pytest.mark.integration

SPEC: dict[str, Any] = {
    "backtest": BACKTEST,
    "parameters": {"fast": "2:21:1", "slow": "22:60:1"},
    "constraints": ["trades >= 5"],
}
SETS = 20 * 39
TABLES = {
    "trials": "family, fingerprint, symbol, timeframe, parameters::text, metrics::text, source, search_id, refused, "
    "sessions, session_sharpe, session_skew, session_kurtosis",
    "search_trials": "search_id, number, state, words, objective",
    "search_returns": "search_id, numbers, days, returns",
    "searches": "id, name, family, spec::text, backtest::text, data_version, code, state, planned, counts::text, "
    "best::text",
    "studies": "id, kind, name, spec::text, data_version, code, state",
}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster without a worker."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with cluster_in(folder) as made:
        yield made


def on(cluster: DaskCluster, settings: Settings) -> Settings:
    return settings.model_copy(update={"dask_scheduler": cluster.address})


def search(ready: Stores, settings: Settings, **fields: Any) -> SearchRun:
    spec = SearchSpec.asked(SPEC | fields)
    return SearchRun(plan_search(spec, settings, REGISTRY, ready), settings, REGISTRY, ready)


def taken(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of research without the times of the clock, and empty tables from now on."""
    with database.transaction() as connection:
        found = {
            name: sorted(
                (tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows),
                key=repr,
            )
            for name, columns in TABLES.items()
            for rows in [connection.exec_driver_sql(f"SELECT {columns} FROM {name}").all()]
        }
        connection.exec_driver_sql(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    return found


def test_the_tables_are_the_same_for_any_number_of_workers_and_for_none(
    ready: Stores, settings: Settings, database: Database, cluster: DaskCluster
) -> None:
    fields = {"parameters": {"fast": "2:9:1", "slow": "10:40:3"}}
    list(search(ready, settings, **fields).events())
    here = taken(database)
    assert len(here["search_trials"]) == len(here["trials"]) == 8 * 11
    for threads in (1, 2):
        cluster.worker(threads)
        events = list(search(ready, on(cluster, settings), **fields).events())
        assert any(one.words.endswith(f"of {cluster.address}") for one in events)
        assert taken(database) == here


def test_a_walk_forward_analysis_is_the_same_on_a_cluster(
    ready: Stores, settings: Settings, database: Database, cluster: DaskCluster
) -> None:
    cluster.worker(2)
    found = []
    for own in (settings, on(cluster, settings)):
        run = analysis(ready, own, workers=None)
        list(run.events())
        frames = {name: ready.studies.parquet(run.record.id, name) for name in ready.studies.frames(run.record.id)}
        found.append((run.record.id, frames, run.record.summary, taken(database)))
    assert found[0][3]["trials"]
    assert found[0] == found[1]


def test_workers_that_are_killed_and_a_scheduler_that_dies_change_nothing(
    ready: Stores, settings: Settings, database: Database, cluster: DaskCluster
) -> None:
    list(search(ready, settings).events())
    undisturbed = taken(database)
    assert len(undisturbed["search_trials"]) == SETS
    first = cluster.worker(1)
    cluster.worker(1)
    events = search(ready, on(cluster, settings)).events()
    assert next(one for one in events if one.done).done < SETS // 2
    first.kill()
    third = cluster.worker(1)
    before = next(events)
    third.kill()
    cluster.scheduler.kill()
    with pytest.raises(ClusterUnavailable, match="is gone: start it and its workers again"):
        list(events)
    (stopped,) = ready.searches.all()
    assert stopped.state == "failed"
    assert len(list(ready.searches.trials(stopped.id))) == stopped.counts["tried"] >= before.done > 0
    assert stopped.counts["tried"] < SETS
    cluster.start()
    cluster.worker(2)
    list(search(ready, on(cluster, settings)).events())
    assert taken(database) == undisturbed


def test_a_cluster_that_cannot_be_used_leaves_no_trace_of_the_search(
    ready: Stores, settings: Settings, cluster: DaskCluster, tmp_path: Path
) -> None:
    nobody = settings.model_copy(update={"dask_scheduler": "tcp://127.0.0.1:9", "dask_patience": 0.5})
    with pytest.raises(ClusterUnavailable, match="No scheduler of Dask answers"):
        list(search(ready, nobody).events())
    before = tmp_path / "before.py"
    before.write_text("import g4qc_core.research.cluster.worker_identity as own; own._DISTRIBUTIONS = ()")
    cluster.worker(1, "--no-nanny", "--preload", str(before))
    with pytest.raises(ClusterMismatch, match=r"runs \w+ none instead of"):
        list(search(ready, on(cluster, settings)).events())
    assert ready.searches.all() == []
