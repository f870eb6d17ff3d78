"""Bars for a query: the window that it means, the minutes in it, and larger bars made of them, day by day.

Knows sessions and markets. Must not know the wire, except how it writes dates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from g4qc_core.gateway.hours import days_between, last_days, parts, regular_parts, zone_name
from g4qc_core.gateway.layouts import ZONED_DATES
from g4qc_core.gateway.market import UNKNOWN, Bars, Listing, Market, no_bars
from g4qc_core.gateway.misshapes import AS_IT_IS, Misshape, flattened, places, unreadable
from g4qc_core.gateway.validation import BarsQuery, Refusal
from g4qc_core.sessions import SessionCalendar, calendar

_MOST_BARS = 150_000
"""More of them do not fit into the longest message that clients read (16 MiB)."""

_MINUTE = timedelta(minutes=1)
_SESSION_MINUTES = 1_380


@dataclass(frozen=True)
class Reply:
    """Bars of a window, with the texts of their dates."""

    start: datetime
    end: datetime
    bars: Bars
    dates: list[str]


@dataclass(frozen=True)
class ScheduledSession:
    """One entry of a historical schedule, in exchange time."""

    start: datetime
    end: datetime
    trade_date: str


def bars(
    market: Market, listing: Listing, query: BarsQuery, now: datetime, version: int, misshape: Misshape = AS_IT_IS
) -> Reply:
    """The bars that start in the query's window, misshapen as told.

    A bar that the window's end or the present cuts is served as far as it goes, as the real gateway does.

    Raises:
        Refusal: 162, no bars in the window or too many.
    """
    sessions = calendar(listing.instrument.calendar)
    start, end = window(sessions, query, now)
    _check_size(sessions, start, end, query)
    beside = misshape.overlap * timedelta(minutes=query.minutes)
    served, trade_dates = _served(market, listing, sessions, query, start - beside, min(end + beside, now))
    if not len(served) or (query.what == "TRADES" and listing.contract.kind == "CASH"):
        raise no_data(listing, query.what)
    order = places(misshape, len(served))
    served = flattened(misshape, served).take(order)
    dates = _dates(served, trade_dates[order] if len(trade_dates) else trade_dates, query, sessions.timezone, version)
    return Reply(start, end, unreadable(misshape, _kind(served, listing, query.what)), dates)


def schedule(listing: Listing, query: BarsQuery, now: datetime) -> tuple[datetime, datetime, list[ScheduledSession]]:
    """The window of a query and the sessions in it.

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
    """Start and end of the query's window, UTC. Days are trading days, all else is calendar arithmetic."""
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
    """The answer that there is nothing."""
    where = f"{listing.contract.local_symbol}@{listing.contract.exchange} {what.capitalize()}"
    return Refusal(162, f"Historical Market Data Service error message:HMDS query returned no data: {where}")


def stamp(instant: datetime, zone: ZoneInfo, version: int) -> str:
    """An instant in exchange time as the version writes it."""
    local = instant.astimezone(zone)
    if version < ZONED_DATES:
        return f"{local:%Y%m%d  %H:%M:%S}"
    return f"{local:%Y%m%d %H:%M:%S} {zone_name(zone)}"


def _check_size(sessions: SessionCalendar, start: datetime, end: datetime, query: BarsQuery) -> None:
    days = (end - start).days * 5 // 7
    if query.minutes and days * _SESSION_MINUTES // query.minutes > _MOST_BARS:
        raise Refusal(162, "Historical Market Data Service error message:Time length exceed max.")


def _served(
    market: Market,
    listing: Listing,
    sessions: SessionCalendar,
    query: BarsQuery,
    start: datetime,
    limit: datetime,
) -> tuple[Bars, np.ndarray]:
    if limit <= start:
        return no_bars(), np.array([], "datetime64[D]")
    whole = query.minutes == 1 and not query.regular_hours
    around = [] if whole else days_between(sessions, start, limit)
    first = start if whole else min([start, *(s.open for s in around)])
    minutes = _cut_last(market.minutes(listing, first, limit), limit)
    if whole:
        return minutes, np.array([], "datetime64[D]")
    stretches = [regular_parts(sessions, s) if query.regular_hours else parts(s) for s in around]
    open_days = [(s, p[0][0]) for s, p in zip(around, stretches, strict=True) if p]
    made, trade_dates = _aggregate(
        minutes,
        anchors=_instants([opened for _, opened in open_days]),
        closes=_instants([s.close for s, _ in open_days]),
        trade_dates=np.array([s.trade_date for s, _ in open_days], "datetime64[D]"),
        length=query.minutes,
    )
    inside = made.start >= _instants([start])[0]
    return made.take(inside), trade_dates[inside]


