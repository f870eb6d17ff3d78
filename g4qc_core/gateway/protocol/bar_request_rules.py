"""Validation of requests for bars: what the gateway refuses, with the real gateway's codes and texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from g4qc_core.gateway.markets.session_hours import MODERN_ZONES
from g4qc_core.gateway.protocol.client_requests import BarsRequest
from g4qc_core.gateway.protocol.contract_lookup import CONTINUOUS
from g4qc_core.gateway.protocol.layouts import SCHEDULE as SCHEDULE_VERSION


class Period(StrEnum):
    """Number of trading days in a bar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


GATEWAY_ZONE = ZoneInfo("America/Chicago")
SCHEDULE = "SCHEDULE"

MINUTES = {
    "1 min": 1,
    "2 mins": 2,
    "3 mins": 3,
    "4 mins": 4,
    "5 mins": 5,
    "10 mins": 10,
    "15 mins": 15,
    "20 mins": 20,
    "30 mins": 30,
    "1 hour": 60,
    "2 hours": 120,
    "3 hours": 180,
    "4 hours": 240,
    "8 hours": 480,
    "1 day": 0,
}
"""Length of each bar size in minutes; 0 is one bar a session."""

SECONDS = {"1 secs": 1, "5 secs": 5, "10 secs": 10, "15 secs": 15, "30 secs": 30}
"""Length of each bar size below one minute in seconds."""

PERIODS = {"1 day": Period.DAY, "1 week": Period.WEEK, "1w": Period.WEEK, "1 month": Period.MONTH, "1m": Period.MONTH}
"""Bar sizes that are whole trading days."""

HMDS = "Historical Market Data Service error message:"
"""Beginning of texts of code 162."""

_LEGAL = (
    "1 secs, 5 secs, 10 secs, 15 secs, 30 secs, 1 min, 2 mins, 3 mins, 5 mins, 10 mins, 15 mins, 20 mins, 30 mins, "
    "1 hour, 2 hours, 3 hours, 4 hours, 8 hours, 1 day, 1W, 1M"
)
_KINDS = ("TRADES", "MIDPOINT", "BID", "ASK")
_KINDS_NOT_SERVED = (
    "BID_ASK",
    "ADJUSTED_LAST",
    "AGGTRADES",
    "HISTORICAL_VOLATILITY",
    "OPTION_IMPLIED_VOLATILITY",
    "REBATE_RATE",
    "FEE_RATE",
    "YIELD_BID",
    "YIELD_ASK",
    "YIELD_BID_ASK",
    "YIELD_LAST",
)
_MOST_OF_ONE_SECOND = 2_000
_SHOWN = 40
_DURATION = re.compile(r"(-?\d{1,9}) ([SDWMY])")
_LONGEST = {
    "S": (86_400, "Historical data request for greater than 86400 seconds rejected."),
    "D": (365, "Historical data request for durations longer than 365 days must be made in years."),
    "W": (52, "Historical data request for durations longer than 52 weeks must be made in years."),
    "M": (12, "Historical data request for durations longer than 12 months must be made in years."),
    "Y": (68, "Historical data requested duration is invalid."),
}
_OLD_PROTOCOL = (
    f"they need protocol version {SCHEDULE_VERSION}, and this connection speaks {{version}}: start the gateway with "
    "`--max-version 178`, and use a client that speaks it"
)
_YEARS = range(1900, 2200)
_BAD_END = (
    "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xx/xxxx "
    "where yyyymmdd and xx/xxxx are optional. You can also provide yyyymmdd-hh:mm:ss time in UTC. Note that there is "
    "a dash between the date and time in UTC notation."
)
_NO_ZONE = (
    "Warning: You submitted request with date-time attributes without explicit time zone. Please switch to use "
    "yyyymmdd-hh:mm:ss in UTC or use instrument time zone, like US/Eastern. Implied time zone functionality will be "
    "removed in the next API release"
)


