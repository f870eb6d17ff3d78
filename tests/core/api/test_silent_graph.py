"""A graph that is silent or away for a while: what does not need it goes on, and who waits for a job waits on."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from g4qc_core.api.job_launcher import Job, JobState
from g4qc_core.api.routes.jobs import wait_for_job
from g4qc_core.errors import GraphUnavailable
from tests.fixtures.api import Api, MemoryLauncher
from tests.fixtures.home import Home
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration


class SilentLauncher(MemoryLauncher):
    """A graph that accepts requests and does not answer until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Semaphore(0)
        self.released = threading.Event()

    def check(self) -> None:
        self.reached.release()
        assert self.released.wait(PATIENCE)


class FlickeringLauncher(MemoryLauncher):
    """A graph that is away for some questions."""

    away = 0
    asked = 0

    def job(self, job_id: str) -> Job:
        self.asked += 1
        if self.away > 0:
            self.away -= 1
            raise GraphUnavailable("Dagster does not answer.")
        return super().job(job_id)


def test_a_graph_that_is_silent_holds_up_nobody_else(
    make_api: Callable[..., Api], full_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = SilentLauncher()
    api = make_api(full_home.settings, launcher=launcher)
    with ThreadPoolExecutor(20) as pool, api.client() as client:
        try:
            waiting = [pool.submit(lambda: api.client().get("/jobs").status_code) for _ in range(20)]
            assert launcher.reached.acquire(timeout=PATIENCE)
            assert client.get("/data/ES", params={"limit": 3}).json()["records"] == 3
            with monkeypatch.context() as patience:
                patience.setattr("g4qc_core.api.routes.health._GRAPH_SECONDS", 0.5)
                health = client.get("/health").json()
        finally:
            launcher.released.set()
        assert [one.result(60) for one in waiting] == [200] * 20
        assert health["status"] == "degraded"
        assert "not answered" in health["parts"]["dagster"]["about"]
        assert client.get("/health").json()["status"] == "ok"


def test_who_waits_for_a_job_goes_on_when_the_graph_is_back(api: Api) -> None:
    launcher = FlickeringLauncher()
    job = launcher.materialize(["x"])
    launcher.away = 3
    context = replace(api.services, launcher=launcher)

    async def here() -> bool:
        return False

    assert asyncio.run(wait_for_job(context, job, 60, here)).state is JobState.SUCCEEDED
    launcher.away = 1
    with pytest.raises(GraphUnavailable):
        asyncio.run(wait_for_job(context, job, 0, here))


def test_nobody_asks_on_for_a_client_that_hung_up(make_api: Callable[..., Api], full_home: Home) -> None:
    launcher = FlickeringLauncher()
    launcher.state = JobState.RUNNING
    api = make_api(full_home.settings, launcher=launcher)
    with api.client() as client:
        before = client.get("/metrics").text.count('route="/data/extract"')
        asked = {"symbol": "ES", "start": "2026-10-05"}
        with pytest.raises(Exception, match="timed out"):
            client.post("/data/extract", params={"wait": True, "timeout": 900}, json=asked, timeout=1)
        # It is counted when it has ended.
        deadline = time.monotonic() + PATIENCE
        while client.get("/metrics").text.count('route="/data/extract"') == before:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert launcher.asked > 0
