"""Quarantined bars, and decisions about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Self

import pandas as pd
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from g4qc_core.api.dependencies import CanDecide, CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import NO_NUL, documented
from g4qc_core.api.routes.jobs import JobStatus, job_status
from g4qc_core.bars.columns import PRICES
from g4qc_core.bars.quarantine.decisions import Group, Preview, groups_of, undecided
from g4qc_core.bars.quarantine.reasons import Decision, Reason
from g4qc_core.bars.quarantine.selection import BarKey, Selection
from g4qc_core.instruments.registry import Instrument
from g4qc_core.services.quarantine.review import DecisionRequest
from g4qc_core.services.quarantine.selected_bars import read_selected

router = APIRouter(tags=["quarantine"], responses=documented(401, 403, 422, 429, 503))

_MOST = 5000


class QuarantinedBar(BaseModel):
    """A bar that failed validation, as received, with the newest decision about it."""

    bar: str = Field(description="Key of the bar, like ES/202612/2026-10-05T13:30Z")
    symbol: str
    contract: str
    timestamp: datetime
    trade_date: date = Field(description="Outside every session: that of the session before it")
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int
    reason: str
    detail: Spoken
    acceptable: bool = Field(description="False if the bar is impossible, not merely suspect")
    decision: Decision | None
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class QuarantineGroup(BaseModel):
    """Number of bars of one reason, contract and session."""

    symbol: str
    contract: str
    trade_date: date
    reason: Reason
    acceptable: bool
    bars: int


class QuarantineList(BaseModel):
    """Quarantined bars, the most severe reason first, then by instrument, contract and time."""

    bars: list[QuarantinedBar]
    total: int = Field(description="Number of all bars; the list has at most 5,000")
    groups: list[QuarantineGroup] = Field(
        description="How many there are of each reason, contract and session, in that order"
    )


class BarCriteria(BaseModel):
    """Criteria that select quarantined bars; a bar must meet all of them."""

    model_config = ConfigDict(extra="forbid")

    symbol: str | None = Field(None, max_length=12)
    contracts: list[Annotated[str, Field(max_length=12)]] = Field([], max_length=50, description="Contract months")
    reasons: list[Reason] = Field([], max_length=50)
    sessions: list[date] = Field([], max_length=400, description="Trade dates")
    first: date | None = Field(None, description="First trade date")
    last: date | None = Field(None, description="Last trade date, included")
    start: datetime | None = Field(None, description="Start of the first bar; without a zone, UTC")
    end: datetime | None = Field(None, description="Start of the last bar, included; without a zone, UTC")

    def selection(self) -> Selection:
        """Return the criteria as a selection of the library."""
        symbols = () if self.symbol is None else (self.symbol,)
        many = tuple(self.contracts), tuple(self.reasons), tuple(self.sessions)
        return Selection(symbols, *many, self.first, self.last, _utc(self.start), _utc(self.end))


class QuarantineDecision(BaseModel):
    """A decision about bars. With names and criteria, it applies to named bars that meet the criteria."""

    model_config = ConfigDict(extra="forbid")

    bars: list[Annotated[str, Field(max_length=100)]] = Field(
        [],
        max_length=200,
        description="Keys of bars, or of ranges like ES/202612/2026-10-05T13:30Z..2026-10-05T14:10Z",
    )
    select: BarCriteria | None = Field(
        None,
        description="Without bars: all that match and await a decision (for `reopen`: that have one)",
    )
    decision: Decision
    note: str = Field("", max_length=500, pattern=NO_NUL, description="Reason of the decision")
    dry_run: bool = Field(False, description="Decide nothing; the answer is 200 with a preview")
    seen: str | None = Field(
        None, max_length=64, description="`seen` of the preview: nothing is decided if the bars have changed since"
    )

    def selection(self) -> Selection:
        """Return the criteria; empty without `select`."""
        return Selection() if self.select is None else self.select.selection()

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.bars and not self.selection():
            raise ValueError("give bars, or criteria in select")
        return self


class DecisionPreview(BaseModel):
    """The bars that a decision would cover, and the runs it would start."""

    decision: Decision
    bars: int
    already: int = Field(description="Number of bars that already have this decision")
    groups: list[QuarantineGroup] = Field(description="The most severe reason first")
    months: list[str] = Field(description="Partitions that would be rebuilt")
    runs: int
    seen: str = Field(description="Mark of the previewed bars, to be sent with the decision")


@router.get("/quarantine", dependencies=[CanRead])
def quarantine(
    context: Context,
    symbol: Annotated[str | None, Query(max_length=12)] = None,
    contract: Annotated[list[str] | None, Query(description="Contract months")] = None,
    reason: Annotated[list[Reason] | None, Query()] = None,
    session: Annotated[list[date] | None, Query(description="Trade dates")] = None,
    first: Annotated[date | None, Query(description="First trade date")] = None,
    last: Annotated[date | None, Query(description="Last trade date, included")] = None,
    start: Annotated[datetime | None, Query(description="Start of the first bar; without a zone, UTC")] = None,
    end: Annotated[datetime | None, Query(description="Start of the last bar, included")] = None,
    decided: Annotated[bool, Query(description="Include bars with a decision")] = False,
) -> QuarantineList:
    """List bars that await a decision; with `decided`, all quarantined bars."""
    symbols = () if symbol is None else (symbol,)
    many = tuple(contract or ()), tuple(reason or ()), tuple(session or ())
    criteria = Selection(symbols, *many, first, last, _utc(start), _utc(end))
    criteria.check()
    wanted = [context.registry[one] for one in criteria.instruments or context.registry]
    store, found = context.stores().quarantine, {}
    for instrument in wanted:
        listed = read_selected(store, instrument, criteria)
        found[instrument] = listed if decided else undecided(listed)
    rows = [(instrument, row) for instrument, listed in found.items() for row in listed.to_dict("records")]
    rows.sort(key=lambda pair: Reason(pair[1]["reason"]).rank)
    groups = groups_of({instrument.symbol: listed for instrument, listed in found.items()})
    return QuarantineList(
        bars=[_shown(instrument, row) for instrument, row in rows[:_MOST]],
        total=len(rows),
        groups=[_grouped(group) for group in groups],
    )


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": DecisionPreview, "description": "With dry_run: what would be decided"},
    202: {"model": JobStatus, "description": "The decision is recorded, and the job was started"},
    **documented(409, 413),
}


@router.post("/quarantine/decisions", status_code=202, responses=_ANSWERS, response_model=None)
async def decide(
    asked: QuarantineDecision, context: Context, key: CanDecide, response: Response
) -> JobStatus | DecisionPreview:
    """Record a decision about all bars at once, and start the job that rebuilds their months.

    Repeating a decision records nothing. 409 if another decision was made about one of the bars meanwhile, or the bars
    are not those of the preview; nothing is recorded then.
    """
    request = DecisionRequest(asked.decision, asked.bars, asked.selection(), None if asked.dry_run else asked.seen)
    if asked.dry_run:
        response.status_code = 200
        return _previewed(await context.call_launcher(context.launcher.preview, request))
    by = key.name if key is not None else "API"
    job_id = await context.call_launcher(context.launcher.decide, request, by, asked.note)
    return job_status(await context.call_launcher(context.launcher.job, job_id))


def _previewed(found: Preview) -> DecisionPreview:
    return DecisionPreview(
        decision=found.decision,
        bars=found.bars,
        already=found.already,
        groups=[_grouped(group) for group in found.groups],
        months=list(found.months),
        runs=found.runs,
        seen=found.seen,
    )


def _utc(instant: datetime | None) -> datetime | None:
    return instant and instant.replace(tzinfo=instant.tzinfo or UTC)


def _grouped(group: Group) -> QuarantineGroup:
    return QuarantineGroup(**vars(group), acceptable=group.reason.acceptable)


def _shown(instrument: Instrument, row: Any) -> QuarantinedBar:
    start = row["timestamp"].to_pydatetime().astimezone(UTC)
    prices = {name: None if pd.isna(row[name]) else row[name] for name in PRICES}
    known = not pd.isna(row["decision"])
    return QuarantinedBar(
        bar=str(BarKey(instrument.symbol, row["contract"], start, start)),
        symbol=instrument.symbol,
        contract=row["contract"],
        timestamp=start,
        trade_date=row["trade_date"],
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
