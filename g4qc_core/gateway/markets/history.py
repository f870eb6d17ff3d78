"""Bars for a query: its window, the bars in it, and larger bars made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.gateway.faults.misshapes import AS_IT_IS, Misshape, flattened, places, unreadable
from g4qc_core.gateway.markets.larger_bars import Buckets, aggregate, cut_last
from g4qc_core.gateway.markets.session_hours import days_between, last_days, parts, regular_parts, zone_name
from g4qc_core.gateway.markets.simulated_market import UNKNOWN, Listing, MarketBars, SimulatedMarket, no_bars
from g4qc_core.gateway.protocol.bar_request_rules import HMDS, SECONDS, BarsQuery, Period, Refusal, not_served
from g4qc_core.gateway.protocol.layouts import ZONED_DATES

_MOST_BARS = 150_000
"""More bars do not fit into the longest message that clients read (16 MiB)."""

_MINUTE = 60
_SESSION_SECONDS = 82_800
_LONGEST_PERIOD = timedelta(days=31)
_LONGEST_DAY = timedelta(days=4)
_NO_DATES = np.array([], "datetime64[D]")


@dataclass(frozen=True)
class Reply:
    """Bars of a window, with their dates as text."""

    start: datetime
    end: datetime
    bars: MarketBars
    dates: list[str]


@dataclass(frozen=True)
class ScheduledSession:
    """One entry of a historical schedule, in exchange time."""

    start: datetime
    end: datetime
    trade_date: str


def bars(
    market: SimulatedMarket,
    listing: Listing,
    query: BarsQuery,
    now: datetime,
    version: int,
    misshape: Misshape = AS_IT_IS,
) -> Reply:
    """Return the bars that start in the query's window, with the defects of `misshape`.

    A bar that the end of the window or the present cuts is served in part, as by the real gateway.

    Raises:
        Refusal: 162, no bars in the window or too many, or the market has none this short.
    """
    sessions = calendar(listing.instrument.calendar)
    start, end = window(sessions, query, now)
    _check_size(start, end, query)
    beside = misshape.overlap * timedelta(seconds=query.seconds)
    served, trade_dates = _served(market, listing, sessions, query, start - beside, min(end + beside, now))
    if not len(served) or (query.what == "TRADES" and listing.contract.kind == "CASH"):
        raise no_data(listing, query.what)
    order = places(misshape, len(served))
    served = flattened(misshape, served).take(order)
    dates = _dates(served, trade_dates[order] if len(trade_dates) else trade_dates, query, sessions.timezone, version)
    return Reply(start, end, unreadable(misshape, of_kind(served, listing, query.what)), dates)


def newest(
    market: SimulatedMarket, listing: Listing, query: BarsQuery, since: datetime, now: datetime, version: int
) -> tuple[MarketBars, list[str]]:
    """Return the bars that were unfinished at `since` or began later, as of `now`, and their dates; maybe none.

    Raises:
        Refusal: 162, the market has no bars this short.
    """
    sessions = calendar(listing.instrument.calendar)
    start = since - (timedelta(seconds=query.seconds) if query.seconds else _LONGEST_DAY)
    served, trade_dates = _served(market, listing, sessions, query, start, now)
    dates = _dates(served, trade_dates, query, sessions.timezone, version)
    return of_kind(served, listing, query.what), dates


def schedule(listing: Listing, query: BarsQuery, now: datetime) -> tuple[datetime, datetime, list[ScheduledSession]]:
    """Return the window of a query and the sessions in it.

    Raises:
        Refusal: 162, there is no session in the window.
    """
    sessions = calendar(listing.instrument.calendar)
    start, end = window(sessions, query, now)
    found = []
    for session in days_between(sessions, start, end):
        stretches = regular_parts(sessions, session) if query.regular_hours else parts(session)
        if stretches and session.open >= start:
            first, last = (i.astimezone(sessions.timezone) for i in (stretches[0][0], stretches[-1][1]))
            found.append(ScheduledSession(first, last, f"{session.trade_date:%Y%m%d}"))
    if not found:
        raise no_data(listing, query.what)
    return start, end, found


def window(sessions: SessionCalendar, query: BarsQuery, now: datetime) -> tuple[datetime, datetime]:
    """Return start and end of the query's window, UTC. Days are trading days; other units are calendar arithmetic."""
    end = query.end or now
    if query.unit == "S":
        return end - timedelta(seconds=query.number), end
    if query.unit == "D":
        found = last_days(sessions, end, query.number)
        return (found[0].open if found else end), end
    if query.unit == "W":
        return end - timedelta(weeks=query.number), end
    months = query.number * (12 if query.unit == "Y" else 1)
    return (pd.Timestamp(end) - pd.DateOffset(months=months)).to_pydatetime(), end


def no_data(listing: Listing, what: str) -> Refusal:
    """Return the answer that there is no data."""
    where = f"{listing.contract.local_symbol}@{listing.contract.exchange} {what.capitalize()}"
    return Refusal(162, f"{HMDS}HMDS query returned no data: {where}")


def stamp(instant: datetime, zone: ZoneInfo, version: int) -> str:
    """Return an instant in exchange time, in the version's format."""
    local = instant.astimezone(zone)
    if version < ZONED_DATES:
        return f"{local:%Y%m%d  %H:%M:%S}"
    return f"{local:%Y%m%d %H:%M:%S} {zone_name(zone)}"


def _check_size(start: datetime, end: datetime, query: BarsQuery) -> None:
    days = (end - start).days * 5 // 7
    if query.seconds and days * _SESSION_SECONDS // query.seconds > _MOST_BARS:
        raise Refusal(162, f"{HMDS}Time length exceed max.")


