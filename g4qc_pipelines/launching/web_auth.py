"""Authentication for Dagster's web server: keys in headers or a cookie, a sign-in page, and no posted forms."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from g4qc_core.api.api_keys import ApiKeys, Key
from g4qc_core.api.api_keys import Scope as KeyScope
from g4qc_core.api.dependencies import COOKIE, COOKIE_SECONDS
from g4qc_core.api.problems import problem

SIGN_IN, HEALTH, GRAPHQL = "/g4qc/sign-in", "/g4qc/health", "/graphql"
"""Addresses of this module, and the only address of Dagster's to which a reader may post."""

SCOPE = "g4qc.scope"
"""Key of the client's scope in an ASGI scope."""

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>G4QC: sign in</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
form {{ max-width: 24rem; margin: 20vh auto; padding: 0 1rem; display: grid; gap: .7rem }}
input, button {{ font: inherit; padding: .5rem }}
</style><form method="post" action="{action}"><label for="key">Key of G4QC, as <code>g4qc api-key create</code>
printed it</label><input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>{said}</form></html>"""


class WebAuth:
    """ASGI middleware around Dagster's web server; without keys it admits every request."""

    def __init__(self, app: ASGIApp, keys: ApiKeys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on to the web server."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        answer = await self._answer(scope, receive)
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            await receive()
            await WebSocket(scope, receive, send).send_denial_response(answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """Return the answer to a request; None for one that Dagster answers."""
        request, path = HTTPConnection(scope), scope["path"]
        method = scope.get("method", "GET")
        if path == HEALTH and method == "GET":
            return JSONResponse({"status": "ok"})
        if path == SIGN_IN:
            return await self._sign_in(Request(scope, receive)) if method == "POST" else _page()
        if method == "POST" and _content_type(request) in _FORMS:
            return problem(415, "Forms are not taken here: send application/json.")
        return self._refusal(scope, request, KeyScope.READ if method == "GET" or path == GRAPHQL else KeyScope.ADMIN)

    def _refusal(self, scope: Scope, request: HTTPConnection, needed: KeyScope) -> Response | None:
        key = self._key(request)
        scope[SCOPE] = key.scope if key else KeyScope.ADMIN
        if not self._keys:
            return None
        if key is None:
            if scope.get("method") == "GET" and "text/html" in request.headers.get("accept", ""):
                return _page(HTTPStatus.UNAUTHORIZED)
            said = "This server requires a key: send one of `g4qc api-key create` as `Authorization: Bearer ...`."
            return problem(401, said, headers={"WWW-Authenticate": "Bearer"})
        if not key.scope.covers(needed):
            return problem(403, f"The key '{key.name}' may only {key.scope}: use one with the scope '{needed}'.")
        return None

    def _key(self, request: HTTPConnection) -> Key | None:
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        given = bearer.strip() if kind.lower() == "bearer" else ""
        given = given or request.headers.get("x-api-key") or request.cookies.get(COOKIE, "")
        return self._keys.find(given) if given else None

    async def _sign_in(self, request: Request) -> Response:
        body = (await request.body()).decode("utf-8", errors="replace")
        given = parse_qs(body).get("key", [""])[0]
        if self._keys and self._keys.find(given) is None:
            return _page(HTTPStatus.UNAUTHORIZED, "<p>This key is not known.</p>")
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        if self._keys:
            secure = request.url.scheme == "https"
            answer.set_cookie(COOKIE, given, max_age=COOKIE_SECONDS, httponly=True, samesite="strict", secure=secure)
        return answer


def _page(status: int = HTTPStatus.OK, said: str = "") -> Response:
    # With "no-referrer", which the guard sets elsewhere, a browser would send the form as a foreign one.
    headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"}
    return HTMLResponse(_PAGE.format(action=SIGN_IN, said=said), status, headers=headers)


def _content_type(request: HTTPConnection) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
