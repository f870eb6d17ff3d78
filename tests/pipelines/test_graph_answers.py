"""The client of Dagster's web server with every kind of answer, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from g4qc_core.errors import GraphUnavailable, UsageError
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.stages.kinds import chain


class Refusing(BaseHTTPRequestHandler):
    """Refuses every launch with the message."""

    message = ""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        refused = {"__typename": "InvalidSubsetError", "message": self.message}
        body = json.dumps({"data": {"launchRun": refused}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@pytest.fixture
def graph() -> Iterator[Graph]:
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever, args=[0.01]).start()
    client = Graph(f"http://127.0.0.1:{server.server_port}", "http://localhost:3000")
    yield client
    client.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("dagster._core.errors.DagsterUserCodeUnreachableError: Could not reach user code server.", GraphUnavailable),
        ("There is no such partition.", UsageError),
    ],
)
def test_code_that_does_not_answer_is_no_fault_of_the_request(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, message: str, error: type[Exception]
) -> None:
    monkeypatch.setattr(Refusing, "message", message)
    with pytest.raises(error):
        graph.launch(chain("ES"), {})
