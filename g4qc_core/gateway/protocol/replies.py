"""Replies to requests for contracts and bars, from the market to the fields of messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from g4qc_core.calendars.session_calendar import SessionCalendar, calendar
from g4qc_core.gateway.faults.misshapes import AS_IT_IS, Misshape
from g4qc_core.gateway.markets import history
from g4qc_core.gateway.markets.history import ScheduledSession
from g4qc_core.gateway.markets.session_hours import liquid_hours, trading_hours, zone_name
from g4qc_core.gateway.markets.simulated_market import Listing, SimulatedMarket
from g4qc_core.gateway.protocol import layouts
from g4qc_core.gateway.protocol.bar_request_rules import SCHEDULE, Refusal, check_date_format, check_kind, validate
from g4qc_core.gateway.protocol.client_requests import BarsRequest, ContractRequest, HeadRequest
from g4qc_core.gateway.protocol.contract_lookup import CONTINUOUS, find, underlying
from g4qc_core.gateway.protocol.contract_refusal import not_found, the_only_one
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.protocol.reference_data import rule_of

# Fields that are empty for a product without contract months.
_PERPETUAL: dict[str, object] = {
    "expiry": "",
    "last_trade_date": "",
    "real_expiration": "",
    "contract_month": "",
    "multiplier": "",
    "under_con_id": 0,
    "under_symbol": "",
    "under_sec_type": "",
}
_ORDER_TYPES = "ACTIVETIM,ALERT,DAY,GTC,LMT,MKT,STP,STPLMT"


def error(request_id: int, code: int, text: str, now: datetime) -> Message:
    """Return an error or a notice; id -1 means that it is about no request."""
    time_ms = int(now.timestamp() * 1000)
    values = {"request_id": request_id, "error_code": code, "text": text, "time_ms": time_ms}
    return Message(layouts.ERROR, values)


def garbled(messages: list[Message]) -> list[Message]:
    """Return the messages with the first one damaged: a field is missing, or a number is invalid."""
    first, *others = messages
    if first.tail:
        return [replace(first, tail=first.tail[:-1]), *others]
    return [replace(first, values={**first.values, "min_tick": "?"}), *others]


def contracts(
    market: SimulatedMarket, request: ContractRequest, now: datetime, expiry_zone: str | None = None
) -> list[Message]:
    """Return the details of each contract that matches the request, and the end of the list.

    Args:
        market: the market.
        request: the request.
        now: the gateway's clock, UTC.
        expiry_zone: time zone of last trades; None: the exchange's.

    Raises:
        Refusal: 200, no contract matches; 162, the request uses keys other than the contract's own fields.
    """
    if any(request.others):
        raise Refusal(162, "A request for contract details by secId or issuer is not served by the simulated gateway")
    found = find(market, request.contract, now)
    if not found:
        raise not_found(market, request.contract, now)
    continuous = {"sec_type": CONTINUOUS} if request.contract.sec_type == CONTINUOUS else {}
    details = [
        Message(
            layouts.CONTRACT_DATA, {"request_id": request.request_id, **_details(item, now, expiry_zone), **continuous}
        )
        for item in found
    ]
    return [*details, Message(layouts.CONTRACT_DATA_END, {"request_id": request.request_id})]


def bars(
    market: SimulatedMarket, request: BarsRequest, now: datetime, version: int, misshape: Misshape = AS_IT_IS
) -> list[Message]:
    """Return the bars of a window, or its sessions.

    Raises:
        Refusal: 10314, 10339, 321, 200 or 162.
    """
    query = validate(request, version)
    listing = the_only_one(market, request.contract, now)
    warnings = [] if query.warning is None else [error(request.request_id, *query.warning, now)]
    if query.what == SCHEDULE:
        return [*warnings, _schedule(listing, request.request_id, history.schedule(listing, query, now))]
    reply = history.bars(market, listing, query, now, version, misshape)
    zone = calendar(listing.instrument.calendar).timezone
    values = {
        "request_id": request.request_id,
        "start": history.stamp(reply.start, zone, version),
        "end": history.stamp(reply.end, zone, version),
        "bars": len(reply.bars),
    }
    data = Message(layouts.HISTORICAL_DATA, values, layouts.bar_fields(reply.dates, reply.bars))
    ends = [Message(layouts.HISTORICAL_DATA_END, values)] if version >= layouts.SEPARATE_END else []
    return [*warnings, data, *ends]


def head_timestamp(
    market: SimulatedMarket, request: HeadRequest, now: datetime, replacement: str | None = None
) -> list[Message]:
    """Return the start of the contract's bars in the request's format, or `replacement` instead.

    Raises:
        Refusal: 321 for a malformed request, 200 for an unknown contract, 162 if there are no bars yet.
    """
    check_date_format(request.date_format)
    check_kind(request.what)
    listing = the_only_one(market, request.contract, now)
    first = market.head(listing)
    if first is None or first > now:
        raise history.no_data(listing, request.what)
    text = str(int(first.timestamp())) if request.date_format == 2 else _dashed(first)
    text = text if replacement is None else replacement
    return [Message(layouts.HEAD_TIMESTAMP, {"request_id": request.request_id, "timestamp": text})]


def _details(listing: Listing, now: datetime, expiry_zone: str | None) -> dict[str, object]:
    contract, instrument = listing.contract, listing.instrument
    sessions = calendar(instrument.calendar)
    zone = zone_name(sessions.timezone)
    return {
        "symbol": instrument.ib_symbol,
        "sec_type": contract.kind,
        **(_expiring(listing, sessions, expiry_zone) if contract.expires else _PERPETUAL),
        "exchange": contract.exchange,
        "currency": contract.currency,
        "local_symbol": contract.local_symbol,
        "market_name": contract.trading_class,
        "trading_class": contract.trading_class,
        "con_id": contract.con_id,
        "min_tick": _plain(contract.min_tick),
        "price_magnifier": contract.price_magnifier,
        "order_types": _ORDER_TYPES,
        "valid_exchanges": contract.exchange,
        "long_name": instrument.name,
        "market_rules": rule_of(contract.min_tick),
        "zone": zone,
        "trading_hours": trading_hours(sessions, now),
        "liquid_hours": liquid_hours(sessions, now),
    }


def _expiring(listing: Listing, sessions: SessionCalendar, expiry_zone: str | None) -> dict[str, object]:
    contract, instrument = listing.contract, listing.instrument
    last = f"{contract.last_trade_date:%Y%m%d}"
    under_con_id, under_kind = underlying(instrument)
    return {
        "expiry": _last_trade(contract.last_trade_at, sessions, expiry_zone),
        "last_trade_date": last,
        "real_expiration": last,
        "contract_month": contract.month,
        "multiplier": _plain(contract.multiplier),
        "under_con_id": under_con_id,
        "under_symbol": instrument.ib_symbol,
        "under_sec_type": under_kind,
    }


def _last_trade(at: datetime, sessions: SessionCalendar, zone: str | None) -> str:
    if zone == "UTC":
        return _dashed(at.astimezone(UTC))
    if zone is None:
        return f"{at.astimezone(sessions.timezone):%Y%m%d %H:%M} {zone_name(sessions.timezone)}"
    return f"{at.astimezone(ZoneInfo(zone)):%Y%m%d %H:%M:%S} {zone}"


def _schedule(
    listing: Listing, request_id: int, schedule: tuple[datetime, datetime, list[ScheduledSession]]
) -> Message:
    start, end, sessions = schedule
    zone = calendar(listing.instrument.calendar).timezone
    values = {
        "request_id": request_id,
        "start": _dashed(start.astimezone(zone)),
        "end": _dashed(end.astimezone(zone)),
        "zone": zone_name(zone),
        "sessions": len(sessions),
    }
    return Message(layouts.HISTORICAL_SCHEDULE, values, _session_fields(sessions))


def _session_fields(sessions: list[ScheduledSession]) -> list[str]:
    return [text for s in sessions for text in (_dashed(s.start), _dashed(s.end), s.trade_date)]


def _dashed(instant: datetime) -> str:
    return f"{instant:%Y%m%d-%H:%M:%S}"


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
