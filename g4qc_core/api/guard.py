"""What stands before every route: who may be addressed, from which pages, how often, how slowly; and what is counted.

One layer of plain ASGI, because layers that wrap whole requests cost more than a chart's window does. Must not know any
route.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from g4qc_core.api.measures import Measures
from g4qc_core.api.problems import problem

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s:/?#@\[\]\\]+))(?::\d*)?", re.IGNORECASE)
_SAFE = ("GET", "HEAD", "OPTIONS")
_TOO_LARGE = "The request's body is too large: no request of this API needs so much."
_RECEIVE_SECONDS = 20.0
_SEND_SECONDS = 60.0
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    # Bars are replaced, and may have been given for a key: nobody on the way keeps an answer that says nothing itself.
    b"cache-control": b"private, no-cache",
}


@dataclass(frozen=True)
class Rules:
    """What the guard lets through.

    Attributes:
        hosts: names under which the server may be addressed; empty: any.
        origins: web sites whose pages may use the server, beside its own.
        per_minute: requests of one address; 0: no limit.
        largest_body: bytes of a request's body.
        receive_seconds, send_seconds: how long a client may take over one piece of a body, or to take one.
    """

    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()
    per_minute: int = 0
    largest_body: int = 64 * 1024
    receive_seconds: float = _RECEIVE_SECONDS
    send_seconds: float = _SEND_SECONDS


def loopback_hosts(*urls: str | None) -> list[str]:
    """Names under which a server on loopback is addressed: loopback's own, and those of its addresses for browsers.

    Any other name is a page elsewhere that made its own name point here (DNS rebinding).
    """
    return [*_LOOPBACK, *(name for url in urls if url and (name := urlsplit(url).hostname))]


class _HeadersSent(Exception):
    """What HEAD asks for was answered: the body, which may be a long stream, is not worked out."""


class Guard:
    """The layer around the application `app`."""

    def __init__(self, app: ASGIApp, rules: Rules, measures: Measures) -> None:
        self._app = app
        self._rules = rules
        self._measures = measures
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(max(1, rules.per_minute))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, begun, status = Request(scope), perf_counter(), 500
        headers_only = request.method == "HEAD"
        if headers_only:
            scope = {**scope, "method": "GET"}

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_missing(message["headers"])]
            elif headers_only:
                message = {"type": "http.response.body"}
            async with asyncio.timeout(self._rules.send_seconds):
                await send(message)
            if headers_only and message["type"] == "http.response.body":
                raise _HeadersSent

        try:
            refusal = self._refusal(request)
            if refusal is not None:
                await refusal(scope, receive, noting)
            else:
                await self._app(scope, _patient(receive, self._rules), noting)
        except _HeadersSent:
            pass
        except TimeoutError:
            # Whoever does not take the answer loses it: the connection ends here, and nothing else was held for it.
            self._measures.abandoned()
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._measures.answered(route, request.method, status, perf_counter() - begun)

    def _refusal(self, request: Request) -> ASGIApp | None:
        host = request.headers.get("host")
        if self._rules.hosts and host is not None and _name(host) not in self._rules.hosts:
            return problem(
                421, f"This server is not called '{host}': use 127.0.0.1, or set G4QC_API_URL to its address."
            )
        origin = request.headers.get("origin")
        if origin is not None and request.method not in _SAFE and not self._own(origin, request):
            return problem(403, "Pages of other sites may not change anything here: see G4QC_API_CORS_ORIGINS.")
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._rules.largest_body:
            return problem(413, _TOO_LARGE)
        client = request.client.host if request.client else ""
        if self._rules.per_minute and not self._limiter.hit(self._limit, client):
            return problem(
                429, f"More than {self._rules.per_minute} requests in a minute: wait, or fetch more at once."
            )
        return None

    def _own(self, origin: str, request: Request) -> bool:
        return origin in self._rules.origins or origin.partition("://")[2] == request.headers.get("host")


def _name(host: str) -> str:
    """The name in a header `Host`; empty where it is none: what the framework makes of such a header is not asked."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""


def _missing(given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of every answer that this one does not set itself."""
    names = {name.lower() for name, _ in given}
    return [(name, value) for name, value in _HEADERS.items() if name not in names]


def _patient(receive: Receive, rules: Rules) -> Receive:
    """Waits for each piece of the body only so long, and takes only so much; for the client's going away, for ever."""
    complete, taken = False, 0

    async def limited() -> Message:
        nonlocal complete, taken
        if complete:
            return await receive()
        async with asyncio.timeout(rules.receive_seconds):
            message = await receive()
        complete = not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > rules.largest_body:
            raise HTTPException(413, _TOO_LARGE.removesuffix("."))
        return message

    return limited
