"""Dependencies of the routes: stores, instruments, launcher, clock, and the key of the caller.

Routes get everything they need from here, so that tests can replace it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, ParamSpec, TypeVar

import anyio
from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from g4qc_core.api.api_keys import ApiKeys, Key, Scope
from g4qc_core.api.bar_pages import BarPages
from g4qc_core.api.job_launcher import JobLauncher
from g4qc_core.api.problems import KeyRequired
from g4qc_core.api.shared_polling import SharedCalls, StreamPlaces
from g4qc_core.errors import AccessDenied
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.spec_lines import LineReader
from g4qc_core.services.research.exploration import Explorer
from g4qc_core.services.research.study import StudyKind
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.settings import Settings
from g4qc_core.storage.lazy_stores import LazyStores

COOKIE = "g4qc_key"
"""Cookie that holds a browser's key, unreadable for scripts."""

COOKIE_SECONDS = 30 * 24 * 3600
"""Lifetime of the cookie in seconds."""

P = ParamSpec("P")
T = TypeVar("T")

_GRAPH_THREADS = 8
_STREAMS_EACH, _STREAMS = 256, 400

_bearer = HTTPBearer(auto_error=False, description="A key of `g4qc api-key create`; not needed on loopback")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, eq=False)
class ApiContext:
    """Everything that one server works with.

    Attributes:
        stores: opens the stores of the settings' database; until the database is there, the server answers 503.
        watch: shared calls that poll Dagster for jobs.
        probes: shared calls that check whether Dagster answers.
        stored: shared calls that check whether the database answers.
        places: shared calls that look at the place of the backups.
        listeners: counts the open event streams.
        explorer: runs sets for the route `explore`.
        lines: computes the lines of strategies for the route `indicators`.
        gateway: host and port of the gateway, if the settings do not name it.
        pages: pages of bars that were sent lately.
        kinds: the kinds of studies that the server has, by name.
    """

    settings: Settings
    registry: Registry
    stores: LazyStores
    launcher: JobLauncher
    keys: ApiKeys
    clock: Callable[[], datetime] = _now
    gateway: tuple[str, int] | None = None
    kinds: Mapping[str, StudyKind] = field(default_factory=lambda: STUDY_KINDS)
    watch: SharedCalls = field(default_factory=SharedCalls)
    probes: SharedCalls = field(default_factory=lambda: SharedCalls(threads=1))
    stored: SharedCalls = field(default_factory=lambda: SharedCalls(threads=2))
    places: SharedCalls = field(default_factory=lambda: SharedCalls(threads=1))
    listeners: StreamPlaces = field(default_factory=lambda: StreamPlaces(_STREAMS_EACH, _STREAMS))
    pages: BarPages = field(default_factory=BarPages)
    explorer: Explorer = field(init=False)
    lines: LineReader = field(init=False)
    _turns: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_GRAPH_THREADS))

    def __post_init__(self) -> None:
        object.__setattr__(self, "explorer", Explorer(self.registry, self.stores))
        object.__setattr__(self, "lines", LineReader(self.registry, self.stores))

    async def call_launcher(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Call a method of the launcher in a separate pool of threads, so that a silent Dagster delays nothing else.

        Cancelling this coroutine does not wait for the thread.
        """
        bound = partial(call, *args, **options)
        return await to_thread.run_sync(bound, limiter=self._turns, abandon_on_cancel=True)


async def api_context(request: Request) -> ApiContext:
    """Return the context of the application that received the request."""
    found: ApiContext = request.app.state.services
    return found


Context = Annotated[ApiContext, Depends(api_context)]


async def caller(
    request: Request, context: Context, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Key | None:
    """Return the key sent with the request, or None if it is missing or unknown."""
    given = _given(request, bearer)
    return context.keys.find(given) if given else None


def require(wanted: Scope) -> Callable[..., object]:
    """Return a dependency that rejects requests whose key does not cover the scope; without keys, it accepts all."""

    async def check(
        request: Request,
        context: Context,
        key: Annotated[Key | None, Depends(caller)],
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Key | None:
        if not context.keys:
            return None
        if key is None:
            reason = "This key is not known" if _given(request, bearer) else "This server requires a key"
            raise KeyRequired(f"{reason}: send one of `g4qc api-key create` as `Authorization: Bearer ...`.")
        if not key.scope.covers(wanted):
            raise AccessDenied(f"The key '{key.name}' may only {key.scope}: use one with the scope '{wanted}'.")
        return key

    return check


def _given(request: Request, bearer: HTTPAuthorizationCredentials | None) -> str | None:
    return bearer.credentials if bearer else request.headers.get("x-api-key") or request.cookies.get(COOKIE)


async def listening(
    request: Request, context: Context, key: Annotated[Key | None, Depends(caller)]
) -> AsyncIterator[None]:
    """Count an event stream of the client (its key, else its address) while the answer is sent."""
    client = f"key {key.name}" if key else request.client.host if request.client else ""
    with context.listeners.place(client):
        yield


CanRead = Depends(require(Scope.READ))
CanRun = Depends(require(Scope.RUN))
CanDecide = Annotated[Key | None, Depends(require(Scope.ADMIN))]
CanTrade = Annotated[Key | None, Depends(require(Scope.TRADE))]
