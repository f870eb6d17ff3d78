"""Titles, tags, notes and deletion of backtest results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.dependencies import CanDecide, CanRead, CanRun, Context
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.backtests import (
    BacktestDetail,
    BacktestId,
    Chosen,
    ResultId,
    Tag,
    detail,
    record_of,
)
from g4qc_core.errors import UsageError
from g4qc_core.storage.result_stores.deleted_store import DeletedResult
from g4qc_core.storage.result_stores.result_labels import LONGEST_NOTE, LONGEST_TITLE, MOST_TAGS, LabelChange

router = APIRouter(tags=["backtests"], responses=documented(401, 403, 422, 429, 503))

_MOST = 1000
_Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]


class LabelsRequest(BaseModel):
    """Changes of title, tags and note; fields that are left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(
        None, max_length=LONGEST_TITLE, description="Name to show; null or empty: the name of the spec"
    )
    note: str | None = Field(
        None, max_length=LONGEST_NOTE, description="Remarks, of several lines if need be; null or empty: none"
    )
    tags: _Tags | None = Field(None, description="All tags, in place of the present ones")
    add_tags: _Tags = Field(default_factory=list, examples=[["keep"]])
    remove_tags: _Tags = Field(default_factory=list)


class DeletionRecord(BaseModel):
    """Record of a deleted result. Its trial stays counted, and a run of the same inputs makes the result again."""

    id: str
    names: list[str] = Field(description="Names of the specs that produced it")
    title: str | None
    trades: int = Field(description="Number of its trades")
    bars: int = Field(description="Number of bars of its equity curve")
    created_at: datetime
    deleted_at: datetime
    deleted_by: str = Field(description="Name of the key or user; API if the server has no keys")


class DeletionList(BaseModel):
    """Records of deleted results."""

    deleted: list[DeletionRecord]
    total: int


@router.get("/backtests/deleted", dependencies=[CanRead])
def deleted(context: Context) -> DeletionList:
    """List deleted results that were not made again, the newest deletion first; at most 1,000."""
    return _shown(context.stores().deleted.all())


@router.patch("/backtests/{backtest_id}", dependencies=[CanRun], responses=documented(404, 410, 413))
def label(backtest_id: BacktestId, asked: LabelsRequest, context: Context) -> BacktestDetail:
    """Change title, tags and note of a result; they affect no number and no id, and a later run keeps them."""
    change = LabelChange(
        title=asked.title,
        titled="title" in asked.model_fields_set,
        note=asked.note,
        noted="note" in asked.model_fields_set,
        tags=asked.tags,
        added=asked.add_tags,
        removed=asked.remove_tags,
    )
    context.stores().labels.change([backtest_id], change)
    return detail(record_of(backtest_id, context), context)


@router.delete("/backtests/{backtest_id}", responses=documented(404, 409, 410))
async def delete(
    backtest_id: BacktestId,
    context: Context,
    key: CanDecide,
    made_at: Annotated[
        datetime | None,
        Query(description="`created_at` as you read it: 409 if the result was made again since"),
    ] = None,
) -> DeletionRecord:
    """Delete a result with its trades, equity curve and report, under all of its names.

    Its trial stays counted. The partition of its spec is removed too if the backtests file has no such entry and no
    other result is left. 409 while a run of the spec is in progress; 410 if the result was deleted before.
    """
    found = await context.call_launcher(context.launcher.delete_results, {backtest_id: _utc(made_at)}, _by(key))
    return _shown(found).deleted[0]


@router.delete("/backtests", responses=documented(404, 409, 410))
async def delete_chosen(
    context: Context,
    key: CanDecide,
    chosen: Chosen,
    ids: Annotated[list[ResultId], Query(alias="id", max_length=_MOST, description="Id of a result; repeat it")] = [],  # noqa: B006
    made_at: Annotated[
        list[datetime],
        Query(max_length=_MOST, description="`created_at` of each id as you read it, in the order of the ids"),
    ] = [],  # noqa: B006
) -> DeletionList:
    """Delete the named results, or all that match the filters, in one transaction: all of them or none.

    `GET /backtests` with the same filters lists the results that this would delete. One of `id`, `name`, `strategy`,
    `instrument` and `tag` is required.
    """

    def work() -> list[DeletedResult]:
        made = _made(ids, made_at, chosen, context)
        return context.launcher.delete_results(made, _by(key)) if made else []

    return _shown(await context.call_launcher(work))


def _made(ids: list[str], made_at: list[datetime], chosen: Chosen, context: Context) -> Mapping[str, datetime | None]:
    if ids and chosen.given:
        raise UsageError("Give ids or filters, not both.")
    if made_at and len(made_at) != len(ids):
        raise UsageError("made_at: give one for each id, or none.")
    if ids:
        return dict(zip(ids, map(_utc, made_at), strict=True)) if made_at else dict.fromkeys(ids)
    chosen.choice.check_narrow()
    return {record.id: record.created_at for record in chosen.found(context)}


def _by(key: CanDecide) -> str:
    return key.name if key is not None else "API"


def _utc(instant: datetime | None) -> datetime | None:
    return instant if instant is None or instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _shown(found: list[DeletedResult]) -> DeletionList:
    made = [
        DeletionRecord(
            id=one.id,
            names=one.names,
            title=one.title,
            trades=one.trades,
            bars=one.bars,
            created_at=one.created_at,
            deleted_at=one.deleted_at,
            deleted_by=one.deleted_by,
        )
        for one in found
    ]
    return DeletionList(deleted=made[:_MOST], total=len(made))