def _cut_last(minutes: Bars, limit: datetime) -> Bars:
    """The minutes, with the last one as it stands at `limit` where it is not over: its first trades only."""
    if not len(minutes):
        return minutes
    passed = (limit - _MINUTE) - minutes.start[-1].item().replace(tzinfo=limit.tzinfo)
    if passed >= timedelta():
        return minutes
    share = (passed + _MINUTE) / _MINUTE
    cut = {name: column.copy() for name, column in minutes.columns().items()}
    for name in ("high", "low", "close"):
        cut[name][-1] = cut["open"][-1]
    for name in ("volume", "count"):
        if cut[name][-1] != UNKNOWN:
            cut[name][-1] = max(1, int(cut[name][-1] * share))
    if cut["wap"][-1] != UNKNOWN:
        cut["wap"][-1] = cut["open"][-1]
    return Bars(**cut)


def _aggregate(
    minutes: Bars, anchors: np.ndarray, closes: np.ndarray, trade_dates: np.ndarray, length: int
) -> tuple[Bars, np.ndarray]:
    """Bars of `length` minutes (0: a whole session) in buckets that begin at each session's anchor."""
    at = np.searchsorted(anchors, minutes.start, side="right") - 1
    inside = at >= 0
    inside[inside] = minutes.start[inside] < closes[at[inside]]
    minutes, at = minutes.take(inside), at[inside]
    if not len(minutes):
        return no_bars(), np.array([], "datetime64[D]")
    step = np.timedelta64(length * 60, "s")
    since = minutes.start - anchors[at]
    starts = anchors[at] + (since // step * step if length else np.timedelta64(0, "s"))
    first = np.flatnonzero(np.r_[True, starts[1:] != starts[:-1]])
    last = np.r_[first[1:], len(starts)] - 1
    made = Bars(
        start=starts[first],
        open=minutes.open[first],
        high=np.maximum.reduceat(minutes.high, first),
        low=np.minimum.reduceat(minutes.low, first),
        close=minutes.close[last],
        volume=np.add.reduceat(minutes.volume, first),
        wap=_average(minutes, first),
        count=_total(minutes.count, first),
    )
    return made, trade_dates[at[first]]


def _average(minutes: Bars, first: np.ndarray) -> np.ndarray:
    volume = np.add.reduceat(minutes.volume, first)
    money = np.add.reduceat(minutes.wap * minutes.volume, first)
    unknown = np.logical_or.reduceat(minutes.wap == UNKNOWN, first) | (volume == 0)
    average = np.round(money / np.where(volume == 0, 1, volume), 7)
    low, high = np.minimum.reduceat(minutes.low, first), np.maximum.reduceat(minutes.high, first)
    return np.where(unknown, float(UNKNOWN), np.clip(average, low, high))


def _total(counts: np.ndarray, first: np.ndarray) -> np.ndarray:
    unknown = np.logical_or.reduceat(counts == UNKNOWN, first)
    return np.where(unknown, UNKNOWN, np.add.reduceat(counts, first))


def _kind(trades: Bars, listing: Listing, what: str) -> Bars:
    """Trades as they are, or quotes one tick around them, which have neither volume nor count.

    An index has no trades: its bars count how often it was computed.
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


def _dates(served: Bars, trade_dates: np.ndarray, query: BarsQuery, zone: ZoneInfo, version: int) -> list[str]:
    if query.minutes == 0:
        return [text.replace("-", "") for text in trade_dates.astype(str).tolist()]
    if query.date_format == 2:
        return [str(epoch) for epoch in served.start.astype(np.int64).tolist()]
    local = pd.DatetimeIndex(served.start).tz_localize("UTC").tz_convert(zone)
    pattern = "%Y%m%d  %H:%M:%S" if version < ZONED_DATES else f"%Y%m%d %H:%M:%S {zone_name(zone)}"
    return list(local.strftime(pattern))


def _instants(instants: list[datetime]) -> np.ndarray:
    return np.array([i.replace(tzinfo=None) for i in instants], "datetime64[s]")
