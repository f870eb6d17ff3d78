"""A stream of what changed, for pages that stay open for days."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, format_sse_event

from g4qc_core.api.dependencies import ApiContext, CanRead, Context, listening
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.health import examine
from g4qc_core.errors import G4qcError
from g4qc_core.storage.change_store import BARS, JOBS

router = APIRouter(tags=["jobs"], dependencies=[CanRead], responses=documented(401, 403, 422, 429, 503))

HEALTH = "health"

_POLL_SECONDS, _HEALTH_SECONDS, _PING_SECONDS = 2.0, 15.0, 15.0
_SHARED = 0.8  # of a poll: shorter than a poll, so that each poll gets a new answer
_ID = re.compile(r"(?:[A-Za-z0-9:._-]{1,40}=[0-9a-f]{10}(?:,(?!$)|$))*")

Versions = Mapping[str, str]
"""A digest by name. A reader's event id is its versions, so that any server can tell what changed since."""

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


@router.get("/events", dependencies=[Depends(listening)], response_class=Response, responses=_STREAM)
async def changes(
    context: Context,
    after: Annotated[str | None, Query(description="Id of an event, in place of the header Last-Event-ID")] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Stream what changes: each `changed` event has the `names` of what to read again.

    Names are `jobs`, `results`, `searches`, `studies`, `quarantine`, `trading`, `health`, and `bars:ES` for bars,
    rolls and contracts of an instrument. The stream begins with `ready`, or, for a client that reconnects with
    Last-Event-ID, with what changed meanwhile, also if the server was started again. After an unknown id, everything
    has changed.
    All listeners together cost as much as one; their number is limited for each client (429) and in total (503).
    """
    given = last_event_id or after
    now = await _shared_versions(context)
    return EventSourceResponse(_stream(context, given, now), headers={"Cache-Control": "no-store"})


async def _stream(context: ApiContext, given: str | None, now: Versions) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    known = None if given is None else _versions_of(given)
    if given is None:
        yield _event("ready", sorted(now), now)
    elif known is None:
        yield _event("changed", sorted(now), now)
    else:
        now = _merged(known, now)
        if names := _differing(known, now):
            yield _event("changed", names, now)
        else:
            yield _event("ready", sorted(now), now)
    told = clock()
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        later = _merged(now, await _shared_versions(context))
        if names := _differing(now, later):
            yield _event("changed", names, later)
            told = clock()
        elif clock() - told >= _PING_SECONDS:
            yield format_sse_event(comment="still here")
            told = clock()
        now = later


async def _shared_versions(context: ApiContext) -> Versions:
    """Return the versions of everything that can be read now, at most one poll old."""
    return await context.watch.share(_versions, context, max_age=_SHARED * _POLL_SECONDS)


async def _versions(context: ApiContext) -> Versions:
    found: dict[str, str] = {}
    # While the database is away, health says so, and what is stored counts as unchanged.
    with suppress(G4qcError):
        found |= await context.watch.call(_stored, context, max_age=0)
    try:
        graph = await context.watch.call(context.launcher.version, max_age=0)
        if JOBS in found:
            found[JOBS] += f" {graph}"
    except G4qcError:
        found.pop(JOBS, None)
    found[HEALTH] = await context.watch.share(_health, context, max_age=_HEALTH_SECONDS)
    return {name: sha256(text.encode()).hexdigest()[:10] for name, text in found.items()}


def _stored(context: ApiContext) -> dict[str, str]:
    return context.stores().changes.versions()


async def _health(context: ApiContext) -> str:
    found = await examine(context)
    return " ".join([found.status, *(f"{name}={part.up}" for name, part in found.parts.items())])


def _merged(before: Versions, found: Versions) -> Versions:
    """Return the newest versions: those that could not be read stay, and bars that are gone are gone."""
    stored = len(found) > 2
    kept = {name: one for name, one in before.items() if not (stored and name.startswith(BARS))}
    return {**kept, **found}


def _differing(before: Versions, later: Versions) -> list[str]:
    return sorted(name for name in {*before, *later} if before.get(name) != later.get(name))


def _event(kind: str, names: list[str], versions: Versions) -> bytes:
    cursor = ",".join(f"{name}={version}" for name, version in sorted(versions.items()))
    return format_sse_event(event=kind, data_str=json.dumps({"names": names}), id=cursor)


def _versions_of(cursor: str) -> Versions | None:
    """Return the versions of an event's id; None if it is none of this API."""
    if not cursor or not _ID.fullmatch(cursor):
        return None
    return dict(part.split("=") for part in cursor.split(","))
