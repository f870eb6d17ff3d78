"""Health of database, gateway and Dagster, freshness of the bars, and metrics for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from g4qc_core.api.dependencies import ApiContext, CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.trading import overview_of
from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import DatabaseUnavailable, G4qcError, GraphUnavailable, StoreUnavailable, TransientError
from g4qc_core.home import low_disk
from g4qc_core.ib.advice import Advice, advice_for
from g4qc_core.ib.connection.dialling import probe_gateway
from g4qc_core.services.backups.backup_state import BackupState, backup_state
from g4qc_core.services.trading.shown.views import DriftView, TradingSummary
from g4qc_core.storage.server.bar_origin import expected_origin, stored_origin
from g4qc_core.timeframes import TIMEFRAMES

T = TypeVar("T")

router = APIRouter(tags=["health"], dependencies=[CanRead])
root = APIRouter(include_in_schema=False)

_PROBE_SECONDS = 2.0
_GRAPH_SECONDS = 4.0  # shorter than the timeout of the container's health check
_DATABASE_SECONDS = 4.0
_ORIGIN_SECONDS = 1.0
_DRIFTS = 50
_BACKUP_SECONDS = 4.0
_BACKUP_KEPT = 300.0  # seconds; a bucket is not asked at every look


class HealthPart(BaseModel):
    """A part of the platform that the server depends on."""

    up: bool
    about: Spoken = Field(description="What it is; if it is down, what is wrong and what to do")
    url: str | None = Field(default=None, description="Address for a browser; only for dagster")


class NewestBar(BaseModel):
    """The newest bar of an instrument and timeframe."""

    symbol: str
    timeframe: str
    last: datetime = Field(description="Start of the newest bar, UTC")
    trade_date: date


class Health(BaseModel):
    """Health of the platform: `down` if the database is down, `degraded` if another part is."""

    status: Literal["ok", "degraded", "down"]
    parts: dict[str, HealthPart] = Field(
        description="database, gateway and dagster; backup if one is made each night; disk only if it is nearly full"
    )
    origin: str | None = Field(None, description="Origin of the stored bars: account, simulated or replay")
    freshness: list[NewestBar]
    now: datetime


_DOWN: dict[int | str, dict[str, Any]] = {503: {"description": "The database is down", "model": Health}}


@router.get("/health", response_model=Health, responses=_DOWN | documented(401, 403, 422, 429))
async def health(context: Context) -> Response:
    """Return the health of all parts; the status is 503 if the database is down."""
    found = await examine(context)
    return JSONResponse(found.model_dump(mode="json"), 503 if found.status == "down" else 200)


@root.get("/health")
async def probe(context: Context) -> Response:
    """Return one word for each part, without a key, for health checks of the process."""
    found = await examine(context)
    words = {name: "up" if part.up else "down" for name, part in found.parts.items()}
    return JSONResponse({"status": found.status, **words}, 503 if found.status == "down" else 200)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **documented(401, 403, 422, 429)},
)
@root.get("/metrics", dependencies=[CanRead])
async def metrics(context: Context, request: Request) -> Response:
    """Return the server's counters, the health of the parts, the freshness of the bars and trading, for Prometheus."""
    found = await examine(context)
    trading: tuple[TradingSummary | None, list[DriftView]] = (None, [])
    if found.parts["database"].up:
        with suppress(G4qcError):
            trading = await _of_database(context, _traded)
    text = request.app.state.measures.text(
        [(name, part.up) for name, part in found.parts.items()],
        [(fresh.symbol, fresh.timeframe, fresh.last) for fresh in found.freshness],
        *trading,
    )
    return Response(text, media_type=CONTENT_TYPE_LATEST)


async def examine(context: ApiContext) -> Health:
    """Check all parts concurrently; a part that fails or is silent neither raises nor delays for long."""
    asked = {"database": _of_database(context, _database), "gateway": _gateway(context), "dagster": _dagster(context)}
    if context.settings.backup_target is not None:
        asked["backup"] = _backup(context)
    parts = dict(zip(asked, await asyncio.gather(*map(_part, asked.values())), strict=True))
    parts["dagster"].url = context.settings.dagster_link
    if (disk := low_disk(context.settings.home)) is not None:
        parts["disk"] = HealthPart(up=False, about=disk)
    origin: str | None = None
    freshness: list[NewestBar] = []
    if parts["database"].up:
        try:
            origin, freshness = await _of_database(context, _stored)
        except G4qcError as error:
            parts["database"] = HealthPart(up=False, about=str(error))
    ok = parts["database"].up
    return Health(
        status="down" if not ok else "ok" if all(part.up for part in parts.values()) else "degraded",
        parts=parts,
        origin=origin,
        freshness=freshness,
        now=context.clock(),
    )


