"""Coverage: classes of minutes by session, by month and by interval, and the request ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import ApiContext, CanRead, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.data import Symbol, instrument_of
from g4qc_core.bars.columns import CLASSES, MISSING, OPEN
from g4qc_core.bars.missing_sessions import MissingSession, NotAsked
from g4qc_core.calendars.session_calendar import Session, calendar, check_window
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import CONTRACT_MONTH, Instrument
from g4qc_core.services.coverage.completeness import judged_until, not_asked, not_made_of
from g4qc_core.services.coverage.stored_gaps import stored_gaps
from g4qc_core.services.series.series_segments import segments_of
from g4qc_core.storage.bar_stores.coverage_store import CoverageStore, MonthSums
from g4qc_core.storage.request_ledger import Outcome
from g4qc_core.timeframes import DERIVED

router = APIRouter(tags=["coverage"], dependencies=[CanRead], responses=documented(401, 403, 422, 429, 503))

_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_MOST_DAYS = timedelta(days=93)

First = Annotated[date | None, Query(description="First trade date; default: the earliest stored")]
Last = Annotated[date | None, Query(description="Last trade date, included")]

FirstOfFew = Annotated[date, Query(ge=_EARLIEST, le=_LATEST, description="First trade date")]
LastOfFew = Annotated[date, Query(ge=_EARLIEST, le=_LATEST, description="Last trade date, included")]


class SessionCoverage(BaseModel):
    """Minutes of one contract's session by class."""

    contract: str
    trade_date: date
    open: datetime | None = Field(description="Open of the session, UTC; null if the calendar no longer has it")
    close: datetime | None = Field(description="Close of the session, UTC")
    intervals: list[tuple[datetime, datetime]] = Field(
        description="Trading intervals [start, end), UTC; several if a holiday closes the market in between"
    )
    expected: int = Field(description="Minutes in which the contract can trade; the sum of the classes")
    missing: int = Field(description="Minutes about which nothing is known")
    classes: dict[str, int] = Field(
        description=f"Minutes by class: {', '.join(CLASSES)}; classes without minutes are left out"
    )


class TimeframeCoverage(BaseModel):
    """Completeness of a timeframe: whether it was derived from all stored minutes."""

    timeframe: str
    whole: bool
    missing: list[date] = Field(
        description="Trade dates whose stored minutes are not, or not as they are now, in the timeframe"
    )


class UnrequestedSessions(BaseModel):
    """Finished sessions after the newest session that any request covered."""

    first: date = Field(description="Trade date of the first session")
    last: date
    sessions: int
    minutes: int = Field(description="Minutes of these sessions together; no class counts them")
    about: Spoken = Field(description="A sentence that says the same")


class Coverage(BaseModel):
    """Minutes of an instrument's sessions by trade date and contract, and completeness of the derived timeframes."""

    symbol: str
    not_asked: UnrequestedSessions | None = Field(
        None, description="Sessions of the window, up to now, that were never requested; for all contracts together"
    )
    timeframes: list[TimeframeCoverage] = Field(description="Derived timeframes, within the window")
    sessions: list[SessionCoverage]


class MinuteGap(BaseModel):
    """Consecutive minutes `[start, end)` of one contract's session, UTC, of one class."""

    contract: str
    trade_date: date
    start: datetime
    end: datetime
    class_: str = Field(alias="class", description=f"One of {', '.join(OPEN)}")


class MinuteGaps(BaseModel):
    """Intervals of minutes that are quarantined or unknown, by contract and start."""

    symbol: str
    gaps: list[MinuteGap]


class MonthlyCoverage(BaseModel):
    """Months of one instrument, all contracts together; all lists have the same length."""

    symbol: str
    months: list[str] = Field(description="Like 2026-10, ascending")
    sessions: list[int]
    expected: list[int]
    missing: list[int]
    quarantined: list[int]
    not_asked: UnrequestedSessions | None = Field(
        None, description="Sessions up to now that were never requested; their minutes are in no month"
    )


class CoverageOverview(BaseModel):
    """Coverage of every instrument by month, for a heat map."""

    instruments: list[MonthlyCoverage]


class RequestEntry(BaseModel):
    """A request to the gateway for bars that start in `[window_start, window_end)`, UTC."""

    id: int
    symbol: str
    contract: str
    timeframe: str
    window_start: datetime
    window_end: datetime
    outcome: Outcome
    requested_at: datetime
    duration_ms: int
    code: int | None
    message: str | None
    bars: int
    run_id: str | None


class RequestPage(BaseModel):
    """Entries of the request ledger, newest first."""

    requests: list[RequestEntry]
    next_cursor: int | None = Field(description="Send it as `before` for the next page; null at the end")


@router.get("/coverage", response_model=CoverageOverview)
def overview(context: Context, first: First = None, last: Last = None) -> Response:
    """Return the coverage of all instruments by month."""
    window = _window(first, last)
    found = context.stores().coverage.months(*window)
    until = judged_until(context.stores(), context.clock())
    shown = [_months(one, context, until, window) for one in found]
    # Serialized here, because FastAPI would validate each of the many numbers twice more.
    return Response(CoverageOverview(instruments=shown).model_dump_json(), media_type="application/json")


