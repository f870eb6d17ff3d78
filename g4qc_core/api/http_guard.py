"""ASGI middleware of every server: checks origin, rate, size and speed of requests, and counts them.

A single layer of plain ASGI, because Starlette's `BaseHTTPMiddleware` costs more time than a chart's window of bars.
Web sockets pass through it too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from g4qc_core.api.languages import use_language_of
from g4qc_core.api.origin_policy import OriginPolicy
from g4qc_core.api.problems import problem
from g4qc_core.api.server_metrics import ServerMetrics
from g4qc_core.sentences import counted

_TOO_LARGE = "The request's body is too large: no request of this API needs so much."
_JSON = re.compile(rb"application/(?:problem\+)?json")
_RECEIVE_SECONDS = 20.0
_SEND_SECONDS = 60.0
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"SAMEORIGIN",
    # Default for answers without a Cache-Control header: bars are revised later, and may require a key.
    b"cache-control": b"private, no-cache",
}


@dataclass(frozen=True)
class GuardRules:
    """Limits that the guard enforces.

    Attributes:
        hosts: accepted host names; empty: any.
        origins: origins of other web sites whose pages may use the server.
        own: origins of the server's own pages, in case a proxy changes the header `Host`.
        setting: name of the setting that holds the server's address.
        per_minute: most requests of one client address in a minute; 0: no limit.
        largest_body: most bytes of a request's body.
        receive_seconds: longest time in which a client sends the whole body.
        send_seconds: longest time in which a client accepts one chunk of an answer.
        most_open: most requests and web sockets open at the same time.
    """

    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()
    per_minute: int = 0
    largest_body: int = 64 * 1024
    receive_seconds: float = _RECEIVE_SECONDS
    send_seconds: float = _SEND_SECONDS
    most_open: int = 600
    own: Sequence[str] = ()
    setting: str = "G4QC_API_URL"


class _HeadersSent(Exception):
    """Signal that a HEAD request is answered, so that its body, which may be a long stream, is not produced."""


class Guard:
    """Middleware around an ASGI application."""

    def __init__(self, app: ASGIApp, rules: GuardRules, measures: ServerMetrics) -> None:
        self._app = app
        self._rules = rules
        self._origins = OriginPolicy(rules.hosts, rules.own, rules.origins, rules.setting)
        self._measures = measures
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(max(1, rules.per_minute))
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on to the application."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        self._open += 1
        try:
            await (self._http if scope["type"] == "http" else self._socket)(scope, receive, send)
        finally:
            self._open -= 1

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(HTTPConnection(scope), "GET")
        if refusal is None:
            await self._app(scope, receive, send)
            return
        await receive()
        await WebSocket(scope, receive, send).send_denial_response(refusal)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, begun, status = Request(scope), perf_counter(), 500
        language = use_language_of(request)
        headers_only = request.method == "HEAD"
        if headers_only:
            scope = {**scope, "method": "GET"}

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_missing(message["headers"], language)]
            elif headers_only:
                message = {"type": "http.response.body"}
            async with asyncio.timeout(self._rules.send_seconds):
                await send(message)
            if headers_only and message["type"] == "http.response.body":
                raise _HeadersSent

        try:
            refusal = self._refusal(request, request.method)
            if refusal is not None:
                await refusal(scope, receive, noting)
            else:
                await self._app(scope, _patient(receive, self._rules), noting)
        except _HeadersSent:
            pass
        except HTTPException as error:
            # Raised outside of any route, where no handler turns it into a problem document.
            await problem(error.status_code, f"{error.detail}.")(scope, receive, noting)
        except TimeoutError:
            # The client did not read the answer in time: the connection ends here.
            self._measures.abandoned()
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._measures.answered(route, request.method, status, perf_counter() - begun)

    def _refusal(self, request: HTTPConnection, method: str) -> Response | None:
        foreign = self._origins.refusal(method, request.headers)
        if foreign is not None:
            return problem(*foreign)
        if self._open > self._rules.most_open:
            most = counted(self._rules.most_open, "request is", "requests are")
            return problem(503, f"More than {most} open at once: close some, or wait.")
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._rules.largest_body:
            return problem(413, _TOO_LARGE)
        client = request.client.host if request.client else ""
        if self._rules.per_minute and not self._limiter.hit(self._limit, client):
            most = counted(self._rules.per_minute, "request")
            return problem(429, f"More than {most} in a minute: wait, or fetch more at once.")
        return None


def _missing(given: Iterable[tuple[bytes, bytes]], language: str) -> list[tuple[bytes, bytes]]:
    """Return the default headers that an answer does not set itself; JSON has sentences in the request's language."""
    names = {name.lower(): value for name, value in given}
    wanted = dict(_HEADERS)
    if _JSON.match(names.get(b"content-type", b"")):
        wanted |= {b"content-language": language.encode(), b"vary": b"Accept-Language, Cookie"}
    return [(name, value) for name, value in wanted.items() if name not in names]


def _patient(receive: Receive, rules: GuardRules) -> Receive:
    """Limit the time and size of the request's body; afterwards wait for the disconnect without a limit."""
    complete, taken, deadline = False, 0, 0.0

    async def limited() -> Message:
        nonlocal complete, taken, deadline
        if complete:
            return await receive()
        deadline = deadline or asyncio.get_running_loop().time() + rules.receive_seconds
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, f"The request's body was not complete in {rules.receive_seconds:g} s") from None
        complete = not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > rules.largest_body:
            raise HTTPException(413, _TOO_LARGE.removesuffix("."))
        return message

    return limited
