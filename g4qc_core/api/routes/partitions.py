"""Dynamic partition keys of the graph (specs of backtests, searches and studies, instruments), and their removal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanDecide, CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import NO_NUL, documented
from g4qc_core.errors import UsageError
from g4qc_core.graph_keys import GraphKey, KeyKind

router = APIRouter(tags=["partitions"], responses=documented(401, 403, 422, 429, 503))

_Key = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]


class PartitionKey(BaseModel):
    """A partition key."""

    kind: KeyKind
    key: str
    holds: Spoken = Field(description="What is stored under the key, like 2 results; empty if nothing is")
    at_work: bool = Field(description="True while a run works on the key")
    kept_by: Spoken = Field(description="Why the key cannot be removed, and what to do first; empty if it can be")
    unused: bool = Field(description="True if the key can be removed and nothing is stored under it")


class PartitionKeys(BaseModel):
    """Partition keys by kind and name."""

    partitions: list[PartitionKey]


@router.get("/partitions", dependencies=[CanRead])
async def partitions(
    context: Context, unused: Annotated[bool, Query(description="Only unused keys")] = False
) -> PartitionKeys:
    """List the dynamic keys of the graph: specs of backtests, searches and studies, and instruments."""
    found = await context.call_launcher(context.launcher.partitions)
    return _shown([one for one in found if one.unused or not unused])


@router.delete("/partitions/{kind}", responses=documented(409))
async def remove(
    kind: Annotated[KeyKind, Path()],
    context: Context,
    key: CanDecide,
    keys: Annotated[list[_Key], Query(alias="key", max_length=1000, description="A key; repeat it")] = [],  # noqa: B006
    unused: Annotated[bool, Query(description="All unused keys of this kind, instead of named keys")] = False,
) -> PartitionKeys:
    """Remove keys, all or none; bars and results stay, and a later run adds its key again.

    A key that has results of a backtest, or an entry in a file, is refused (422), as is one that a run works on (409).
    """
    if unused == bool(keys):
        raise UsageError("Give keys, or `unused=true`.")

    def work() -> list[GraphKey]:
        every = context.launcher.partitions() if unused else []
        wanted = keys or [one.key for one in every if one.unused and one.kind is kind]
        return context.launcher.remove_partitions(kind, wanted)

    return _shown(await context.call_launcher(work))


def _shown(found: list[GraphKey]) -> PartitionKeys:
    return PartitionKeys(partitions=[PartitionKey(**asdict(one), unused=one.unused) for one in found])
