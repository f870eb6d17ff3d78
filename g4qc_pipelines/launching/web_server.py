"""Dagster's web server in a process of G4QC, behind the guard: one listening address, and no inner one.

No other module builds Dagster's web server; see docs/decisions/0019-one-door.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphql import GraphQLError, OperationType
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from g4qc_core.api.api_keys import ApiKeys, Scope
from g4qc_core.api.http_guard import Guard, GuardRules
from g4qc_core.api.http_server import build_server, parse_proxies
from g4qc_core.api.origin_policy import loopback_hosts, url_origins
from g4qc_core.api.problems import problem
from g4qc_core.api.server_metrics import ServerMetrics
from g4qc_core.errors import UsageError
from g4qc_core.settings import Settings
from g4qc_pipelines.dagster_private.webserver import (
    DagsterWebserver,
    ModuleTarget,
    WorkspaceFileTarget,
    WorkspaceProcessContext,
    webserver_version,
)
from g4qc_pipelines.instance.dagster_instance import web_instance
from g4qc_pipelines.launching.api_server import is_loopback, keys_for
from g4qc_pipelines.launching.graphql_scope import DocumentEffect, effect_of
from g4qc_pipelines.launching.web_auth import SCOPE, WebAuth
from g4qc_pipelines.launching.web_key import with_web_key
from g4qc_pipelines.launching.web_months import months_route

_LARGEST_BODY = 8 * 1024 * 1024  # bytes; a backfill lists its partitions
_POLL_MS = 2000
_MODULE = "g4qc_pipelines.definitions"


def serve_web(
    settings: Settings,
    host: str,
    port: int,
    workspace: Path | None = None,
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Serve Dagster's web UI on the address until Ctrl-C. The caller has checked that the port is free.

    Args:
        settings: the settings.
        host: address to listen on.
        port: port to listen on.
        workspace: Dagster's file with the address of the code server; None: start one, on a separate socket.
        ready: called when the server is about to listen.

    Raises:
        SettingsError: the address is reachable from elsewhere, and there are no keys; or a key is malformed.
        UsageError: there is no such file.
    """
    keys = with_web_key(keys_for(settings, host, "Dagster's web server"), settings)
    proxies = parse_proxies(settings.api_trusted_proxies)
    if workspace is not None and not workspace.is_file():
        raise UsageError(f"There is no file {workspace}: leave --workspace out, or name Dagster's workspace file.")
    target = ModuleTarget(_MODULE, "defs", None, "g4qc") if workspace is None else WorkspaceFileTarget([str(workspace)])
    with (
        web_instance(settings) as instance,
        WorkspaceProcessContext(instance, version=webserver_version, workspace_load_target=target) as context,
    ):
        app = guarded(context, keys, web_rules(settings, loopback=is_loopback(host) or not keys))
        ready()
        build_server(app, host, port, proxies).run()


def guarded(context: WorkspaceProcessContext, keys: ApiKeys, rules: GuardRules) -> ASGIApp:
    """Return Dagster's web server over this workspace, behind its keys and the guard."""
    return Guard(
        WebAuth(_Webserver(context, live_data_poll_rate=_POLL_MS).create_asgi_app(), keys), rules, ServerMetrics()
    )


def web_rules(settings: Settings, *, loopback: bool) -> GuardRules:
    """Return the guard's rules for Dagster's web server: those of the API, with this server's names.

    Dagster's pages send several requests a second, so their number is not limited.
    """
    # In docker-compose.yml the API reaches this server under another host name.
    names = [*loopback_hosts(settings.dagster_url), settings.dagster_host.lower()]
    return GuardRules(
        names if loopback else [],
        largest_body=_LARGEST_BODY,
        own=url_origins(settings.dagster_url),
        setting="G4QC_DAGSTER_URL",
    )


class _Webserver(DagsterWebserver[Any, Any]):
    """Dagster's web server; it accepts mutations only as posted JSON, and only from an authorized client."""

    def build_routes(self) -> list[BaseRoute]:
        return [months_route(self._process_context), *super().build_routes()]

    async def graphql_http_endpoint(self, request: Request) -> Response:
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in ("application/json", "application/graphql"):
                return problem(415, "Send the GraphQL document as application/json.")
            if kind == "application/json" and not await _is_object(request):
                return problem(400, "The body is no JSON object with a query: send one document at a time.")
        answer: Response = await super().graphql_http_endpoint(request)
        return answer

    async def execute_graphql_request(self, request: Request, query: Any, variables: Any, operation_name: Any) -> Any:
        refusal = _refusal(request, await run_in_threadpool(effect_of, query))
        return refusal or await super().execute_graphql_request(request, query, variables, operation_name)

    async def execute_graphql_subscription(
        self, websocket: Any, operation_id: Any, query: Any, variables: Any, operation_name: Any
    ) -> Any:
        found = await run_in_threadpool(effect_of, query)
        if found is not None and found.kinds != {OperationType.SUBSCRIPTION}:
            return None, GraphQLError("Web sockets are for subscriptions: post queries and mutations.").formatted
        return await super().execute_graphql_subscription(websocket, operation_id, query, variables, operation_name)

    def _make_request_context(self, conn: HTTPConnection) -> Any:
        context = super()._make_request_context(conn)
        # Dagster's pages then offer a reader only actions that are allowed.
        context._read_only = not conn.scope[SCOPE].covers(Scope.RUN)
        return context


def _refusal(request: Request, asked: DocumentEffect | None) -> Response | None:
    if asked is None:
        return None
    if asked.changes and request.method != "POST":
        return problem(405, "A mutation is posted as JSON, never asked for by address.", headers={"Allow": "POST"})
    if not request.scope[SCOPE].covers(asked.scope):
        return problem(403, f"This key may only {request.scope[SCOPE]}: use one with the scope '{asked.scope}'.")
    return None


async def _is_object(request: Request) -> bool:
    try:
        return isinstance(await request.json(), dict)
    except ValueError:
        return False
