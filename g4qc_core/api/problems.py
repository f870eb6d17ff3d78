"""Errors as problem documents (RFC 9457): one sentence that says what to do, never a stack trace.

Also the HTTP status of each error type.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from g4qc_core.api.languages import asked_language
from g4qc_core.errors import (
    AccessDenied,
    BacktestRefused,
    BarsIncomplete,
    ContractNotFound,
    DatabaseRefused,
    DecidedMeanwhile,
    G4qcError,
    Gone,
    InUse,
    InvalidBars,
    NotFound,
    OriginMismatch,
    PermanentError,
    TooManyRequests,
    TradingRefused,
    TransientError,
)
from g4qc_core.instruments.contracts import CONTRACT_MONTH
from g4qc_core.messages.translation import code_and_values, sentence_in_language
from g4qc_core.storage.result_stores.result_labels import TAG, TAG_IN_WORDS

MEDIA_TYPE = "application/problem+json"

_SMALL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_log = logging.getLogger(__name__)

# The first match counts, so subclasses come before their bases.
_STATUS: tuple[tuple[type[G4qcError], int], ...] = (
    (Gone, 410),
    (NotFound, 404),
    (ContractNotFound, 404),
    (AccessDenied, 403),
    (TooManyRequests, 429),
    (BacktestRefused, 409),
    (TradingRefused, 409),
    (InUse, 409),
    (InvalidBars, 409),
    (BarsIncomplete, 409),
    (DecidedMeanwhile, 409),
    (OriginMismatch, 409),
    (DatabaseRefused, 503),
    (TransientError, 503),
    (PermanentError, 422),
)
_TITLES = {
    400: "Malformed request",
    401: "Key required",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "No such format",
    408: "Too slow",
    409: "Not possible now",
    410: "Deleted",
    413: "Request too large",
    415: "Wrong content type",
    421: "Unknown host",
    422: "Not understood",
    429: "Too many requests",
    500: "Defect",
    502: "The run failed",
    503: "Not available",
    504: "Too slow",
}
_TITLES_ES = {
    400: "Petición mal formada",
    401: "Hace falta una clave",
    403: "No permitido",
    404: "No encontrado",
    405: "Método no permitido",
    406: "No existe ese formato",
    408: "Demasiado lento",
    409: "Ahora no es posible",
    410: "Borrado",
    413: "Petición demasiado grande",
    415: "Tipo de contenido equivocado",
    421: "Servidor desconocido",
    422: "No se entiende",
    429: "Demasiadas peticiones",
    500: "Defecto",
    502: "La ejecución falló",
    503: "No disponible",
    504: "Demasiado lento",
}
RESULT_ID = r"^[0-9a-f]{32}$"
NO_NUL = r"^[^\x00]*$"
_FORMS = {
    RESULT_ID: "write the whole id of a result, 32 digits and letters from a to f",
    NO_NUL: "write text without the character U+0000",
    TAG: TAG_IN_WORDS,
    f"^{CONTRACT_MONTH}$": "write a contract month like 202512",
    f"^({CONTRACT_MONTH})?$": "write a contract month like 202512",
}
"""Advice for each pattern of a request's fields."""
_TEXTS = {"missing": "is missing", "extra_forbidden": "there is no such field"}
"""Sentences about a field, by pydantic's name of the problem."""
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST")
_RETRY_SECONDS = {429: "60", 503: "5"}


class Problem(BaseModel):
    """An error: what went wrong, and what to do about it."""

    type: str = Field("about:blank", description="Always about:blank; title and error name the kind")
    title: str = Field(description="The kind in a few words")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="A sentence that says what to do, in the language of the request")
    error: str = Field(description="Name of the error in g4qc_core.errors, for programs")
    code: str = Field(description="Name of the sentence, like usage.fast_not_below_slow, else of the error")
    values: dict[str, str | int | float] = Field(description="Values within the sentence, by name")


def problem(status: int, detail: str, error: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a response with a problem document.

    Args:
        status: HTTP status.
        detail: a sentence that says what to do, in English.
        error: name of the error type; empty: the usual one of the status.
        headers: additional headers.
    """
    error, language = error or _named(status), asked_language()
    kind = _SMALL.sub("_", error).lower()
    code, values = code_and_values(detail, kind)
    body = Problem(
        type="about:blank",
        title=(_TITLES if language == "en" else _TITLES_ES).get(status, "Problem"),
        status=status,
        detail=sentence_in_language(detail, language, kind),
        error=error,
        code=code,
        values=values,
    )
    extra = {"Retry-After": _RETRY_SECONDS[status]} if status in _RETRY_SECONDS else {}
    return JSONResponse(body.model_dump(), status, headers={**extra, **(headers or {})}, media_type=MEDIA_TYPE)


def status_of(error: G4qcError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of a route's problem documents."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _TITLES[status], "content": content} for status in statuses}


def add_handlers(app: FastAPI) -> None:
    """Register handlers that turn every error of a route into a problem document."""

    @app.exception_handler(G4qcError)
    async def ours(_: Request, error: G4qcError) -> JSONResponse:
        headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, KeyRequired) else None
        status = 401 if isinstance(error, KeyRequired) else status_of(error)
        return problem(status, str(error), _kind(error), headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, _sentence(error), "UsageError")

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_allowed(request))
        return problem(
            error.status_code, _explained(request, error.status_code, headers, error.detail), headers=headers
        )

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> JSONResponse:
        number = uuid4().hex[:8]
        _log.error("defect %s at %s %s", number, request.method, request.url.path, exc_info=error)
        return problem(500, f"A defect in G4QC: please report it with the lines of the server's log under {number}.")


class KeyRequired(AccessDenied):
    """The request has no key, or an unknown one."""


def _kind(error: G4qcError) -> str:
    return "AccessDenied" if isinstance(error, AccessDenied) else type(error).__name__


def _named(status: int) -> str:
    return {404: "NotFound", 401: "AccessDenied", 403: "AccessDenied", 429: "TooManyRequests"}.get(
        status, "G4qcError" if status >= 500 else "UsageError"
    )


def _sentence(error: RequestValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return f"The request's body is not JSON: {first['ctx']['error']} at character {first['loc'][-1]}."
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    text = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        text = _FORMS.get(first["ctx"]["pattern"], text)
    text = _TEXTS.get(first["type"], text)
    return f"{where or 'The request'}: {text}."


def _explained(request: Request, status: int, headers: Mapping[str, str], detail: str) -> str:
    if status == 404:
        return f"There is nothing at {request.url.path}: /api/v1/openapi.json lists all routes."
    if status == 405:
        return f"{request.method} is not possible at {request.url.path}: use {headers['Allow']}."
    return f"{detail}."


def _allowed(request: Request) -> list[str]:
    """Return the methods of all routes of the path; Starlette names those of one route only."""
    scopes = [{**request.scope, "method": method} for method in _METHODS]
    found = {s["method"] for s in scopes if any(route.matches(s)[0] is Match.FULL for route in request.app.routes)}
    # The guard answers HEAD for every GET.
    return sorted(found | ({"HEAD"} if "GET" in found else set()))