def _served(
    market: SimulatedMarket,
    listing: Listing,
    sessions: SessionCalendar,
    query: BarsQuery,
    start: datetime,
    limit: datetime,
) -> tuple[MarketBars, np.ndarray]:
    """Return the bars that start in `[start, limit)`, and the dates of their days, which may be empty."""
    source = _MINUTE if query.seconds == 0 or query.seconds >= _MINUTE else _step(market, listing, query)
    head = market.head(listing)
    if head is None or limit <= max(start, head):
        return no_bars(), _NO_DATES
    if query.seconds == source and not query.regular_hours:
        return _source(market, listing, source, start, limit), _NO_DATES
    around = _days(sessions, query, start, limit, head)
    first = min((s.open for s in around), default=limit)
    made, dates = aggregate(
        _source(market, listing, source, first, limit), _buckets(listing, sessions, query, around), query.seconds
    )
    inside = made.start >= _instants([start])[0] if query.period is Period.DAY else np.full(len(made), True)
    return made.take(inside), dates[inside]


def _source(market: SimulatedMarket, listing: Listing, seconds: int, start: datetime, limit: datetime) -> MarketBars:
    read = market.minutes if seconds == _MINUTE else market.shortest
    return cut_last(read(listing, start, limit), timedelta(seconds=seconds), limit, listing)


def _step(market: SimulatedMarket, listing: Listing, query: BarsQuery) -> int:
    """Return the length, in seconds, of the market's bars that make up the query's; raises Refusal."""
    step = market.step(listing)
    if query.seconds % step:
        names = {seconds: name for name, seconds in SECONDS.items()} | {_MINUTE: "1 min"}
        size = names[query.seconds]
        shortest = (
            f"the shortest bars of {listing.contract.local_symbol} are those of {names.get(step, f'{step} secs')}"
        )
        raise not_served(f"Bars of {size} are", shortest)
    return step


def _days(
    sessions: SessionCalendar, query: BarsQuery, start: datetime, limit: datetime, head: datetime
) -> list[Session]:
    """Return the trading days of the window; a week or month counts if it began there or is the last.

    A week or month begins on its first trade date, in exchange time. Days before `head`, the contract's first bar, are
    left out if they do not matter.
    """
    if query.period is Period.DAY:
        return days_between(sessions, max(start, head), limit)
    around = days_between(sessions, max(min(start, limit - _LONGEST_PERIOD), head) - _LONGEST_PERIOD, limit)
    began: dict[tuple[int, int], date] = {}
    for day in around:
        began.setdefault(_period(query, day), day.trade_date)
    last, first = _period(query, around[-1]) if around else None, start.astimezone(sessions.timezone).date()
    return [day for day in around if began[_period(query, day)] >= first or _period(query, day) == last]


def _period(query: BarsQuery, day: Session) -> tuple[int, int]:
    """Return the day itself, or the week (Monday to Sunday) or month of its trade date."""
    if query.period is Period.WEEK:
        year, week, _ = day.trade_date.isocalendar()
        return year, week
    return (
        (day.trade_date.year, day.trade_date.month) if query.period is Period.MONTH else (day.trade_date.toordinal(), 0)
    )


def _buckets(listing: Listing, sessions: SessionCalendar, query: BarsQuery, around: list[Session]) -> Buckets:
    """Return the days with trading in the query's hours; a week or month is named after the last of its days so far."""
    stretches = [regular_parts(sessions, s) if query.regular_hours else parts(s) for s in around]
    opened = [(s, p[0][0]) for s, p in zip(around, stretches, strict=True) if p]
    starts: dict[tuple[int, int], datetime] = {}
    dates: dict[tuple[int, int], date] = {}
    for session, opens in opened:
        period = _period(query, session)
        starts.setdefault(period, opens)
        if session.trade_date <= listing.contract.last_trade_date or period not in dates:
            dates[period] = session.trade_date
    periods = [_period(query, s) for s, _ in opened]
    return Buckets(
        opens=_instants([opens for _, opens in opened]),
        closes=_instants([s.close for s, _ in opened]),
        starts=_instants([starts[period] for period in periods]),
        dates=np.array([dates[period] for period in periods], "datetime64[D]"),
    )


def of_kind(trades: MarketBars, listing: Listing, what: str) -> MarketBars:
    """Return the trades themselves, or quotes one tick around them, which have neither volume nor count.

    An index has no trades: its bars count its computations.
    """
    if listing.contract.kind == "IND":
        none = np.zeros(len(trades), np.int64)
        return replace(trades, volume=none, wap=none.astype(float))
    if what == "TRADES":
        return trades
    tick, digits = float(listing.tick), listing.digits + 1
    shift = {"BID": 0.0, "MIDPOINT": tick / 2, "ASK": tick}[what]
    prices = {name: np.round(getattr(trades, name) + shift, digits) for name in ("open", "high", "low", "close")}
    none = np.full(len(trades), UNKNOWN, np.int64)
    return replace(trades, **prices, volume=none, wap=none.astype(float), count=none)


def _dates(served: MarketBars, trade_dates: np.ndarray, query: BarsQuery, zone: ZoneInfo, version: int) -> list[str]:
    if query.seconds == 0:
        return [text.replace("-", "") for text in trade_dates.astype(str).tolist()]
    if query.date_format == 2:
        return [str(epoch) for epoch in served.start.astype(np.int64).tolist()]
    local = pd.DatetimeIndex(served.start).tz_localize("UTC").tz_convert(zone)
    pattern = "%Y%m%d  %H:%M:%S" if version < ZONED_DATES else f"%Y%m%d %H:%M:%S {zone_name(zone)}"
    return list(local.strftime(pattern))


def _instants(instants: list[datetime]) -> np.ndarray:
    return np.array([i.replace(tzinfo=None) for i in instants], "datetime64[s]")
