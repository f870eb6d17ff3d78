"""The stream of changes: a write shows up by its name, a reader that returns has missed nothing, listeners share."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date

import httpx
import pytest

from g4qc_core.storage.result_stores.result_labels import LabelChange
from g4qc_core.storage.stores import Stores
from tests.core.storage.test_results import _equity, _record, _trades
from tests.fixtures.api import Api, MemoryLauncher, served
from tests.fixtures.home import Home
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration

Change = tuple[str, set[str], str]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("g4qc_core.api.routes.events._POLL_SECONDS", 0.1)
    # A busy machine may take a part for silent, which is no change that these tests are about.
    monkeypatch.setattr("g4qc_core.api.routes.events._HEALTH_SECONDS", 600.0)


@pytest.fixture
def own_api(quick: None, make_api: Callable[..., Api], home: Home) -> Api:
    """A server over a home of its own."""
    return make_api(home.settings)


@contextmanager
def heard(api: Api, after: str | None = None) -> Iterator[Iterator[Change]]:
    """The events of a stream: kind, names and id."""

    def events(lines: Iterator[str]) -> Iterator[Change]:
        found: dict[str, str] = {}
        for line in lines:
            if line:
                name, _, value = line.partition(": ")
                found[name] = value
            elif "event" in found:
                yield found["event"], set(json.loads(found["data"])["names"]), found["id"]
                found = {}

    headers = {} if after is None else {"Last-Event-ID": after}
    with api.client() as client, client.stream("GET", "/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def until_told(events: Iterator[Change], name: str) -> str:
    """The id of the event that names it."""
    deadline = time.monotonic() + PATIENCE
    for kind, names, cursor in events:
        assert time.monotonic() < deadline, names
        if kind == "changed" and name in names:
            return cursor
    raise AssertionError("the stream ended")


def writes(stores: Stores, launcher: MemoryLauncher) -> dict[str, Callable[[], object]]:
    return {
        "results": lambda: stores.backtests.save(_record("c3"), _trades(), _equity()),
        "bars:NQ": lambda: stores.versions.record("NQ", "1h", date(2026, 10, 1), "abc"),
        "jobs": lambda: launcher.materialize(["roll_calendar"], "ES"),
    }


def test_what_is_written_is_told_by_its_name_and_nothing_else(own_api: Api) -> None:
    stores = own_api.services.stores()
    with heard(own_api) as events:
        kind, names, _ = next(events)
        assert kind == "ready"
        assert {"jobs", "results", "searches", "studies", "quarantine", "health"} <= names
        for name, write in writes(stores, own_api.launcher).items():
            write()
            told = next(events)
            assert told[:2] == ("changed", {name})
        stores.labels.change(["c3"], LabelChange(note="seen", noted=True))
        assert next(events)[1] == {"results"}
        # The same version again is no change.
        stores.versions.record("NQ", "1h", date(2026, 10, 1), "abc")
        stores.labels.change(["c3"], LabelChange(title="x", titled=True))
        assert next(events)[1] == {"results"}


def test_a_part_that_goes_away_is_a_change_of_health_and_of_nothing_else(
    own_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("g4qc_core.api.routes.events._HEALTH_SECONDS", 0.3)
    with heard(own_api) as events:
        next(events)
        for down in (True, False):
            own_api.launcher.down = down
            assert next(events)[:2] == ("changed", {"health"})


def changed(events: Iterator[tuple[str, set[str], str]]) -> tuple[set[str], str]:
    """Return names and id of the next change of more than the health; versions are shared for a moment."""
    return next((names - {"health"}, id_) for kind, names, id_ in events if kind == "changed" and names != {"health"})


def test_who_returns_hears_what_changed_meanwhile_from_any_server(quick: None, home: Home) -> None:
    with served(home.settings) as first:
        launcher = first.launcher
        with heard(first) as events:
            _, _, cursor = next(events)
        stores = first.services.stores()
        stores.versions.record("RTY", "1h", date(2026, 10, 1), "one")
        with heard(first, cursor) as events:
            names, later = changed(events)
            assert names == {"bars:RTY"}
        stores.versions.record("YM", "1h", date(2026, 10, 1), "two")
    with served(home.settings, launcher=launcher) as second:
        with heard(second, later) as events:
            assert changed(events)[0] == {"bars:YM"}
        with heard(second, cursor) as events:
            assert changed(events)[0] == {"bars:RTY", "bars:YM"}
        for unknown in ("7", "no id at all", "jobs=xyz", "x" * 5000):
            with heard(second, unknown) as events:
                kind, names, _ = next(events)
                assert kind == "changed"
                assert {"jobs", "results", "health", "bars:YM"} <= names


def test_many_listeners_ask_as_much_as_one(
    quick: None, make_api: Callable[..., Api], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = MemoryLauncher()
    asked, one_at_a_time = [0], threading.Lock()
    own = launcher.version

    def counted() -> str:
        with one_at_a_time:
            asked[0] += 1
        return own()

    monkeypatch.setattr(launcher, "version", counted)
    api = make_api(home.settings, launcher=launcher)
    with ExitStack() as stack:
        streams = [stack.enter_context(heard(api)) for _ in range(60)]
        for stream in streams:
            assert next(stream)[0] == "ready"
        before, begun = asked[0], time.monotonic()
        launcher.materialize(["roll_calendar"], "ES")
        for stream in streams:
            until_told(stream, "jobs")
        polls = (time.monotonic() - begun) / (0.8 * 0.1) + 2
        assert asked[0] - before <= polls


def test_a_stream_without_news_is_kept_open_and_takes_a_place(own_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("g4qc_core.api.routes.events._PING_SECONDS", 0.2)
    with own_api.client() as client, client.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        assert any(line.startswith(": still here") for line in lines)
        assert own_api.services.listeners._open.total() == 1
    with own_api.client() as client:
        assert httpx.codes.is_success(client.head("/events").status_code)
