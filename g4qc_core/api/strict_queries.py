"""Check of query parameters: a route accepts only the names it declares, and each only once.

Every route takes the language (`lang`). A misspelt name that is silently ignored would return another answer than the
one requested.
"""

from __future__ import annotations

from collections import Counter
from types import UnionType
from typing import Any, Union, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from g4qc_core.api.languages import LANGUAGE_QUERY
from g4qc_core.errors import UsageError, unknown
from g4qc_core.messages.catalogue import LANGUAGES


async def reject_unknown_queries(request: Request) -> None:
    """Raise UsageError for a parameter that the route does not declare, or a repeated one that takes a single value."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    language = request.query_params.get(LANGUAGE_QUERY)
    if given.pop(LANGUAGE_QUERY, 0) and language not in LANGUAGES:
        raise unknown("language", str(language), LANGUAGES)
    route = request.scope.get("route")
    if not given or not isinstance(route, APIRoute):
        return
    known = _declared(route)
    for name, times in given.items():
        if name not in known:
            none = "" if known else "This address takes none."
            raise unknown("query parameter", name, known, none)
        if times > 1 and not known[name]:
            raise UsageError(f"{name}: give it once; it came {times} times.")


def _declared(route: APIRoute) -> dict[str, bool]:
    """Return the names that the route declares, and whether each may be repeated."""
    found: dict[str, bool] = {}
    for parameter in _parameters(route.dependant):
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= {info.alias or name: _several(info.annotation) for name, info in kind.model_fields.items()}
        else:
            found[parameter.alias] = _several(kind)
    return found


def _parameters(dependant: Dependant) -> list[Any]:
    """Return the query parameters of a route's function and of all its dependencies."""
    return [*dependant.query_params, *(one for inner in dependant.dependencies for one in _parameters(inner))]


def _several(kind: Any) -> bool:
    if get_origin(kind) in (Union, UnionType):
        return any(map(_several, get_args(kind)))
    return get_origin(kind) in (list, tuple, set)
