"""The webhook: what is told arrives once, and whether anybody listens harms nobody."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from g4qc_core.settings import Settings
from g4qc_pipelines.sensors.webhook import tell


class Hook:
    """A listener that gives these answers one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.answers = [204]
        self.heard: list[dict] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0])
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def hook() -> Iterator[Hook]:
    listening = Hook()
    threading.Thread(target=listening.server.serve_forever, daemon=True).start()
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


def to(settings: Settings, url: str) -> Settings:
    return Settings(_env_file=None, home=settings.home, webhook_url=url)  # type: ignore[call-arg]


def address(hook: Hook) -> str:
    return f"http://127.0.0.1:{hook.server.server_address[1]}/secret-token"


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
