"""The webhook: each event arrives once, and a missing listener has no other effect."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress

import dagster as dg
import pytest

from g4qc_core.errors import DatabaseUnavailable
from g4qc_core.settings import Settings
from g4qc_pipelines.run_tags import range_tags
from g4qc_pipelines.sensors.failed_runs import build_failed_runs
from g4qc_pipelines.sensors.webhook import Webhook, tell
from tests.pipelines.hook import Hook, address, to

pytestmark = pytest.mark.slow


def test_an_event_arrives_once_with_its_words(settings: Settings, hook: Hook) -> None:
    assert tell(to(settings, address(hook)), "feed_stale", "It stands still.", instrument="ES")
    assert hook.heard == [{"event": "feed_stale", "text": "It stands still.", "instrument": "ES"}]


def test_a_listener_that_is_busy_is_asked_again(settings: Settings, hook: Hook) -> None:
    hook.answers, pauses = [503, 204], []
    assert tell(to(settings, address(hook)), "feed_stale", "", pause=pauses.append)
    assert (len(hook.heard), len(pauses)) == (2, 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/secret-token", "no address: secret-token", "ftp://x/secret-token"])
def test_nobody_who_listens_harms_nobody_and_the_address_is_not_logged(
    url: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "g4qc_pipelines"):
        assert not tell(to(settings, url), "run_failed", "", pause=lambda _: None)
    assert "did not take the event run_failed" in caplog.text
    assert "secret-token" not in caplog.text


def test_without_an_address_nothing_is_told(settings: Settings) -> None:
    assert not tell(settings, "run_failed", "")


# --- listeners that never end


class Dripping:
    """Takes a document, and answers with a byte from time to time, for ever."""

    def __init__(self, head: bytes = b"", drop: bytes = b"H") -> None:
        self.heard = 0
        self._head, self._drop = head, drop
        self._closing = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/secret-token"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Ends every answer."""
        self._closing.set()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._listening.accept()
                threading.Thread(target=self._drip, args=[taken], daemon=True).start()

    def _drip(self, taken: socket.socket) -> None:
        with taken, suppress(OSError):
            while b"}" not in taken.recv(65536):
                pass
            self.heard += 1
            taken.sendall(self._head)
            while not self._closing.wait(0.05):
                taken.sendall(self._drop)


@pytest.fixture
def dripping() -> Iterator[Callable[..., Dripping]]:
    with ExitStack() as stack:
        yield lambda *given: stack.enter_context(closing(Dripping(*given)))


def test_an_answer_that_drips_for_ever_is_given_up_as_a_whole_and_not_asked_for_again(
    settings: Settings, dripping: Callable[..., Dripping], caplog: pytest.LogCaptureFixture
) -> None:
    hook = dripping()
    limited = to(settings, hook.url).model_copy(update={"webhook_limit": 0.5})
    assert not tell(limited, "run_failed", "It failed.")
    assert hook.heard == 1
    assert "no answer within" in caplog.text
    assert "secret-token" not in caplog.text


def test_an_answer_whose_body_never_ends_counts_by_its_status(
    settings: Settings, dripping: Callable[..., Dripping]
) -> None:
    hook = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", b"x" * 1000)
    assert tell(to(settings, hook.url), "run_failed", "It failed.")
    assert hook.heard == 1


def test_a_redirect_leads_nowhere(settings: Settings, hook: Hook) -> None:
    hook.answers = [302]
    assert not tell(to(settings, address(hook)), "run_failed", "It failed.")
    assert len(hook.heard) == 1


def test_the_deliveries_of_one_look_have_a_limit_together(settings: Settings, hook: Hook) -> None:
    now = [0.0]
    webhook = Webhook(to(settings, address(hook)), clock=lambda: now[0])
    assert webhook.tell("feed_stale", "It stands still.")
    now[0] += 61
    assert not webhook.tell("feed_stale", "Another one, too.")
    assert len(hook.heard) == 1


# --- a failure is reported once


@dg.op
def _fails() -> None:
    raise dg.Failure("It could not be.")


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["ES|2026-09-01", "ES|2026-10-01"]))
def bars_1h() -> None:
    raise ValueError("no")


@dg.job
def _failing() -> None:
    _fails()


@pytest.mark.slow
def test_a_failure_is_told_once_even_when_the_look_is_cut_off_before_its_cursor_is_stored(
    settings: Settings, hook: Hook
) -> None:
    sensor = build_failed_runs(to(settings, address(hook)))
    with dg.DagsterInstance.ephemeral() as instance:
        start = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).cursor
        _failing.execute_in_process(instance=instance, raise_on_error=False)
        for _ in range(2):  # the same cursor twice
            sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=start, definitions=_DEFINITIONS))
    assert [event["event"] for event in hook.heard] == ["run_failed"]


@pytest.mark.slow
def test_a_failed_run_of_two_months_is_named_after_both_and_after_its_assets(settings: Settings, hook: Hook) -> None:
    sensor, definitions = build_failed_runs(to(settings, address(hook))), dg.Definitions([bars_1h])
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        start = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).cursor
        tags = range_tags("ES|2026-09-01", "ES|2026-10-01")
        only = [dg.AssetKey("bars_1h")]
        job.execute_in_process(instance=instance, raise_on_error=False, tags=tags, asset_selection=only)
        sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=start, definitions=definitions))
    [event] = hook.heard
    assert event["partition"] == "ES|2026-09-01...ES|2026-10-01"
    assert " of bars_1h over ES|2026-09-01...ES|2026-10-01 failed: " in event["text"]


@dg.resource
def _broken(_: dg.InitResourceContext) -> object:
    raise DatabaseUnavailable("No database answers.")


@dg.op(required_resource_keys={"broken"})
def _waits() -> None: ...


@dg.job(resource_defs={"broken": _broken})
def _never_begun() -> None:
    _waits()


@pytest.mark.slow
def test_a_run_that_failed_before_its_steps_is_told_in_one_line_of_its_own(settings: Settings, hook: Hook) -> None:
    sensor, definitions = build_failed_runs(to(settings, address(hook))), dg.Definitions(jobs=[_never_begun])
    with dg.DagsterInstance.ephemeral() as instance:
        start = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).cursor
        _never_begun.execute_in_process(instance=instance, raise_on_error=False)
        sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=start, definitions=definitions))
    [event] = hook.heard
    assert event["text"].endswith(" of _never_begun over no partition failed: No database answers.")


_DEFINITIONS = dg.Definitions(jobs=[_failing])
