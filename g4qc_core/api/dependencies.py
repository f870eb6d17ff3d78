"""What routes are given: the stores, the instruments, the launcher, the clock, and who is asking.

Everything that a route needs comes from here, so that a test can hand over its own. Must not know any route.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, ParamSpec, TypeVar

import anyio
from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from g4qc_core.api.api_keys import ApiKeys, Key, Scope
from g4qc_core.api.job_launcher import JobLauncher
from g4qc_core.api.problems import KeyRequired
from g4qc_core.api.shared_polling import SharedCalls, StreamPlaces
from g4qc_core.errors import AccessDenied
from g4qc_core.instruments.registry import Registry
from g4qc_core.settings import Settings
from g4qc_core.storage.lazy_stores import LazyStores

COOKIE = "g4qc_key"
"""The cookie in which a browser keeps its key, out of reach of scripts."""

COOKIE_SECONDS = 30 * 24 * 3600
"""Seconds for which a browser keeps the cookie."""

P = ParamSpec("P")
T = TypeVar("T")

_GRAPH_THREADS = 8
_STREAMS_EACH, _STREAMS = 256, 400

_bearer = HTTPBearer(auto_error=False, description="A key of `g4qc api-key create`; none is asked for on loopback")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, eq=False)
class ApiContext:
    """What one server works with.

    Attributes:
        stores: gives the stores of the settings' database; a server that starts before its database answers 503 until
            there is one.
        watch: shared calls that poll the graph for jobs.
        probes: shared calls that check whether the graph answers.
        stored: shared calls that check whether the database answers.
        listeners: counts the open event streams.
        gateway: where the gateway listens, when the settings do not say so.
    """

    settings: Settings
    registry: Registry
    stores: LazyStores
    launcher: JobLauncher
    keys: ApiKeys
    clock: Callable[[], datetime] = _now
    gateway: tuple[str, int] | None = None
    watch: SharedCalls = field(default_factory=SharedCalls)
    probes: SharedCalls = field(default_factory=lambda: SharedCalls(threads=1))
    stored: SharedCalls = field(default_factory=lambda: SharedCalls(threads=2))
    listeners: StreamPlaces = field(default_factory=lambda: StreamPlaces(_STREAMS_EACH, _STREAMS))
    _turns: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_GRAPH_THREADS))

    async def call_launcher(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """What a method of the launcher gives, in threads of their own: a graph that is silent holds up nothing else.

        Whoever stops waiting does not wait for the thread.
        """
        asked = partial(call, *args, **options)
        return await to_thread.run_sync(asked, limiter=self._turns, abandon_on_cancel=True)


async def services(request: Request) -> ApiContext:
    """The services of the application that the request came to."""
    found: ApiContext = request.app.state.services
    return found


Context = Annotated[ApiContext, Depends(services)]


async def caller(
    request: Request, context: Context, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Key | None:
    """The key that came with the request, where it is one of this server's."""
    given = _given(request, bearer)
    return context.keys.find(given) if given else None


def require(wanted: Scope) -> Callable[..., object]:
    """A dependency that lets a request through whose key covers the scope; where there are no keys, any."""

    async def check(
        request: Request,
        context: Context,
        key: Annotated[Key | None, Depends(caller)],
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Key | None:
        if not context.keys:
            return None
        if key is None:
            said = "This key is not known" if _given(request, bearer) else "This server wants a key"
            raise KeyRequired(f"{said}: send one of `g4qc api-key create` as `Authorization: Bearer ...`.")
        if not key.scope.covers(wanted):
            raise AccessDenied(f"The key '{key.name}' may only {key.scope}: use one with the scope '{wanted}'.")
        return key

    return check


def _given(request: Request, bearer: HTTPAuthorizationCredentials | None) -> str | None:
    return bearer.credentials if bearer else request.headers.get("x-api-key") or request.cookies.get(COOKIE)


async def listening(
    request: Request, context: Context, key: Annotated[Key | None, Depends(caller)]
) -> AsyncIterator[None]:
    """Hold a place among the listeners while the answer is sent; a client is a key, or else an address."""
    client = f"key {key.name}" if key else request.client.host if request.client else ""
    with context.listeners.place(client):
        yield


CanRead = Depends(require(Scope.READ))
CanRun = Depends(require(Scope.RUN))
CanDecide = Annotated[Key | None, Depends(require(Scope.ADMIN))]
