"""A listener for the webhook, on a real socket."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from g4qc_core.settings import Settings


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


def to(settings: Settings, url: str) -> Settings:
    return Settings(_env_file=None, home=settings.home, webhook_url=url)  # type: ignore[call-arg]


def address(hook: Hook) -> str:
    return f"http://127.0.0.1:{hook.server.server_address[1]}/secret-token"
