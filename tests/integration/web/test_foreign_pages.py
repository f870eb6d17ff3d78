"""Pages of other sites in a real browser, before both ports of `g4qc up`: nothing is read, and nothing changes."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.fixtures.web import Run, Up

pytestmark = [pytest.mark.integration, pytest.mark.browser]

_ADD = """mutation { addDynamicPartition(repositorySelector: {repositoryLocationName: "g4qc",
  repositoryName: "__repository__"}, partitionsDefName: "instrument", partitionKey: "FOREIGN") { __typename } }"""
_PARTITIONS = """query($a: AssetKeyInput!) { assetNodeOrError(assetKey: $a) { ... on AssetNode {
  partitionKeys assetMaterializations(limit: 1000) { partition } } } }"""

# Everything a page can do without asking anybody; gives what it could read.
_ATTACK = """async ([graph, api, add]) => {
  const read = [], query = `${graph}/graphql?query=${encodeURIComponent(add)}`;
  const report = `${graph}/report_asset_materialization/contracts?partition=FOREIGN`;
  const job = JSON.stringify({assets: ["contracts"], partition: "FOREIGN"}), jobs = `${api}/api/v1/jobs`;
  const asked = async (url, options) => {
    try {
      const answer = await fetch(url, options);
      if (answer.type !== "opaque") read.push(`${url} ${answer.status}`);
    } catch (error) { if (!(error instanceof TypeError)) read.push(`${url} ${error}`); }
  };
  const plain = [`${graph}/server_info`, `${api}/api/v1/instruments`, `${api}/health`, `${api}/`];
  for (const url of [query, report, jobs, ...plain])
    for (const mode of ["cors", "no-cors"])
      for (const method of ["GET", "POST"])
        await asked(url, {mode, method, credentials: "include"});
  for (const [url, body] of [[`${graph}/graphql`, JSON.stringify({query: add})], [jobs, job]]) {
    await asked(url, {mode: "no-cors", method: "POST", body});
    await asked(url, {mode: "no-cors", method: "POST", body: new Blob([body], {type: "text/plain"})});
    await asked(url, {mode: "cors", method: "POST", body, headers: {"Content-Type": "application/json"}});
    await asked(url, {mode: "cors", method: "PUT", body});
    await asked(url, {mode: "cors", method: "DELETE"});
  }
  const loads = (kind, url) => new Promise((done) => {
    const one = document.createElement(kind);
    one.onload = () => { if (kind !== "iframe") read.push(`${kind} ${url}`); done(); };
    one.onerror = done;
    one.src = url;
    document.body.append(one);
  });
  for (const kind of ["img", "script", "iframe"])
    for (const url of [query, `${graph}/favicon.png`, `${api}/favicon.ico`, `${graph}/`]) await loads(kind, url);
  for (const [action, fields, kind] of [[`${graph}/graphql`, {query: add}, "application/x-www-form-urlencoded"],
      [query, {}, "text/plain"], [report, {a: "b"}, "multipart/form-data"], [jobs, {[job]: ""}, "text/plain"]]) {
    const frame = document.createElement("iframe"), form = document.createElement("form");
    frame.name = `frame${document.querySelectorAll("iframe").length}`;
    Object.assign(form, {method: "post", action, enctype: kind, target: frame.name});
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      Object.assign(input, {name, value});
      form.append(input);
    }
    document.body.append(frame, form);
    await new Promise((done) => { frame.onload = done; form.submit(); });
  }
  for (const url of [graph, api])
    await new Promise((done) => {
      const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-ws");
      socket.onopen = () => { read.push(`socket ${url}`); done(); };
      socket.onerror = done;
    });
  return read;
}"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!doctype html><title>elsewhere</title><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """Port of a web server that is not ours."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def rebound() -> Iterator[Browser]:
    """A browser that resolves every name of example.org to this machine, as after DNS rebinding."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("chromium is not installed")
    flags = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.example.org 127.0.0.1"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture
def page(rebound: Browser) -> Iterator[Page]:
    context = rebound.new_context()
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def state(web: Up) -> tuple[Any, ...]:
    """Everything that the attack tries to change."""
    node = web.ask(_PARTITIONS, a={"path": ["contracts"]})["assetNodeOrError"]
    runs = web.ask("{ runsOrError { ... on Runs { results { runId } } } }")["runsOrError"]["results"]
    jobs = httpx.get(f"{web.reports}/api/v1/jobs", timeout=60).json()["jobs"]
    return sorted(node["partitionKeys"]), node["assetMaterializations"], runs, jobs


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "attacker.example.org"])
def test_a_page_of_another_site_reads_nothing_and_changes_nothing(
    web: Up, chain: Run, page: Page, elsewhere: int, name: str
) -> None:
    before = state(web)
    statuses: set[int] = set()
    page.goto(f"http://{name}:{elsewhere}/")
    page.on("response", lambda answer: statuses.add(answer.status))
    assert page.evaluate(_ATTACK, [web.url, web.reports, _ADD]) == []
    assert state(web) == before
    assert statuses <= {403}


def test_a_name_that_was_made_to_point_here_shows_nothing(web: Up, chain: Run, page: Page) -> None:
    before = state(web)
    for url in (web.url, web.reports):
        base = url.replace("127.0.0.1", "rebound.example.org")
        for path in ("/", "/graphql", "/server_info", "/api/v1/instruments", "/health"):
            answer = page.goto(f"{base}{path}")
            assert answer is not None
            assert answer.status == 421, f"{base}{path}"
            assert "rebound.example.org" in answer.text()
        # The loaded page has the same origin as its requests.
        options = {
            "method": "POST",
            "body": json.dumps({"query": _ADD}),
            "headers": {"Content-Type": "application/json"},
        }
        told = page.evaluate("async ([url, options]) => (await fetch(url, options)).status", ["/graphql", options])
        assert told == 421
        opened = page.evaluate(
            """(url) => new Promise((done) => { const socket = new WebSocket(url, "graphql-ws");
            socket.onopen = () => done(true); socket.onerror = () => done(false); })""",
            base.replace("http", "ws") + "/graphql",
        )
        assert opened is False
    assert state(web) == before


def test_a_link_on_another_page_opens_a_page_of_ours(web: Up, page: Page, elsewhere: int) -> None:
    for url in (f"{web.url}/runs", f"{web.reports}/"):
        opened = page.context.new_page()
        opened.goto(f"http://attacker.example.org:{elsewhere}/")
        with opened.expect_response(url) as answered:
            opened.evaluate("(url) => { location.href = url; }", url)
        assert answered.value.status == 200
        opened.close()


def test_dagsters_own_pages_work_behind_the_guard(web: Up, chain: Run, page: Page) -> None:
    refused: list[str] = []
    heard: list[str] = []
    page.on(
        "response", lambda answer: refused.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    page.on("websocket", lambda opened: opened.on("framereceived", lambda frame: heard.append(str(frame))))
    done = "{ runsOrError(filter: {statuses: [SUCCESS]}) { ... on Runs { results { runId } } } }"
    (run, *_) = web.ask(done)["runsOrError"]["results"]
    page.goto(f"{web.url}/runs/{run['runId']}")
    expect(page.get_by_text("RUN_SUCCESS").first).to_be_visible(timeout=60_000)
    assert any("pipelineRunLogs" in frame for frame in heard)
    page.goto(f"{web.url}/asset-groups")
    expect(page.locator("svg foreignObject").get_by_text("extraction", exact=True)).to_be_visible(timeout=60_000)
    assert refused == []
