"""When the exchange takes orders for a contract: its present or next stretch of trading, and the end of its day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from g4qc_core.calendars.session_calendar import LONGEST_CLOSURE, calendar
from g4qc_core.gateway.broker.booked_order import BookedOrder, Progress
from g4qc_core.gateway.markets.session_hours import days_between, parts
from g4qc_core.gateway.markets.simulated_market import Listing
from g4qc_core.gateway.protocol.bar_request_rules import GATEWAY_ZONE


def opens_at(listing: Listing, instant: datetime) -> datetime:
    """Return the instant itself if the exchange trades then, otherwise its next opening; the end if it has none."""
    ended = listing.contract.last_trade_at
    for day in days_between(calendar(listing.instrument.calendar), instant, instant + LONGEST_CLOSURE):
        for start, end in parts(day):
            if instant < end:
                return min(max(start, instant), ended)
    return ended


def closes_at(listing: Listing, instant: datetime) -> datetime:
    """Return the close of the trading day in which the exchange trades at an instant or next, UTC."""
    ended = listing.contract.last_trade_at
    later = instant + timedelta(microseconds=1)
    for day in days_between(calendar(listing.instrument.calendar), instant, later + LONGEST_CLOSURE):
        if instant < day.close:
            return min(day.close, ended)
    return ended


def schedule(order: BookedOrder, now: datetime) -> None:
    """Let an order that is new or changed work from now on, or from the next opening, until the end of its life."""
    terms = order.terms
    order.works_from = opens_at(terms.listing, now)
    order.looked_until = now
    order.look_again()
    ended = terms.listing.contract.last_trade_at
    order.expires_at = closes_at(terms.listing, order.works_from) if terms.tif == "DAY" else ended
    order.triggered = not terms.kind.has_stop or order.triggered
    works = order.works_from <= now and order.triggered
    order.progress = Progress.WORKING if works else Progress.HELD


def midnight_after(instant: datetime) -> datetime:
    """Return the next midnight in the gateway's time zone, UTC."""
    tomorrow = instant.astimezone(GATEWAY_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), GATEWAY_ZONE).astimezone(UTC)
