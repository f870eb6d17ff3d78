"""Dagster's web server behind its guard and its keys: who may do what, and how."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import httpx
import pytest
import yaml
from dagster._core.workspace.context import WorkspaceProcessContext
from playwright.sync_api import Browser
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from g4qc_core.api.api_keys import ApiKeys, Key, Scope, create_key
from g4qc_core.api.http_guard import GuardRules
from g4qc_core.api.http_server import build_server
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.settings import load_settings
from g4qc_pipelines.commands.graph_commands import run_dagster
from g4qc_pipelines.launching.graphql import Graph
from g4qc_pipelines.launching.web_key import web_key, with_web_key
from g4qc_pipelines.launching.web_server import guarded, serve_web, web_rules

LIMIT = 'mutation { setConcurrencyLimit(concurrencyKey: "%s", limit: 1) }'
VERSION = "{ __typename }"
FOREIGN = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "localhost."}, 421),
    ({"Origin": "https://example.org"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
]


@dataclass(frozen=True)
class Web:
    """Dagster's web server without a graph, and its instance."""

    url: str
    instance: dg.DagsterInstance
    secrets: dict[Scope, str]

    def client(self, scope: Scope | None = None, **headers: str) -> httpx.Client:
        if scope:
            headers["Authorization"] = f"Bearer {self.secrets[scope]}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    @property
    def limits(self) -> set[str]:
        return self.instance.event_log_storage.get_concurrency_keys()

    def reported(self, asset: str) -> bool:
        return self.instance.get_latest_materialization_event(dg.AssetKey(asset)) is not None


@contextmanager
def serving(keys: ApiKeys, rules: GuardRules, secrets: dict[Scope, str]) -> Iterator[Web]:
    with dg.instance_for_test() as instance, WorkspaceProcessContext(instance, None) as context:
        server = build_server(guarded(context, keys, rules), "127.0.0.1", 0)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            while not server.started:
                assert thread.is_alive(), "the server ended by itself"
                time.sleep(0.01)
            yield Web(f"http://127.0.0.1:{listening.getsockname()[1]}", instance, secrets)
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """Without keys, on loopback."""
    with serving(ApiKeys([]), web_rules(load_settings(), loopback=True), {}) as running:
        yield running


@pytest.fixture(scope="module")
def keyed() -> Iterator[Web]:
    """With keys, and reached under any name."""
    made: dict[Scope, tuple[str, Key]] = {scope: create_key(str(scope), scope) for scope in Scope}
    keys = ApiKeys([key for _, key in made.values()])
    secrets = {scope: secret for scope, (secret, _) in made.items()}
    with serving(keys, web_rules(load_settings(), loopback=False), secrets) as running:
        yield running


def test_its_own_pages_and_programs_use_it(web: Web) -> None:
    with web.client() as client:
        assert client.post("/graphql", json={"query": VERSION}).json()["data"] == {"__typename": "Query"}
        assert client.get("/graphql", params={"query": VERSION}).json()["data"] == {"__typename": "Query"}
        assert client.post("/graphql", json={"query": LIMIT % "own"}).status_code == 200
        page = client.post("/graphql", json={"query": LIMIT % "page"}, headers={"Origin": web.url})
        assert client.post("/report_asset_materialization/own", params={"partition": "x"}).status_code == 200
        assert client.get("/").headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.status_code == 200
    assert {"own", "page"} <= web.limits
    assert web.reported("own")


@pytest.mark.parametrize(("headers", "status"), FOREIGN, ids=str)
def test_nothing_foreign_reads_or_changes_anything(web: Web, headers: dict[str, str], status: int) -> None:
    with web.client(**headers) as client:
        answers = [
            client.get("/graphql", params={"query": VERSION}),
            client.post("/graphql", json={"query": VERSION}),
            client.post("/graphql", json={"query": LIMIT % "foreign"}),
            client.get("/graphql", params={"query": LIMIT % "foreign"}),
            client.post("/graphql", params={"query": LIMIT % "foreign"}),
            client.post("/report_asset_materialization/foreign"),
            client.post("/report_asset_check/foreign", json={"check_name": "x", "passed": True}),
            client.post("/report_asset_observation/foreign"),
            client.options("/graphql"),
            client.put("/graphql"),
            *(client.get(path) for path in ("/", "/server_info", "/logs/a/b.out", "/download_debug/x", "/notebook")),
            *(client.head(path) for path in ("/", "/graphql")),
            client.get("/g4qc/health"),
            client.post("/g4qc/sign-in", data={"key": "x"}),
        ]
    assert {answer.status_code for answer in answers} == {status}
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)
    assert "foreign" not in web.limits
    assert not web.reported("foreign")
    with pytest.raises(InvalidStatus) as refused, _socket(web, **headers):
        pass
    assert refused.value.response.status_code == status


