"""The web application: routes under `/api/v1`, pages, reports, middleware and OpenAPI document."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import JSONResponse

from g4qc_core.api.dependencies import ApiContext
from g4qc_core.api.http_guard import Guard, GuardRules
from g4qc_core.api.origin_policy import loopback_hosts, url_origins
from g4qc_core.api.problems import Problem, add_handlers
from g4qc_core.api.routes import API_ROUTERS, ROOT_ROUTERS
from g4qc_core.api.routes.studies import study_routers
from g4qc_core.api.server_metrics import ServerMetrics
from g4qc_core.api.site import add_pages
from g4qc_core.api.strict_queries import reject_unknown_queries
from g4qc_core.errors import G4qcError
from g4qc_core.settings import Settings

PREFIX = "/api/v1"

_ABOUT = (
    "Bars, their coverage, backtests, and the runs that produce them. Timestamps are UTC and mark the start of a bar; "
    "trade dates are those of the exchange. Errors are problem documents (RFC 9457) whose `detail` says what to do."
)
# Fewer than the connections of the database pool, so that no thread waits for a connection.
_THREADS = 12


def build_app(services: ApiContext, rules: GuardRules | None = None) -> FastAPI:
    """Build the application.

    Args:
        services: everything that the routes work with.
        rules: limits of the guard; None: those of the settings, for a server on loopback.
    """
    rules = rules or guard_rules(services.settings, loopback=True)
    measures = ServerMetrics()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        threading.Thread(target=_open, args=[services], daemon=True).start()
        yield
        await anyio.to_thread.run_sync(services.explorer.close)
        services.pages.close()
        services.stores.close()

    app = FastAPI(
        title="G4QC",
        version=version("g4qc"),
        description=_ABOUT,
        openapi_url=f"{PREFIX}/openapi.json",
        # FastAPI's documentation pages load scripts from other sites.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        dependencies=[Depends(reject_unknown_queries)],
    )
    app.state.services = services
    app.state.measures = measures
    add_handlers(app)
    for router in (*API_ROUTERS, *study_routers(services.kinds.values())):
        app.include_router(router, prefix=PREFIX)
    app.add_route("/openapi.json", _openapi, include_in_schema=False)
    add_pages(app)
    for router in ROOT_ROUTERS:
        app.include_router(router)
    if rules.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(rules.origins),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Content-Disposition", "Location", "Retry-After", "X-Next-Cursor"],
        )
    app.add_middleware(Guard, rules=rules, measures=measures)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def guard_rules(settings: Settings, *, loopback: bool) -> GuardRules:
    """Return the guard's rules according to the settings.

    Args:
        settings: the settings of the server.
        loopback: True if only this machine can reach the server.
    """
    origins = [origin.strip().rstrip("/") for origin in settings.api_cors_origins.split(",") if origin.strip()]
    hosts = loopback_hosts(settings.api_url) if loopback else []
    return GuardRules(hosts, origins, settings.api_rate_limit, own=url_origins(settings.api_url))


def _open(services: ApiContext) -> None:
    """Open the database before the first request; if that fails, a request tries again and reports the error."""
    with suppress(G4qcError):
        services.stores()


async def _openapi(request: Request) -> JSONResponse:
    """Answer with the OpenAPI document at the address where every program looks for it."""
    return JSONResponse(request.app.openapi())


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = found
    return app.openapi_schema