@router.get("/coverage/{symbol}", responses=documented(404))
def coverage(
    symbol: Symbol,
    context: Context,
    first: First = None,
    last: Last = None,
    contract: Annotated[str | None, Query(pattern=f"^{CONTRACT_MONTH}$")] = None,
) -> Coverage:
    """Return the coverage of an instrument by session and contract."""
    instrument = instrument_of(symbol, context)
    store = context.stores().coverage
    rows = store.sessions(instrument.symbol, *_window(first, last), contract)
    unasked = _not_asked(instrument, store, context, _window(first, last)) if contract is None else None
    if rows.empty:
        _known_contract(instrument, contract, context)
        return Coverage(symbol=instrument.symbol, not_asked=unasked, timeframes=_timeframes({}), sessions=[])
    days = (rows["trade_date"].iloc[0].date(), rows["trade_date"].iloc[-1].date())
    hours = {s.trade_date: s for s in calendar(instrument.calendar).sessions(*days)}
    lacking = not_made_of(context.stores(), instrument, *days)
    return Coverage(
        symbol=instrument.symbol,
        not_asked=unasked,
        timeframes=_timeframes(lacking),
        sessions=[_minutes(row, hours) for row in rows.to_dict("records")],
    )


@router.get("/gaps/{symbol}", responses=documented(404))
def gaps(symbol: Symbol, context: Context, first: FirstOfFew, last: LastOfFew) -> MinuteGaps:
    """Return the gaps of an instrument by minute, for at most three months."""
    instrument = instrument_of(symbol, context)
    check_window(first, last)
    if last - first > _MOST_DAYS:
        raise UsageError(f"Gaps are listed for at most {_MOST_DAYS.days} days at once: choose a shorter window.")
    found = stored_gaps(instrument, first, last, context.stores())
    return MinuteGaps(
        symbol=instrument.symbol, gaps=[MinuteGap.model_validate(row) for row in found.to_dict("records")]
    )


@router.get("/requests", responses=documented(404))
def requests(
    context: Context,
    symbol: Annotated[str | None, Query(max_length=12)] = None,
    contract: Annotated[str | None, Query(pattern=f"^{CONTRACT_MONTH}$")] = None,
    outcome: Outcome | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="next_cursor of the previous page")] = None,
) -> RequestPage:
    """List requests to the gateway and their outcomes, newest first."""
    named = None if symbol is None else context.registry[symbol].symbol
    entries = context.stores().ledger.page(limit, before, named, contract, outcome)
    if named is not None and not entries:
        _known_contract(context.registry[named], contract, context)
    shown = [RequestEntry.model_validate(entry, from_attributes=True) for entry in entries]
    return RequestPage(requests=shown, next_cursor=shown[-1].id if len(shown) == limit else None)


def _known_contract(instrument: Instrument, contract: str | None, context: ApiContext) -> None:
    """Raise NotFound for a contract that the instrument does not have."""
    if contract is not None:
        segments_of(context.stores(), instrument, contract)


def _months(found: MonthSums, context: ApiContext, until: datetime, window: tuple[date, date]) -> MonthlyCoverage:
    unasked = None
    if found.symbol in context.registry:
        unasked = _shown(not_asked(context.registry[found.symbol], found.newest, until, last=window[1]))
    months = [f"{month:%Y-%m}" for month in found.months]
    return MonthlyCoverage(**{**vars(found), "months": months}, not_asked=unasked)


def _not_asked(
    instrument: Instrument, store: CoverageStore, context: ApiContext, window: tuple[date, date]
) -> UnrequestedSessions | None:
    until = judged_until(context.stores(), context.clock())
    return _shown(not_asked(instrument, store.newest(instrument.symbol), until, *window))


def _shown(found: NotAsked | None) -> UnrequestedSessions | None:
    return None if found is None else UnrequestedSessions(**vars(found), about=found.words())


def _minutes(row: Any, hours: dict[date, Session]) -> SessionCoverage:
    day = row["trade_date"].date()
    session = hours.get(day)
    return SessionCoverage(
        contract=row["contract"],
        trade_date=day,
        open=session.open if session else None,
        close=session.close if session else None,
        intervals=list(session.intervals) if session else [],
        expected=row["expected"],
        missing=sum(row[name] for name in MISSING),
        classes={name: row[name] for name in CLASSES if row[name]},
    )


def _timeframes(lacking: Mapping[str, Sequence[MissingSession]]) -> list[TimeframeCoverage]:
    days = {one.name: sorted({session.trade_date for session in lacking.get(one.name, ())}) for one in DERIVED}
    return [TimeframeCoverage(timeframe=name, whole=not missing, missing=missing) for name, missing in days.items()]


def _window(first: date | None, last: date | None) -> tuple[date, date]:
    if first is not None and last is not None:
        check_window(first, last)
    return max(first or _EARLIEST, _EARLIEST), min(last or _LATEST, _LATEST)
