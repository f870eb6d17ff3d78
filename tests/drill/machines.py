"""The cluster of the drill: every part that runs on a machine of its own elsewhere, as processes of this one."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.drill.own_postgres import OwnPostgres
from tests.drill.part import Part
from tests.fixtures.broker import Broker, running_broker
from tests.fixtures.dask_cluster import DaskCluster, cluster_in
from tests.fixtures.home import Home
from tests.fixtures.waiting import until
from tests.fixtures.web import Up, free_ports, up

# A step that a worker has begun: its process has the right to it.
_AT_WORK = """
  SELECT count(*) FROM write_rights w JOIN pg_locks l ON l.locktype = 'advisory' AND l.classid = 4707202
  AND l.objid = w.lease WHERE w.lease IS NOT NULL
"""


def asked(home: Home, query: str, *, dagster: bool = False) -> list[Any]:
    """Return the rows of a query on the bars or on Dagster's tables, as soon as the database answers."""
    url = home.database
    engine = create_engine(url.set(database=f"{url.database}_dagster") if dagster else url, poolclass=NullPool)
    while True:
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(query)))
        except (DBAPIError, psycopg2.Error):
            time.sleep(0.5)


Fault = Callable[[random.Random], None]


class Machines:
    """The running cluster.

    Attributes:
        home: of all parts.
        web: `g4qc up`.
        dask: scheduler and workers of searches.
    """

    def __init__(
        self, home: Home, web: Up, broker: Broker, postgres: OwnPostgres, dask: DaskCluster, stack: ExitStack
    ) -> None:
        self.home, self.web, self.dask = home, web, dask
        self._broker, self._postgres, self._stack = broker, postgres, stack
        self._workers: list[Part] = []
        self._asleep: list[Part] = []

    def worker(self) -> Part:
        """Start one more worker of the broker."""
        name = f"worker{len(self._workers) + len(self._asleep)}"
        command = ["g4qc_pipelines.cli", "worker", "--name", name]
        made = Part(name, command, self.home.folder, self.home.environment, "ready.")
        self._stack.callback(made.end)
        self._workers.append(made)
        return made

    def fault(self, name: str) -> Fault:
        """Return one of the faults below by its name."""
        found: Fault = getattr(self, name)
        return found

    def busy(self) -> bool:
        """Return whether a worker executes a step at this moment."""
        return bool(asked(self.home, _AT_WORK)[0][0])

    def kill_worker(self, chance: random.Random) -> None:
        """Kill one with all its processes; it is started again."""
        one = chance.choice(self._workers)
        one.kill()
        one.start()

    def kill_step(self, chance: random.Random) -> None:
        """Kill the process of a step alone, as a machine that runs out of memory does."""
        victims = [child for one in self._workers for child in one.children()]
        if victims:
            chance.choice(victims).kill()

    def broker_away(self, _: random.Random) -> None:
        """Stop the broker for ten seconds; it keeps its messages on the disk."""
        self._broker.end()
        time.sleep(10)
        self._broker.start()

    def broker_forgets(self, _: random.Random) -> None:
        """Let the broker lose every message."""
        self._broker.forget()

    def postgres_restarts(self, _: random.Random) -> None:
        """Restart the database as an administrator does."""
        self._postgres.restart("fast", away=1)

    def postgres_crashes(self, _: random.Random) -> None:
        """Restart the database as if its machine had been reset."""
        self._postgres.restart("immediate", away=3)

    def worker_sleeps(self, _: random.Random) -> None:
        """Let the machines of all workers sleep while the database restarts; others take over; then they wake up."""
        slept, self._workers = self._workers, []
        for one in slept:
            one.signal(signal.SIGSTOP)
        self._postgres.restart("fast", away=1)
        self._asleep += slept
        for _one in slept:
            self.worker()

    def wake(self) -> None:
        """Let the machines that slept go on, with what they were at."""
        for one in self._asleep:
            one.signal(signal.SIGCONT)

    def kill_run(self, _: random.Random) -> None:
        """Kill the process of a run, which hands out the steps."""
        server = self.web.part("g4qc_pipelines.running.code_server")
        for one in server.children(recursive=True):
            if "spawn_main" in " ".join(one.cmdline()):
                one.kill()

    def kill_scheduler(self, _: random.Random) -> None:
        """Kill the scheduler of Dask; it is started again, and so are its workers."""
        self.dask.scheduler.kill()
        self.dask.scheduler.wait()
        for _one in self.dask.left():
            _one.wait()
        self.dask.start()
        for _one in range(self._dask_workers):
            self.dask.worker(1)

    def kill_dask_worker(self, chance: random.Random) -> None:
        """Kill a worker of Dask; another one comes."""
        victim = chance.choice(self.dask.left())
        victim.kill()
        victim.wait()
        self.dask.worker(1)

    _dask_workers = 2


@contextmanager
def cluster_of(home: Home, postgres: OwnPostgres, workers: int, folder: Path) -> Iterator[Machines]:
    """Start all parts of the cluster on a home, whose gateway runs already."""
    with ExitStack() as stack:
        broker = stack.enter_context(running_broker(kept=True))
        folder.mkdir()
        dask = stack.enter_context(cluster_in(folder))
        spread = {"executor": "celery", "celery_broker": broker.url, "dask_scheduler": dask.address}
        home = home.with_(**spread, **free_ports())
        machines = Machines(home, stack.enter_context(up(home)), broker, postgres, dask, stack)
        for _ in range(workers):
            machines.worker()
        for _ in range(machines._dask_workers):
            dask.worker(1)
        yield machines


def no_run_is_left(home: Home) -> list[str]:
    """Return the runs that have not ended."""
    query = "SELECT run_id, status FROM runs WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')"
    return [f"{run} {status}" for run, status in asked(home, query, dagster=True)]


def all_ended(home: Home) -> None:
    """Return when no run is under way."""
    until(lambda: not no_run_is_left(home), "a run has not ended")
