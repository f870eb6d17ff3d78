"""Who may ask for what, from where, how much and how slowly."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from g4qc_core.api.api_keys import Scope, create_key, parse_keys
from g4qc_core.api.http_guard import GuardRules
from g4qc_core.api.origin_policy import loopback_hosts
from g4qc_core.errors import SettingsError
from g4qc_pipelines.launching.api_server import api_server, is_loopback
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

LOOPBACK = GuardRules(hosts=loopback_hosts())


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/instruments", Scope.READ),
        ("GET", "/data/ES?limit=1", Scope.READ),
        ("GET", "/health", Scope.READ),
        ("GET", "/metrics", Scope.READ),
        ("POST", "/data/extract", Scope.RUN),
        ("POST", "/backtests", Scope.RUN),
        ("POST", "/jobs", Scope.RUN),
        ("DELETE", f"/jobs/{'0' * 32}", Scope.RUN),
        ("POST", "/quarantine/decisions", Scope.ADMIN),
    ],
)
def test_a_key_may_do_what_its_scope_says_and_no_more(keyed_api: Api, method: str, path: str, needed: Scope) -> None:
    for scope in (None, *Scope):
        with keyed_api.client(scope) as client:
            status = client.request(method, path, json={} if method == "POST" else None).status_code
        if scope is None:
            assert status == 401
        elif scope.covers(needed):
            assert status not in (401, 403)
        else:
            assert status == 403


@pytest.mark.parametrize("path", ["/reports", "/reports/x.html", "/metrics"])
def test_what_stands_beside_the_api_wants_a_key_too(keyed_api: Api, path: str) -> None:
    assert httpx.get(f"{keyed_api.url}{path}").status_code == 401
    answer = httpx.get(f"{keyed_api.url}{path}", headers={"X-API-Key": keyed_api.secrets[Scope.READ]})
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("given", ["Bearer nonsense", "Bearer", "Basic abc", "g4qc_", "Bearer \xff"])
def test_a_wrong_key_is_refused_and_never_repeated(keyed_api: Api, given: str) -> None:
    with keyed_api.client() as client:
        answer = client.get("/instruments", headers={"Authorization": given.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "nonsense" not in answer.text


def test_whoever_watches_the_process_needs_no_key_and_learns_no_address(keyed_api: Api) -> None:
    answer = httpx.get(f"{keyed_api.url}/health")
    assert set(answer.json()) == {"status", "database", "gateway", "dagster"}


def test_a_browser_gives_its_key_once_and_keeps_it_out_of_reach_of_scripts(keyed_api: Api) -> None:
    with keyed_api.client() as client:
        assert client.get("/session").json() == {"keys_required": True, "name": None, "scope": None}
        assert client.post("/session", json={"key": "wrong"}).status_code == 401
        answer = client.post("/session", json={"key": keyed_api.secrets[Scope.RUN]})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert client.get("/instruments").status_code == 200
        assert client.get("/session").json()["scope"] == "run"
        client.delete("/session")
        assert client.get("/instruments").status_code == 401


def test_a_server_on_loopback_answers_to_no_other_name(api: Api) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"):
        answer = httpx.get(f"{api.url}/api/v1/instruments", headers={"Host": host})
        assert answer.status_code == 421, host
    # Malformed names are not accepted names either, however the framework reads them.
    for host in ("a{b.evil.example", "evil.example:x", "evil.example:99999", "[", "", "127.0.0.1/x", "x@127.0.0.1"):
        page = {"Host": host, "Origin": f"http://{host}"}
        assert httpx.post(f"{api.url}/api/v1/jobs", json={"assets": ["x"]}, headers=page).status_code == 421, host
    for host in ("localhost", "LocalHost:80", "127.0.0.1:8000", "[::1]:8000"):
        assert httpx.get(f"{api.url}/api/v1/instruments", headers={"Host": host}).status_code == 200, host


def test_pages_of_other_sites_change_nothing_and_read_nothing(api: Api) -> None:
    before = len(api.launcher.started)
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        answer = httpx.post(f"{api.url}/api/v1/jobs", json={"assets": ["x"]}, headers={"Origin": origin})
        assert answer.status_code == 403, origin
        read = httpx.get(f"{api.url}/api/v1/instruments", headers={"Origin": origin})
        assert read.status_code == 403
        assert "access-control-allow-origin" not in read.headers
    assert len(api.launcher.started) == before


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [("127.0.0.1", "https://evil.example", 403), ("127.0.0.1", "null", 403), ("evil.example", None, 421)],
)
def test_a_web_socket_is_refused_as_a_request_is(api: Api, host: str, origin: str | None, status: int) -> None:
    channel = socket.create_connection(api.address, timeout=60)
    site = Origin(origin) if origin else None
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://{host}/graphql", sock=channel, origin=site):
        pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["status"] == status


def test_a_form_of_another_site_is_no_json(api: Api) -> None:
    answer = httpx.post(f"{api.url}/api/v1/jobs", content=b'{"assets": ["x"]}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_an_origin_that_is_named_may_read(make_api: Callable[..., Api], full_home: Home) -> None:
    served = make_api(full_home.settings, GuardRules(origins=["https://lab.example"]))
    with served.client() as client:
        answer = client.get("/instruments", headers={"Origin": "https://lab.example"})
        asked = client.options(
            "/jobs", headers={"Origin": "https://lab.example", "Access-Control-Request-Method": "POST"}
        )
    assert answer.headers["access-control-allow-origin"] == "https://lab.example"
    assert asked.status_code == 200


def test_head_is_get_without_the_body_and_without_the_work(api: Api) -> None:
    for path in ("/api/v1/data/ES", "/api/v1/instruments", "/health", "/", "/reports"):
        answer = httpx.head(f"{api.url}{path}")
        assert (answer.status_code, answer.content) == (200, b""), path
    assert httpx.head(f"{api.url}/api/v1/data/XX").status_code == 404
    assert httpx.head(f"{api.url}/api/v1/data/extract/").status_code == 404
    after = httpx.get(f"{api.url}/metrics").text
    assert 'method="HEAD",route="/data/{symbol}",status="200"' in after


def test_nobody_on_the_way_keeps_an_answer(keyed_api: Api) -> None:
    with keyed_api.client(Scope.READ) as client:
        for path in ("/data/ES?limit=1", "/instruments", "/nothing"):
            assert client.get(path).headers["Cache-Control"] == "private, no-cache"


def test_more_requests_than_the_limit_are_told_to_wait(make_api: Callable[..., Api], full_home: Home) -> None:
    served = make_api(full_home.settings, GuardRules(per_minute=5))
    with served.client() as client:
        # A minute may end between the requests, which resets the count.
        answers = [client.get("/strategies") for _ in range(12)]
    assert 429 in {answer.status_code for answer in answers}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Retry-After"]
    assert refused.json()["error"] == "TooManyRequests"


def test_a_body_that_is_too_large_is_not_read(api: Api) -> None:
    with api.client() as client:
        answer = client.post("/backtests", content=b" " * 10**6, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        in_pieces = client.post(
            "/backtests", content=(b" " * 10_000 for _ in range(100)), headers={"Content-Type": "application/json"}
        )
        assert in_pieces.status_code == 413


def test_a_client_that_never_ends_its_body_is_not_waited_for(make_api: Callable[..., Api], full_home: Home) -> None:
    served = make_api(full_home.settings, GuardRules(receive_seconds=0.2))
    with socket.create_connection(served.address, timeout=60) as client:
        client.sendall(
            b"POST /api/v1/backtests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n{"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 408")


def test_a_client_that_drips_its_body_is_not_waited_for_either(make_api: Callable[..., Api], full_home: Home) -> None:
    served = make_api(full_home.settings, GuardRules(receive_seconds=0.5), with_keys=True)
    with socket.create_connection(served.address, timeout=60) as client:
        client.sendall(
            b"POST /api/v1/backtests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 60000\r\n\r\n{"
        )
        client.settimeout(0.1)
        deadline, said = time.monotonic() + 60, b""
        while not said:
            assert time.monotonic() < deadline
            client.sendall(b" ")
            with suppress(TimeoutError):
                said = client.recv(100)
    assert said.startswith(b"HTTP/1.1 408")


def test_a_client_that_does_not_read_holds_nothing_up(make_api: Callable[..., Api], full_home: Home) -> None:
    served = make_api(full_home.settings, GuardRules(send_seconds=0.2))
    slow = []
    for _ in range(15):  # more than the database has connections
        client = socket.create_connection(served.address, timeout=60)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET /api/v1/data/ES HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(client)
    with served.client() as other:
        assert other.get("/data/ES", params={"limit": 10}).json()["records"] == 10
        # Their answers are given up; the deadline is the law here, and it is kept within a generous minute.
        deadline = time.monotonic() + 60
        while "g4qc_api_abandoned_total 15.0" not in other.get("/metrics").text:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    for client in slow:
        client.close()


@pytest.mark.parametrize(
    "path", ["/reports/..%2f..%2fetc%2fpasswd", "/reports/%2e%2e/x.html", "/reports/.hidden.html", "/reports/a%00.html",
             "/reports/x.txt", "/reports/a/b.html"],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_finds_nothing(api: Api, path: str) -> None:
    with socket.create_connection(api.address, timeout=60) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert client.recv(100).split()[1] in (b"404", b"400", b"422")


def test_a_report_is_served_in_a_sandbox_without_a_way_to_the_api(api: Api, full_home: Home) -> None:
    folder: Path = full_home.settings.home / "reports"
    folder.mkdir(exist_ok=True)
    (folder / "one.html").write_text("<p>hello")
    (folder / "link.html").symlink_to("/etc/hostname")
    answer = httpx.get(f"{api.url}/reports/one.html")
    policy = answer.headers["Content-Security-Policy"]
    assert answer.text == "<p>hello"
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "connect-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "one.html" in httpx.get(f"{api.url}/reports").text
    assert httpx.get(f"{api.url}/reports/link.html").status_code == 404


def test_no_server_is_bound_beyond_this_machine_without_keys(home: Home) -> None:
    with pytest.raises(SettingsError, match="api-key create"), api_server(home.settings, "0.0.0.0", 1):
        pass


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("a.b", False)]
)
def test_loopback_is_told_from_the_rest(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_the_setting_holds_no_key_but_knows_it() -> None:
    secret, key = create_key("bot", Scope.RUN)
    keys = parse_keys(f" {key} , {create_key('other', Scope.READ)[1]},")
    assert secret not in str(key)
    assert keys.find(secret) == key
    assert keys.find(secret[:-1]) is None
    assert not parse_keys("")


@pytest.mark.parametrize("entry", ["g4qc_secret", "a:b", "a:root:" + "0" * 64, "a:read:zz", "a b:read:" + "0" * 64])
def test_an_entry_of_another_form_is_refused_without_repeating_it(entry: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_keys(entry)
    assert entry not in str(refused.value)