class Refusal(Exception):
    """An answer that is an error: the protocol's code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class BarsQuery:
    """A valid request for bars.

    Attributes:
        end: end of the window, UTC; None: the gateway's present.
        seconds: bar length; 0 for bars of whole trading days, given by `period`.
        period: trading days in a bar of whole days.
        number: number of units of the duration, e.g. 1.
        unit: unit of the duration, e.g. `W`.
        warning: code and text to send to the client first.
    """

    end: datetime | None
    seconds: int
    number: int
    unit: str
    what: str
    regular_hours: bool
    date_format: int
    warning: tuple[int, str] | None = None
    period: Period = Period.DAY


def validate(request: BarsRequest, version: int) -> BarsQuery:
    """Return the request as a query.

    Args:
        request: the request as read from the message.
        version: protocol version of the connection.

    Raises:
        Refusal: 10314, 10339 or 321, in the real gateway's order; then 162 for requests that are legal there and not
            served here.
    """
    end, warning = parse_edge(request.end)
    if request.contract.sec_type == CONTINUOUS and end is not None:
        raise Refusal(10339, "Setting end date/time for continuous future security type is not allowed.")
    number, unit = _duration(request.duration)
    seconds, period = _bar_size(request.bar_size)
    _check_what(request.what, is_daily=not seconds and period is Period.DAY)
    check_date_format(request.date_format)
    if seconds == 1 and (unit != "S" or number > _MOST_OF_ONE_SECOND):
        raise Refusal(162, f"{HMDS}invalid step: bars of 1 secs are for at most {_MOST_OF_ONE_SECOND} S")
    _check_kind_is_served(request.what)
    if request.what == SCHEDULE and version < SCHEDULE_VERSION:
        raise not_served("Schedules are", _OLD_PROTOCOL.format(version=version))
    if request.keep_up_to_date:
        _check_updates(request, seconds)
    hours, dates = request.regular_hours, request.date_format
    return BarsQuery(end, seconds, number, unit, request.what, hours, dates, warning, period)


def invalid(cause: str) -> Refusal:
    """Return a refusal of a malformed request (321)."""
    return Refusal(321, f"Error validating request.-'bM' : cause - {cause}")


def not_served(what: str, advice: str) -> Refusal:
    """Return a refusal of a request that Interactive Brokers would serve (162); `what` ends with is or are."""
    return Refusal(162, f"{HMDS}{what} not served by the simulated gateway: {advice}")


def check_kind(what: str) -> None:
    """Raise Refusal if the kind of bar does not exist, or the simulated gateway does not have it."""
    _check_kind_is_legal(what)
    _check_kind_is_served(what)


def check_date_format(chosen: int) -> None:
    """Raise Refusal if the date format does not exist."""
    if chosen not in (1, 2, 3):
        raise invalid(f"Date formatting selection of {chosen} rejected")


def _check_updates(request: BarsRequest, seconds: int) -> None:
    if request.end:
        raise invalid("End date/time must be empty when bars are kept up to date")
    if request.what not in _KINDS:
        raise invalid(f"{request.what} cannot be kept up to date. Legal ones are: {', '.join(_KINDS)}")
    if seconds == 1:
        raise invalid("Bars below 5 secs cannot be kept up to date")
    if request.contract.sec_type == CONTINUOUS:
        raise not_served("Updates of a continuous future are", "ask for the contract month")


def parse_edge(text: str) -> tuple[datetime | None, tuple[int, str] | None]:
    """Return an edge of a window, UTC, None if empty, and a warning for the client; raises Refusal (10314)."""
    if not text:
        return None, None
    try:
        end, warning = parse_instant(text)
    except (ValueError, KeyError, OSError, OverflowError):
        raise Refusal(10314, _BAD_END) from None
    if end.year not in _YEARS:
        raise Refusal(10314, _BAD_END)
    return end, warning


def parse_instant(text: str) -> tuple[datetime, tuple[int, str] | None]:
    """Return the instant that a client wrote, UTC, and a warning if it named no time zone.

    Raises:
        ValueError, KeyError, OSError, OverflowError: the text is no instant, or its zone is unknown.
    """
    if "-" in text[:9]:
        return datetime.strptime(text, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC), None
    day, clock, *zone = text.split(maxsplit=2)
    naive = datetime.strptime(f"{day} {clock}", "%Y%m%d %H:%M:%S")  # noqa: DTZ007
    if zone:
        return naive.replace(tzinfo=_zone(zone[0])).astimezone(UTC), None
    return naive.replace(tzinfo=GATEWAY_ZONE).astimezone(UTC), (2174, _NO_ZONE)


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(MODERN_ZONES.get(name, name))


def _duration(text: str) -> tuple[int, str]:
    found = _DURATION.fullmatch(text)
    if not found:
        raise invalid(
            "When specifying a unit, historical data request duration format is integer{SPACE}unit (S|D|W|M|Y)."
        )
    number, unit = int(found[1]), found[2]
    if number < 1 or (unit == "S" and number < 30):
        raise invalid("Historical data requested duration is invalid.")
    longest, cause = _LONGEST[unit]
    if number > longest:
        raise invalid(cause)
    return number, unit


def _bar_size(text: str) -> tuple[int, Period]:
    """Return the length in seconds, or 0 and a period of whole trading days."""
    folded = text.lower()
    if folded in PERIODS:
        return 0, PERIODS[folded]
    if folded in SECONDS:
        return SECONDS[folded], Period.DAY
    if folded in MINUTES:
        return MINUTES[folded] * 60, Period.DAY
    raise invalid(f"Historical data bar size setting is invalid. Legal ones are: {_LEGAL}")


def _check_what(what: str, *, is_daily: bool) -> None:
    if what != SCHEDULE:
        _check_kind_is_legal(what)
    elif not is_daily:
        raise invalid("Historical schedule is available only for the bar size 1 day")


def _check_kind_is_legal(what: str) -> None:
    if what not in (*_KINDS, *_KINDS_NOT_SERVED):
        legal = ", ".join((*_KINDS, *_KINDS_NOT_SERVED, SCHEDULE))
        raise invalid(f"whatToShow {what[:_SHOWN]!r} does not exist. Legal ones are: {legal}")


def _check_kind_is_served(what: str) -> None:
    if what in _KINDS_NOT_SERVED:
        raise not_served(f"Bars of {what} are", f"ask for one of {', '.join(_KINDS)}")
