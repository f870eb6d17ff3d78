"""Many listeners of jobs at once: they share requests, block no other client, and their number is limited."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import httpx
import pytest

from g4qc_core.api.api_keys import Scope
from g4qc_core.api.job_launcher import Job, JobEvent, JobState
from g4qc_core.api.shared_polling import SharedCalls, StreamPlaces
from g4qc_core.errors import GraphUnavailable, ListenersFull, TooManyRequests
from tests.fixtures.api import NOW, Api, MemoryLauncher
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration


class SlowLauncher(MemoryLauncher):
    """A graph that takes a moment for every question, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.state = JobState.RUNNING
        self.asked = 0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def events(self, job_id: str, after: str | None = None) -> list[JobEvent]:
        with self._lock:
            self.asked += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.2)
        with self._lock:
            self.at_once -= 1
        return super().events(job_id, after)

    def end(self, job_id: str) -> None:
        self._jobs[job_id] = replace(self._jobs[job_id], state=JobState.SUCCEEDED)


@contextmanager
def listening(client: httpx.Client, job: str, count: int) -> Iterator[list[httpx.Response]]:
    with ExitStack() as stack:
        yield [stack.enter_context(client.stream("GET", f"/jobs/{job}/events")) for _ in range(count)]


def many(api: Api, scope: Scope | None = None) -> httpx.Client:
    return api.client(scope, limits=httpx.Limits(max_connections=None))


def test_two_hundred_listeners_of_one_job_share_what_is_asked(make_api: Callable[..., Api], full_home: Home) -> None:
    launcher = SlowLauncher()
    launcher.told = [JobEvent(f"0:{n}", NOW, "raw_bars", f"request {n}") for n in range(1, 4)]
    api = make_api(full_home.settings, launcher=launcher)
    with many(api) as client:
        job = client.post("/jobs", json={"assets": ["raw_bars"], "partition": "ES"}).json()["id"]
        with listening(client, job, 200) as streams:
            assert {stream.status_code for stream in streams} == {200}
            assert client.get("/jobs").json()["jobs"][0]["id"] == job
            launcher.end(job)
            texts = [stream.read().decode() for stream in streams]
    for text in texts:
        assert [text.count(f'"message": "request {n}"') for n in (1, 2, 3)] == [1, 1, 1]
        assert '"state": "succeeded"' in text
    # One by one it would be 200 for the beginning alone.
    assert launcher.asked < 100
    assert launcher.most_at_once <= 4


def test_listeners_of_many_jobs_leave_the_routes_their_threads(make_api: Callable[..., Api], full_home: Home) -> None:
    launcher = SlowLauncher()
    api = make_api(full_home.settings, launcher=launcher)
    with many(api) as client, ExitStack() as stack:
        jobs = [client.post("/jobs", json={"assets": ["x"], "partition": "ES"}).json()["id"] for _ in range(40)]
        for job in jobs:
            stack.enter_context(listening(client, job, 1))
        assert client.get("/jobs", params={"limit": 5}).status_code == 200
        assert client.get("/health").json()["parts"]["dagster"]["up"] is True
        assert launcher.most_at_once <= 4


def test_one_client_has_so_many_places_and_gets_them_back(make_api: Callable[..., Api], full_home: Home) -> None:
    launcher = SlowLauncher()
    api = make_api(full_home.settings, launcher=launcher, with_keys=True)
    object.__setattr__(api.services, "listeners", StreamPlaces(each=3, all_together=5))
    with many(api, Scope.RUN) as client, many(api, Scope.READ) as other, many(api, Scope.ADMIN) as third:
        job = client.post("/jobs", json={"assets": ["x"], "partition": "ES"}).json()["id"]
        path = f"/jobs/{job}/events"
        with listening(client, job, 3):
            refused = client.get(path)
            with listening(other, job, 2):
                full = third.get(path)
                assert client.get("/jobs").status_code == 200
        for answer, status, error in ((refused, 429, "TooManyRequests"), (full, 503, "ListenersFull")):
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["error"] == error
            assert int(answer.headers["Retry-After"]) > 0
        # The server notices closed connections a little later.
        deadline = time.monotonic() + 60
        while (answer := client.head(path)).status_code != 200:
            assert time.monotonic() < deadline, answer.headers
        # A stream that is requested by HEAD, or for an unknown job, takes no place.
        for _ in range(4):
            assert client.head(path).status_code == 200
            assert client.get(f"/jobs/{'f' * 32}/events").status_code == 404
        launcher.end(job)
        with listening(third, job, 3) as streams:
            assert {stream.status_code for stream in streams} == {200}


def test_a_place_is_free_again_however_it_was_left() -> None:
    listeners = StreamPlaces(each=1, all_together=2)
    with listeners.place("a"):
        with pytest.raises(TooManyRequests), listeners.place("a"):
            pass
        with listeners.place("b"), pytest.raises(ListenersFull), listeners.place("c"):
            pass
    with pytest.raises(KeyError), listeners.place("a"):
        raise KeyError
    with listeners.place("a"):
        pass


def test_a_question_is_shared_while_it_is_on_its_way_and_as_long_as_it_is_fresh() -> None:
    asked: list[int] = []
    release = threading.Event()

    def ask(number: int) -> int:
        asked.append(number)
        assert release.wait(60)
        return number

    async def check() -> None:
        watch = SharedCalls()
        first, second, other = (asyncio.create_task(watch.call(ask, n, max_age=60)) for n in (1, 1, 2))
        await asyncio.sleep(0)
        first.cancel()  # takes the answer away from no other listener
        release.set()
        assert [await second, await other] == [1, 2]
        assert await watch.call(ask, 1, max_age=60) == 1
        assert sorted(asked) == [1, 2]
        assert await watch.call(ask, 1, max_age=-1) == 1
        assert sorted(asked) == [1, 1, 2]

    asyncio.run(check())


def test_who_waits_for_a_question_that_fails_hears_why_and_the_next_one_asks_anew() -> None:
    answers: list[Exception | Job | None] = [GraphUnavailable("away"), None]

    def ask() -> Job | None:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def check() -> None:
        watch = SharedCalls()
        both = await asyncio.gather(*(watch.call(ask, max_age=0) for _ in range(2)), return_exceptions=True)
        assert [type(one) for one in both] == [GraphUnavailable, GraphUnavailable]
        assert await watch.call(ask, max_age=-1) is None

    asyncio.run(check())