@pytest.mark.parametrize(
    ("method", "parts", "status"),
    [
        ("GET", {"params": {"query": LIMIT % "odd"}}, 405),
        ("HEAD", {"params": {"query": LIMIT % "odd"}}, 405),
        ("GET", {"params": {"query": "query A { version } " + LIMIT % "odd", "operationName": "A"}}, 405),
        ("POST", {"params": {"query": LIMIT % "odd"}}, 415),
        ("POST", {"data": {"query": LIMIT % "odd"}}, 415),
        ("POST", {"files": {"0": b"x"}, "data": {"operations": json.dumps({"query": LIMIT % "odd"})}}, 415),
        ("POST", {"content": json.dumps({"query": LIMIT % "odd"}), "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", {"content": json.dumps({"query": LIMIT % "odd"}),
                  "headers": {"Content-Type": "text/plain; a=application/json"}}, 415),
        ("POST", {"content": json.dumps({"query": LIMIT % "odd"}), "headers": {"Content-Type": ""}}, 415),
        ("POST", {"json": [{"query": LIMIT % "odd"}]}, 400),
        ("POST", {"json": "x"}, 400),
        ("POST", {"content": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ("PUT", {"json": {"query": LIMIT % "odd"}}, 405),
        ("DELETE", {}, 405),
    ],
)  # fmt: skip
def test_a_mutation_is_posted_as_json_or_not_at_all(
    web: Web, method: str, parts: dict[str, object], status: int
) -> None:
    with web.client() as client:
        assert client.request(method, "/graphql", **parts).status_code == status  # type: ignore[arg-type]
    assert "odd" not in web.limits


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_a_form_reports_nothing(web: Web, kind: str) -> None:
    with web.client() as client:
        answer = client.post("/report_asset_materialization/form", content=b"a=b", headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert not web.reported("form")


def test_a_web_socket_is_for_subscriptions(web: Web) -> None:
    with _socket(web, Origin=web.url) as own:
        for number, query in enumerate((VERSION, LIMIT % "socket")):
            own.send(json.dumps({"type": "start", "id": f"{number}", "payload": {"query": query}}))
            answer = json.loads(own.recv(60))
            assert (answer["type"], answer["id"]) == ("error", f"{number}")
            assert "subscriptions" in answer["payload"]["message"]
    assert "socket" not in web.limits


@pytest.mark.slow
def test_where_there_are_keys_nothing_is_told_without_one(keyed: Web) -> None:
    with keyed.client() as client:
        for path in ("/", "/server_info", "/graphql?query={version}", "/logs/a/b.out", "/download_debug/x"):
            assert client.get(path).status_code == 401, path
            page = client.get(path, headers={"Accept": "text/html"})
            assert (page.status_code, "<form" in page.text) == (401, True)
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        for given in ("Bearer nonsense", "Bearer", "Basic abc"):
            answer = client.post("/graphql", json={"query": VERSION}, headers={"Authorization": given})
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert client.get("/g4qc/health").json() == {"status": "ok"}
    with pytest.raises(InvalidStatus) as refused, _socket(keyed):
        pass
    assert refused.value.response.status_code == 401


@pytest.mark.slow
def test_a_key_may_do_what_its_scope_says_and_no_more(keyed: Web) -> None:
    asked = [
        (VERSION, Scope.READ),
        ('mutation { terminateRun(runId: "x") { __typename } }', Scope.RUN),
        (LIMIT % "keyed", Scope.ADMIN),
    ]
    for scope in Scope:
        with keyed.client(scope) as client:
            for query, needed in asked:
                status = client.post("/graphql", json={"query": query}).status_code
                assert status == (200 if scope.covers(needed) else 403), (scope, query)
            reported = client.post(f"/report_asset_materialization/by_{scope}")
            assert reported.status_code == (200 if scope is Scope.ADMIN else 403)
            assert keyed.reported(f"by_{scope}") is (scope is Scope.ADMIN)
        with _socket(keyed, Authorization=f"Bearer {keyed.secrets[scope]}"):
            pass
    assert keyed.limits == {"keyed"}


def test_dagsters_pages_offer_a_reader_nothing_that_is_refused(keyed: Web) -> None:
    query = {"query": "{ permissions { permission value } }"}
    for scope in Scope:
        with keyed.client(scope) as client:
            found = client.post("/graphql", json=query).json()["data"]["permissions"]
        values = {one["permission"]: one["value"] for one in found}
        assert values["launch_pipeline_execution"] is (scope not in (Scope.READ, Scope.TRADE))


def test_a_browser_signs_in_once(keyed: Web) -> None:
    with keyed.client() as client:
        wrong = client.post("/g4qc/sign-in", data={"key": "wrong"})
        assert (wrong.status_code, wrong.cookies.get("g4qc_key")) == (401, None)
        right = client.post("/g4qc/sign-in", data={"key": keyed.secrets[Scope.READ]})
        assert (right.status_code, right.headers["Location"]) == (303, "/")
        assert {"httponly", "samesite=strict"} <= set(right.headers["set-cookie"].lower().split("; "))
        assert client.get("/server_info").status_code == 200
        assert client.post("/graphql", json={"query": LIMIT % "cookie"}).status_code == 403


@pytest.mark.browser
def test_a_person_signs_in_on_the_page(keyed: Web, browser: Browser) -> None:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    for given, status in (("g4qc_wrong", 401), (keyed.secrets[Scope.READ], 303)):
        page.goto(f"{keyed.url}/runs")
        page.get_by_label("Key of G4QC").fill(given)
        with page.expect_response(f"{keyed.url}/g4qc/sign-in") as answered:
            page.get_by_role("button", name="Sign in").click()
        assert answered.value.status == status
    opened = page.goto(f"{keyed.url}/runs")
    assert opened is not None
    assert opened.status == 200
    context.close()


@pytest.mark.parametrize("path", ["/g4qc/sign-in", "/graphql"])
@pytest.mark.slow
def test_a_body_that_never_comes_is_not_waited_for(path: str) -> None:
    patience = replace(web_rules(load_settings(), loopback=True), receive_seconds=0.3)
    with serving(ApiKeys([]), patience, {}) as slow:
        address, _, port = slow.url.removeprefix("http://").partition(":")
        with socket.create_connection((address, int(port)), timeout=60) as client:
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            client.sendall(f"{head}Content-Length: 9\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 408")


def test_the_servers_of_one_home_know_each_other(keyed: Web, tmp_path: Path) -> None:
    _, key = create_key("somebody", Scope.READ)
    settings = load_settings(home=tmp_path, api_keys=str(key))
    secret = web_key(settings)
    assert secret is not None
    assert web_key(settings) == secret
    path = settings.home / "web_key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in settings.home.iterdir()] == [path.name]
    known = with_web_key(ApiKeys([key]), settings).find(secret)
    assert known is not None
    assert known.scope is Scope.ADMIN
    assert web_key(load_settings(home=tmp_path)) is None
    assert not with_web_key(ApiKeys([]), settings)


def test_the_api_hears_why_it_is_refused(keyed: Web) -> None:
    for key, said in ((None, "requires a key"), (keyed.secrets[Scope.READ], "may only read")):
        graph = Graph(keyed.url, keyed.url, key=key)
        with pytest.raises(Exception, match=said):
            graph.add_partition("instrument", "ES")
        graph.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "web.example"])
def test_it_is_not_bound_beyond_this_machine_without_keys(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="api-key create"):
        serve_web(load_settings(home=tmp_path), host, 1, Path("workspace.yaml"))


def _socket(web: Web, **headers: str) -> ClientConnection:
    """A web socket as Dagster's pages open it, with these headers; `Host` in place of the address."""
    address, _, port = web.url.removeprefix("http://").partition(":")
    named = headers.pop("Host", f"{address}:{port}")
    origin = headers.pop("Origin", None)
    return connect(
        f"ws://{named}/graphql",
        sock=socket.create_connection((address, int(port)), timeout=60),
        origin=Origin(origin) if origin else None,
        additional_headers=headers,
        subprotocols=[Subprotocol("graphql-ws")],
    )


def test_the_containers_have_the_same_door() -> None:
    services = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text("utf-8"))["services"]
    commands = {name: service["command"] for name, service in services.items() if "command" in service}
    assert commands["webserver"][:2] == ["g4qc", "web"]
    assert not any("dagster-webserver" in command or "dev" in command for command in commands.values())
    given = services["webserver"]["environment"]
    settings = load_settings(dagster_host=given["G4QC_DAGSTER_HOST"], dagster_url="http://127.0.0.1:3000")
    origins = web_rules(settings, loopback=True).hosts
    # What the API's container calls it, and what a browser on the host does.
    assert {"webserver", "127.0.0.1"} <= set(origins)
    assert {"G4QC_API_KEYS", "G4QC_API_WITHOUT_KEYS"} <= set(given)


@pytest.mark.parametrize("command", [["dagster-webserver", "-p", "1"], ["dagster", "dev"]])
def test_no_command_starts_dagsters_server_without_the_door(command: list[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="g4qc web"):
        run_dagster(load_settings(home=tmp_path), command)
