"""The host names and sites that a server accepts, with any method."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from g4qc_core.api.origin_policy import OriginPolicy, host_name, loopback_hosts, url_origins

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
HERE = OriginPolicy(
    loopback_hosts("https://g4qc.example.org"), url_origins("https://g4qc.example.org/"), ["https://lab.example"]
)

Head = list[tuple[str, str]]


def status(head: Head, method: str = "GET", origins: OriginPolicy = HERE) -> int | None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in head]
    refused = origins.refusal(method, Headers(raw=raw))
    return refused[0] if refused else None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ([("Host", "127.0.0.1:3000")], None),
        ([("Host", "LocalHost")], None),
        ([("Host", "[::1]:3000")], None),
        ([("Host", "g4qc.example.org")], None),
        ([("Host", "evil.example")], 421),
        ([("Host", "localhost.")], 421),
        ([("Host", "127.0.0.1.evil.example")], 421),
        ([("Host", "[::ffff:127.0.0.1]")], 421),
        ([("Host", "")], 421),
        ([], 421),
        ([("Host", "127.0.0.1"), ("Host", "evil.example")], 421),
        ([("Host", "127.0.0.1"), ("Host", "127.0.0.1")], 421),
        ([("Host", "evil.example"), ("X-Forwarded-Host", "127.0.0.1")], 421),
        ([("Host", "127.0.0.1:1"), ("Origin", "http://127.0.0.1:1")], None),
        ([("Host", "127.0.0.1:1"), ("Origin", "http://127.0.0.1:2")], 403),
        ([("Host", "127.0.0.1:1"), ("Origin", "http://localhost:1")], 403),
        ([("Host", "127.0.0.1:1"), ("Origin", "null")], 403),
        ([("Host", "127.0.0.1:1"), ("Origin", "")], 403),
        ([("Host", "127.0.0.1:1"), ("Origin", "http://127.0.0.1:1"), ("Origin", "https://evil.example")], 403),
        ([("Host", "127.0.0.1:1"), ("Origin", "https://g4qc.example.org")], None),
        ([("Host", "127.0.0.1:1"), ("Origin", "https://lab.example"), ("Sec-Fetch-Site", "cross-site")], None),
        ([("Host", "127.0.0.1:1"), ("Origin", "https://lab.example.evil")], 403),
        ([("Host", "127.0.0.1:1"), ("Sec-Fetch-Site", "same-origin")], None),
        ([("Host", "127.0.0.1:1"), ("Sec-Fetch-Site", "none")], None),
        ([("Host", "127.0.0.1:1"), ("Sec-Fetch-Site", "same-site")], 403),
        ([("Host", "127.0.0.1:1"), ("Sec-Fetch-Site", "cross-site")], 403),
        ([("Host", "127.0.0.1:1"), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")], 403),
        ([("Host", "127.0.0.1:1"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")], 403),
        ([("Host", "127.0.0.1:1"), ("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "cross-site")], 403),
    ],
)  # fmt: skip
def test_only_own_names_and_own_pages_pass(method: str, head: Head, expected: int | None) -> None:
    assert status(head, method) == expected


@pytest.mark.parametrize(
    ("method", "mode", "dest", "expected"),
    [
        ("GET", "navigate", "document", None),
        ("HEAD", "navigate", "document", None),
        ("POST", "navigate", "document", 403),
        ("GET", "navigate", "iframe", 403),
        ("GET", "navigate", "embed", 403),
        ("GET", "no-cors", "image", 403),
        ("GET", "no-cors", "script", 403),
        ("GET", "cors", "empty", 403),
        ("GET", "websocket", "websocket", 403),
    ],
)
def test_a_link_elsewhere_opens_a_page_and_nothing_else(
    method: str, mode: str, dest: str, expected: int | None
) -> None:
    for site in ("cross-site", "same-site"):
        sent = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)]
        assert status([("Host", "127.0.0.1:3000"), *sent], method) == expected


@given(st.text(string.printable, max_size=30), st.sampled_from(METHODS))
def test_no_other_name_passes(host: str, method: str) -> None:
    refused = status([("Host", host)], method)
    name = host_name(host)
    assert refused == (None if name in HERE.hosts else 421)
    assert not (set(name) & set("/@\\ \t\r\n?#"))


@given(st.text(string.ascii_letters + string.digits + ".:-/[]", min_size=1, max_size=30))
def test_no_other_origin_passes(origin: str) -> None:
    own = origin in (*HERE.own, *HERE.others) or origin.partition("://")[2] == "127.0.0.1:3000"
    assert (status([("Host", "127.0.0.1:3000"), ("Origin", origin)]) is None) is own


def test_a_server_with_keys_answers_to_every_name_and_to_its_own_pages_only() -> None:
    anywhere = OriginPolicy()
    assert status([("Host", "box.lan")], "GET", anywhere) is None
    assert status([], "GET", anywhere) is None
    assert status([("Host", "box.lan"), ("Host", "other.lan")], "GET", anywhere) == 421
    assert status([("Host", "box.lan"), ("Origin", "http://box.lan")], "POST", anywhere) is None
    assert status([("Host", "box.lan"), ("Origin", "http://evil.example")], "GET", anywhere) == 403


def test_a_server_that_is_open_to_every_site_is_read_and_not_changed_by_them() -> None:
    public = OriginPolicy(loopback_hosts(), (), ["*"])
    page = [("Host", "127.0.0.1"), ("Origin", "https://example.org"), ("Sec-Fetch-Site", "cross-site")]
    assert [status(page, method, public) for method in METHODS] == [None, None, 403, 403, 403, None]
    assert status([("Host", "evil.example"), *page[1:]], "GET", public) == 421
