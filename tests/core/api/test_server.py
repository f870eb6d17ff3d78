"""Slow clients, and clients behind a proxy, on real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from g4qc_core.api.http_server import ClientDeadlines, build_server, parse_proxies
from g4qc_core.errors import SettingsError

SHORT = ClientDeadlines(head_seconds=0.3, body_seconds=0.3, largest_head=4096)
Serve = Callable[..., str]


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """Return the server's view of the request, without reading its body."""
    if scope["type"] == "http":
        request = Request(scope, receive)
        found = {"client": scope["client"][0], "scheme": scope["scheme"], "hosts": request.headers.getlist("host")}
        await JSONResponse({**found, "path": scope["path"]})(scope, receive, send)


@contextmanager
def served(app: ASGIApp, proxies: Sequence[str], patience: ClientDeadlines) -> Iterator[str]:
    server = build_server(app, "127.0.0.1", 0, proxies, patience)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server ended by itself"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda proxies=(), patience=SHORT: stack.enter_context(served(told, proxies, patience))


@pytest.fixture(scope="module")
def short(serve: Serve) -> str:
    return serve()


def dial(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def drip(client: socket.socket, piece: bytes) -> bytes:
    """Send the piece repeatedly until the server ends the connection; return its answer."""
    said = bytearray()
    client.settimeout(0.05)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            client.sendall(piece)
            found = client.recv(4096)
            if not found:
                return bytes(said)
            said += found
        except TimeoutError:
            continue
        except OSError:
            return bytes(said)
    raise AssertionError("the server waited on")


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"", b"\r\n"),
        (b"G", b"E"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
    ],
    ids=["nothing", "a method", "headers", "a body", "chunks", "blank lines after an answer", "a second head"],
)
def test_a_client_that_drips_is_cut_off(short: str, begun: bytes, piece: bytes) -> None:
    with closing(dial(short)) as client:
        client.sendall(begun)
        drip(client, piece)


def test_a_client_that_says_nothing_is_cut_off(short: str) -> None:
    with closing(dial(short)) as client:
        assert client.recv(1) == b""


def test_a_head_that_never_ends_is_not_kept(serve: Serve) -> None:
    with closing(dial(serve(patience=ClientDeadlines(largest_head=4096)))) as client, pytest.raises(OSError):  # noqa: PT012
        client.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(1000):
            client.sendall(b"X-Header: " + b"x" * 1000 + b"\r\n")
        client.settimeout(60)
        if client.recv(1) == b"":
            raise ConnectionResetError


def test_a_large_body_that_nobody_reads_ends_no_connection(short: str) -> None:
    with httpx.Client() as client:
        for _ in range(3):
            assert client.post(short, content=b" " * 200_000).status_code == 200


def test_many_that_say_nothing_shut_nobody_out(serve: Serve) -> None:
    url = serve(patience=ClientDeadlines(head_seconds=600, most_owing=20))
    with ExitStack() as stack:
        silent = [stack.enter_context(closing(dial(url))) for _ in range(60)]
        assert httpx.get(url, timeout=60).status_code == 200
        # The oldest went first; of the newest there are as many as may be.
        assert [client.recv(1) for client in silent[:39]] == [b""] * 39
        silent[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert silent[-1].recv(100).startswith(b"HTTP/1.1 200")


def test_a_connection_is_used_again_and_again(short: str) -> None:
    with closing(dial(short)) as client:
        for _ in range(5):
            client.sendall(b"POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto"]
)
def test_nobody_is_believed_about_where_he_comes_from(short: str, header: str) -> None:
    said = httpx.get(short, headers={header: "203.0.113.9" if header != "X-Forwarded-Proto" else "https"}).json()
    assert (said["client"], said["scheme"], len(said["hosts"])) == ("127.0.0.1", "http", 1)


def test_a_proxy_that_is_named_is_believed(serve: Serve) -> None:
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
    for proxies, client, scheme in (
        (["127.0.0.0/8"], "203.0.113.9", "https"),
        (["127.0.0.1"], "203.0.113.9", "https"),
        (["10.0.0.1"], "127.0.0.1", "http"),
    ):
        said = httpx.get(serve(proxies), headers=headers).json()
        assert (said["client"], said["scheme"]) == (client, scheme)


@pytest.mark.parametrize(
    ("target", "hosts"),
    [
        ("http://evil.example/here", ["evil.example"]),
        ("http://evil.example:81/here", ["evil.example:81"]),
        ("http://127.0.0.1@evil.example/here", ["evil.example"]),
        ("http://[::1]:80/here", ["[::1]:80"]),
        ("/here", ["127.0.0.1"]),
    ],
)
def test_an_address_written_out_in_the_request_line_is_the_one_that_counts(
    short: str, target: str, hosts: list[str]
) -> None:
    with closing(dial(short)) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(4096), b"")).decode()
    assert f'"hosts":{hosts}'.replace("'", '"') in answer
    assert '"path":"/here"' in answer


@given(
    st.lists(st.one_of(st.ip_addresses().map(str), st.integers(8, 32).map(lambda n: f"0.0.0.0/{n}")), max_size=4),
)
def test_addresses_and_networks_are_read_back(entries: list[str]) -> None:
    assert parse_proxies(" , ".join(entries)) == entries


@pytest.mark.parametrize("setting", ["*", "proxy.example", "127.0.0.1/33", "10.0.0.1/8", "1"])
def test_an_entry_that_is_no_address_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="G4QC_API_TRUSTED_PROXIES"):
        parse_proxies(setting)
