"""The values of answers: contract details, bars, head timestamps, and an account that holds nothing.

Knows the market and what its fields are called. Must not know sockets or limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from g4qc_core.gateway import layouts
from g4qc_core.gateway.connection import Connection
from g4qc_core.gateway.expiries import contract_id
from g4qc_core.gateway.history import Reply, ScheduledSession, no_data, stamp
from g4qc_core.gateway.hours import liquid_hours, trading_hours, zone_name
from g4qc_core.gateway.lookup import CONTINUOUS
from g4qc_core.gateway.market import Listing, Market
from g4qc_core.gateway.requests import Fields, HeadRequest
from g4qc_core.gateway.validation import check_date_format
from g4qc_core.sessions import calendar

_UNDERLYING_MONTH = "197001"
_ORDER_TYPES = "ACTIVETIM,ALERT,DAY,GTC,LMT,MKT,STP,STPLMT"


@dataclass(frozen=True)
class Unserved:
    """The refusal of a kind of request that has no answer here; `id_at` is the position of its id."""

    code: int
    text: str
    id_at: int


_NO_ORDERS = "Order rejected - reason:The simulated gateway takes no orders"
_NO_STREAMS = "Requested market data is not subscribed. The simulated gateway has no streams"

UNSERVED = {
    1: Unserved(354, _NO_STREAMS, 1),
    3: Unserved(201, _NO_ORDERS, 0),
    50: Unserved(420, _NO_STREAMS, 1),
    96: Unserved(162, "Historical Market Data Service error message:The simulated gateway has no ticks", 0),
    97: Unserved(354, _NO_STREAMS, 0),
}
"""Refusals by message code: market data, orders, real-time bars, historical ticks, tick by tick."""


def contract_details(listing: Listing, sec_type: str, now: datetime) -> dict[str, object]:
    """The fields of CONTRACT_DATA but for the request's id."""
    contract, instrument = listing.contract, listing.instrument
    sessions = calendar(instrument.calendar)
    zone = zone_name(sessions.timezone)
    ended = contract.last_trade_at.astimezone(sessions.timezone)
    last = f"{contract.last_trade_date:%Y%m%d}"
    return {
        "symbol": instrument.ib_symbol,
        "sec_type": CONTINUOUS if sec_type == CONTINUOUS else "FUT",
        "expiry": f"{last} {ended:%H:%M} {zone}",
        "last_trade_date": last,
        "exchange": contract.exchange,
        "currency": contract.currency,
        "local_symbol": contract.local_symbol,
        "market_name": contract.trading_class,
        "trading_class": contract.trading_class,
        "con_id": contract.con_id,
        "min_tick": _plain(contract.min_tick),
        "multiplier": _plain(contract.multiplier),
        "order_types": _ORDER_TYPES,
        "valid_exchanges": contract.exchange,
        "under_con_id": contract_id(instrument.symbol, _UNDERLYING_MONTH),
        "long_name": instrument.name,
        "contract_month": contract.month,
        "zone": zone,
        "trading_hours": trading_hours(sessions, now),
        "liquid_hours": liquid_hours(sessions, now),
        "under_symbol": instrument.ib_symbol,
        "under_sec_type": "CASH" if instrument.calendar == "fx" else "IND",
        "real_expiration": last,
    }


async def send_bars(connection: Connection, request_id: int, listing: Listing, reply: Reply) -> None:
    """Sends the bars, and the end of them where the version has a message of its own for it."""
    values = {"request_id": request_id, "bars": len(reply.bars)} | _edges(
        connection, listing, reply.start, reply.end
    )
    await connection.send_bulk(layouts.HISTORICAL_DATA, values, layouts.bar_fields(reply.dates, reply.bars))
    if connection.version >= layouts.SEPARATE_END:
        await connection.send(layouts.HISTORICAL_DATA_END, **values)


async def send_schedule(
    connection: Connection,
    request_id: int,
    listing: Listing,
    schedule: tuple[datetime, datetime, list[ScheduledSession]],
) -> None:
    """Sends the sessions of a window."""
    start, end, sessions = schedule
    zone = calendar(listing.instrument.calendar).timezone
    values = {
        "request_id": request_id,
        "start": _dashed(start.astimezone(zone)),
        "end": _dashed(end.astimezone(zone)),
        "zone": zone_name(zone),
        "sessions": len(sessions),
    }
    await connection.send_bulk(layouts.HISTORICAL_SCHEDULE, values, _session_fields(sessions))


def head_timestamp(market: Market, listing: Listing, request: HeadRequest, now: datetime) -> str:
    """When the contract's bars begin, as the request wants it written.

    Raises:
        Refusal: 321 where the date format is none, 162 where there are no bars yet.
    """
    check_date_format(request.date_format)
    first = market.head(listing)
    if first is None or first > now:
        raise no_data(listing, request.what)
    return str(int(first.timestamp())) if request.date_format == 2 else _dashed(first)


async def account(code: int, fields: list[str], connection: Connection, name: str, now: datetime) -> bool:
    """Answers what a client asks about time and account, which holds nothing; false for any other request."""
    if (layout := _PLAIN.get(code)) is None:
        return False
    read = Fields(fields)
    values: dict[str, object] = {
        "accounts": name,
        "account": name,
        "order_id": 1,
        "epoch": int(now.timestamp()),
        "epoch_ms": int(now.timestamp() * 1000),
        "time": f"{now:%H:%M}",
    }
    if code in _ID_AT:
        for _ in range(_ID_AT[code]):
            read.integer()
        values["request_id"] = read.integer()
    for part in layout:
        await connection.send(part, **values)
    return True


_PLAIN: dict[int, tuple[tuple[layouts.Field, ...], ...]] = {
    5: (layouts.OPEN_ORDER_END,),
    6: (layouts.ACCOUNT_TIME, layouts.ACCOUNT_END),
    7: (layouts.EXECUTIONS_END,),
    8: (layouts.NEXT_VALID_ID,),
    15: (),
    16: (layouts.OPEN_ORDER_END,),
    17: (layouts.MANAGED_ACCOUNTS,),
    49: (layouts.CURRENT_TIME,),
    59: (),
    61: (layouts.POSITIONS_END,),
    62: (layouts.ACCOUNT_SUMMARY_END,),
    76: (layouts.ACCOUNT_MULTI_END,),
    99: (layouts.COMPLETED_ORDERS_END,),
    104: (layouts.USER_INFO,),
    105: (layouts.CURRENT_MILLISECONDS,),
}
_ID_AT = {7: 1, 62: 1, 76: 1, 104: 0}


def _edges(connection: Connection, listing: Listing, start: datetime, end: datetime) -> dict[str, str]:
    zone = calendar(listing.instrument.calendar).timezone
    return {"start": stamp(start, zone, connection.version), "end": stamp(end, zone, connection.version)}


def _session_fields(sessions: list[ScheduledSession]) -> Iterator[str]:
    for session in sessions:
        yield _dashed(session.start)
        yield _dashed(session.end)
        yield session.trade_date


def _dashed(instant: datetime) -> str:
    return f"{instant:%Y%m%d-%H:%M:%S}"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
