"""Differences between sources of the same bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.data import Symbol, instrument_of
from g4qc_core.bars.columns import PRICES
from g4qc_core.calendars.session_calendar import check_window
from g4qc_core.instruments.registry import CONTRACT_MONTH
from g4qc_core.services.quality.source_comparison import SourceRun, source_runs
from g4qc_core.sources.comparison.pair_difference import PairDifference
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict

router = APIRouter(tags=["coverage"], dependencies=[CanRead], responses=documented(401, 403, 404, 422, 429, 503))


class DifferingPrice(BaseModel):
    """How often and how far one of the four prices differs in a session."""

    name: str = Field(description="open, high, low or close")
    minutes: int
    largest: float = Field(description="Largest difference, ticks")


class ComparedSession(BaseModel):
    """One session of two sources. A wrong clock, an amount and a factor are taken out before minutes are compared."""

    contract: str
    trade_date: date
    first_source: str
    second_source: str
    verdict: SourceVerdict
    side: Side = Field(description="The source that the verdict is about; empty where it is neither")
    agrees: bool = Field(description="Within the tolerance of the settings and of the instrument")
    about: Spoken = Field(description="The differences in sentences")
    shared: int = Field(description="Minutes that both have")
    only_first: int
    only_second: int
    differing: int = Field(description="Minutes in which a price differs")
    beyond: int = Field(description="Minutes in which a price differs by more ticks than tolerated")
    prices: list[DifferingPrice]
    volume_first: int = Field(description="Volume in the minutes that both have")
    volume_second: int
    differing_volumes: int
    shift: int = Field(description="Minutes by which the second source's clock is later")
    points: float = Field(description="Points by which the second source's prices are higher throughout")
    factor: float = Field(description="Factor by which they are larger throughout")
    grid: float = Field(description="Coarser grid on which one source is rounded, points; 0: none")


class ComparedRun(BaseModel):
    """Sessions in a row in which two sources differ in the same way, or all agree."""

    contract: str
    first_source: str
    second_source: str
    first: date = Field(description="First trade date")
    last: date = Field(description="Last trade date")
    sessions: int
    verdict: SourceVerdict
    agrees: bool
    daylight_saving: bool = Field(description="True if a clock is an hour wrong from or until a change of clocks")
    about: Spoken


class SourceDifferences(BaseModel):
    """Differences between sources of an instrument, by contract, sources and trade date."""

    symbol: str
    runs: list[ComparedRun]
    sessions: list[ComparedSession]


@router.get("/differences/{symbol}")
def differences(
    symbol: Symbol,
    context: Context,
    first: Annotated[date | None, Query(description="First trade date")] = None,
    last: Annotated[date | None, Query(description="Last trade date, included")] = None,
    contract: Annotated[
        str | None, Query(pattern=f"^{CONTRACT_MONTH}$", description="Contract month; default: all")
    ] = None,
) -> SourceDifferences:
    """List how sources of the same bars differ, as they were last compared."""
    instrument = instrument_of(symbol, context)
    if first is not None and last is not None:
        check_window(first, last)
    found = context.stores().differences.differences(instrument.symbol, first, last, contract)
    return SourceDifferences(symbol=instrument.symbol, runs=_runs(found), sessions=[*map(_session, found)])


def _runs(found: Sequence[PairDifference]) -> list[ComparedRun]:
    return [_run(one) for one in source_runs(found)]


def _run(one: SourceRun) -> ComparedRun:
    run = one.run
    return ComparedRun(
        contract=run.contract,
        first_source=one.first,
        second_source=one.second,
        first=run.first,
        last=run.last,
        sessions=run.sessions,
        verdict=run.summed.verdict,
        agrees=run.summed.agrees,
        daylight_saving=run.daylight_saving,
        about=one.words,
    )


def _session(one: PairDifference) -> ComparedSession:
    own = one.session
    names = ("trade_date", "verdict", "side", "agrees", "shared", "only_first", "only_second", "differing", "beyond",
             "volume_first", "volume_second", "differing_volumes", "shift", "points", "factor", "grid")  # fmt: skip
    prices = [
        DifferingPrice(name=name, minutes=minutes, largest=largest)
        for name, minutes, largest in zip(PRICES, own.prices, own.largest, strict=True)
    ]
    return ComparedSession(
        contract=one.contract,
        first_source=one.first,
        second_source=one.second,
        about=one.words,
        prices=prices,
        **{name: getattr(own, name) for name in names},
    )
