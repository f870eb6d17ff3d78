"""The route of Dagster's web server at which the API extends the months of the graph.

The web server has both the Dagster instance, which keeps the earliest month, and the code location to reload.
"""

from __future__ import annotations

from datetime import date

import dagster as dg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from g4qc_core.api.problems import problem
from g4qc_core.errors import UsageError
from g4qc_pipelines.dagster_private.webserver import WorkspaceProcessContext
from g4qc_pipelines.launching.graphql import LOCATION, MONTHS_PATH
from g4qc_pipelines.partitions.graph_months import begin_with, check_months

_MONTHLY_ASSET = dg.AssetKey("raw_bars")


def months_route(context: WorkspaceProcessContext) -> Route:
    """Return the route; it takes `{"month": "2013-10-01"}` and answers when the loaded graph has the month."""

    async def extend(request: Request) -> Response:
        try:
            month = date.fromisoformat((await request.json())["month"])
            check_months(month, month)
        except (ValueError, TypeError, KeyError):
            return problem(400, 'Send the first day of a month, like {"month": "2013-10-01"}.')
        except UsageError as error:
            return problem(422, str(error))
        if not await run_in_threadpool(_extended, context, month):
            return problem(503, "The code server did not load the graph again: look into its log.")
        return JSONResponse({"month": f"{month}"})

    return Route(MONTHS_PATH, extend, methods=["POST"])


def _extended(context: WorkspaceProcessContext, month: date) -> bool:
    """Keep the month, and reload the graph where it begins later; return whether it has the month now."""
    begin_with(month, context.instance)
    if not _has(context, month):
        context.reload_code_location(LOCATION)
    return _has(context, month)


def _has(context: WorkspaceProcessContext, month: date) -> bool:
    graph = context.create_request_context().asset_graph
    if not graph.has(_MONTHLY_ASSET):
        return False
    partitions = graph.get(_MONTHLY_ASSET).partitions_def
    assert isinstance(partitions, dg.MultiPartitionsDefinition)
    begin: date = partitions.time_window_partitions_def.start.date()
    return begin <= month.replace(day=1)