async def _part(asked: Awaitable[str]) -> HealthPart:
    try:
        return HealthPart(up=True, about=await asked)
    except G4qcError as error:
        return HealthPart(up=False, about=str(error))


async def _of_database(context: ApiContext, ask: Callable[[ApiContext], T]) -> T:
    """Query the database with a deadline, because a stalled server keeps its connections open."""
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            return await context.stored.call(ask, context, max_age=0)
    except TimeoutError:
        raise DatabaseUnavailable(
            f"The database has not answered for {_DATABASE_SECONDS:.0f} seconds: look at its server, and at "
            "G4QC_DATABASE_URL."
        ) from None


def _stored(context: ApiContext) -> tuple[str | None, list[NewestBar]]:
    """Return the origin of the stored bars, and the newest bars."""
    origin = stored_origin(context.stores().database)
    return str(origin) if origin else None, _freshness(context)


def _traded(context: ApiContext) -> tuple[TradingSummary | None, list[DriftView]]:
    """Return all accounts that were traded, and the drifts of their newest trade dates."""
    overview = overview_of(context)
    found = overview.summary(context.clock())
    drifts = [drift for one in found.accounts for drift in overview.drifts(one.account, _DRIFTS)]
    return found, drifts


def _database(context: ApiContext) -> str:
    database = context.stores().database
    database.check()
    return f"{database.place}{', TimescaleDB' if database.has_timescale else ''}"


async def _gateway(context: ApiContext) -> str:
    address = context.gateway or (context.settings.ib_host and (context.settings.ib_host, context.settings.ib_port))
    if not address:
        return "a simulated one is started in each run"
    advice = await _advice(context)
    await run_in_threadpool(probe_gateway, *address, _PROBE_SECONDS, advice)
    return f"{advice.name} answers at {address[0]}:{address[1]}"


async def _advice(context: ApiContext) -> Advice:
    """Return the advice for this kind of gateway; wait only briefly for the database, which knows the kind."""
    if context.gateway is not None or context.settings.ib_simulated:
        return advice_for(Origin.SIMULATED)
    try:
        async with asyncio.timeout(_ORIGIN_SECONDS):
            return advice_for(await context.stored.call(_expected, context, max_age=0))
    except (TimeoutError, G4qcError):
        return advice_for(None)


def _expected(context: ApiContext) -> Origin | None:
    return expected_origin(context.settings, context.stores().database)


async def _dagster(context: ApiContext) -> str:
    try:
        async with asyncio.timeout(_GRAPH_SECONDS):
            remarks = await context.probes.call(context.launcher.check, max_age=0)
    except TimeoutError:
        raise GraphUnavailable(
            f"Dagster has not answered for {_GRAPH_SECONDS:.0f} seconds: look at {context.settings.dagster_link}, and "
            "start it again if it stays so."
        ) from None
    return "; ".join(filter(None, (context.settings.dagster_link, remarks)))


async def _backup(context: ApiContext) -> str:
    try:
        async with asyncio.timeout(_BACKUP_SECONDS):
            state = await context.places.call(_backup_state, context, max_age=_BACKUP_KEPT)
    except TimeoutError:
        raise StoreUnavailable(
            f"The place of the backups, {context.settings.backup_target}, has not answered for {_BACKUP_SECONDS:.0f} "
            "seconds: check the address and the network."
        ) from None
    if state.late:
        raise TransientError(state.about)
    return state.about


def _backup_state(context: ApiContext) -> BackupState:
    return backup_state(context.settings, context.clock())


def _freshness(context: ApiContext) -> list[NewestBar]:
    store = context.stores().coverage
    rows = store.freshness(list(context.registry), [t.name for t in TIMEFRAMES])
    return [
        NewestBar(
            symbol=row["symbol"],
            timeframe=row["timeframe"],
            last=row["last"].to_pydatetime(),
            trade_date=row["trade_date"].date(),
        )
        for row in rows.to_dict("records")
    ]
