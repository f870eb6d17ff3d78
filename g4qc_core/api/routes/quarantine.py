"""Bars in quarantine, and what people decide about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.deps import CanDecide, CanRead, Using
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.jobs import JobShown, shown
from g4qc_core.bars.decisions import undecided
from g4qc_core.bars.keys import BarKey
from g4qc_core.bars.reasons import Decision, Reason
from g4qc_core.instruments import Instrument
from g4qc_core.storage.moments import window_of

router = APIRouter(tags=["quarantine"], responses=documented(401, 403, 422, 429, 503))

_MOST = 5000


class Quarantined(BaseModel):
    """One bar that validation does not believe, as received, and the newest decision about it."""

    bar: str = Field(description="What names it, like ES/202612/2026-10-05T13:30Z")
    symbol: str
    contract: str
    timestamp: datetime
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int
    reason: str
    detail: str
    acceptable: bool = Field(description="False where the bar is not merely suspect but impossible")
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class Quarantine(BaseModel):
    """Bars in quarantine by instrument, contract and time."""

    bars: list[Quarantined]
    total: int = Field(description="How many there are; the list ends after 5,000")


class DecisionAsked(BaseModel):
    """What is decided about which bars."""

    model_config = ConfigDict(extra="forbid")

    bars: list[Annotated[str, Field(max_length=100)]] = Field(
        min_length=1,
        max_length=200,
        description="Bars, or runs of bars like ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z",
    )
    decision: Decision
    note: str = Field("", max_length=500, pattern=r"^[^\x00]*$", description="Why")


@router.get("/quarantine", dependencies=[CanRead])
def quarantine(
    using: Using,
    symbol: Annotated[str | None, Query(max_length=12)] = None,
    first: Annotated[date | None, Query(description="First trade date")] = None,
    last: Annotated[date | None, Query(description="Last trade date, included")] = None,
    decided: Annotated[bool, Query(description="Show those too of which somebody decided")] = False,
) -> Quarantine:
    """Bars that wait for a decision; with `decided`, all."""
    wanted = [using.registry[symbol]] if symbol is not None else list(using.registry.values())
    store, found = using.stores().quarantine, []
    for instrument in wanted:
        listed = store.listed(instrument.symbol, *window_of(instrument, first, last))
        listed = listed if decided else undecided(listed)
        found += [(instrument, row) for row in listed.to_dict("records")]
    return Quarantine(bars=[_shown(instrument, row) for instrument, row in found[:_MOST]], total=len(found))


@router.post("/quarantine/decisions", status_code=202, responses=documented(413))
async def decide(asked: DecisionAsked, using: Using, key: CanDecide) -> JobShown:
    """Records a decision, and starts the job that makes the months of the bars anew."""
    by = key.name if key is not None else "API"
    job_id = await using.of_graph(using.launcher.decide, asked.bars, asked.decision, by, asked.note)
    return shown(await using.of_graph(using.launcher.job, job_id))


def _shown(instrument: Instrument, row: Any) -> Quarantined:
    start = row["timestamp"].to_pydatetime().astimezone(UTC)
    prices = {name: None if pd.isna(row[name]) else row[name] for name in ("open", "high", "low", "close")}
    known = not pd.isna(row["decision"])
    return Quarantined(
        bar=str(BarKey(instrument.symbol, row["contract"], start, start)),
        symbol=instrument.symbol,
        contract=row["contract"],
        timestamp=start,
        **prices,
        volume=row["volume"],
        reason=row["reason"],
        detail=row["detail"],
        acceptable=Reason(row["reason"]).acceptable,
        decision=row["decision"] if known else None,
        decided_at=row["decided_at"].to_pydatetime() if known else None,
        decided_by=row["decided_by"] if known else None,
        note=row["note"] if known else None,
    )
