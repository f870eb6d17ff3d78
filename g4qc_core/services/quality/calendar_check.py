"""Comparison of an instrument's session calendar with the gateway's trading hours.

`g4qc_core.bars.calendar_comparison` decides when two sessions agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.bars.calendar_comparison import ComparedDay, compare_sessions
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.storage.stores import Stores

LISTED = ["instrument", "calendar", "trade date", "ours", "gateway's", "finding"]
"""Columns of a listing of compared days."""

# If the contract ended within the gateway's schedule, its market would seem to end.
_FAR_ENOUGH = timedelta(days=45)


def compare_calendar(
    instrument: Instrument, chain: Sequence[Contract], source: BarSource, stores: Stores
) -> list[ComparedDay]:
    """Request the gateway's current schedule, compare it with our calendar, and store the result.

    Args:
        instrument: the instrument.
        chain: the instrument's contracts, by expiry, at least one.
        source: the gateway.
        stores: the stores.

    Returns:
        One entry per trade date of the gateway's schedule, ascending.

    Raises:
        GatewayError: the request failed.
        InvalidBars: the gateway's sessions cannot be parsed.
    """
    now = source.server_time()
    compared = compare_sessions(calendar(instrument.calendar), source.trading_sessions(_typical(chain, now)))
    stores.comparisons.replace_days(instrument.symbol, instrument.calendar, compared, now)
    return compared


def listed(instrument: Instrument, days: Sequence[ComparedDay]) -> pd.DataFrame:
    """Return compared days as a table: times in the exchange's zone, `none` where a side has no session."""
    zone = calendar(instrument.calendar).timezone
    return pd.DataFrame(
        [
            {
                "instrument": instrument.symbol,
                "calendar": instrument.calendar,
                "trade date": str(day.trade_date),
                "ours": _hours(day.open, day.close, zone),
                "gateway's": _hours(day.gateway_open, day.gateway_close, zone),
                "finding": str(day.finding),
            }
            for day in days
        ],
        columns=LISTED,
    )


def _typical(chain: Sequence[Contract], now: datetime) -> Contract:
    living = [contract for contract in chain if contract.last_trade_at > now + _FAR_ENOUGH]
    return living[0] if living else chain[-1]


def _hours(opened: datetime | None, closed: datetime | None, zone: ZoneInfo) -> str:
    if opened is None or closed is None:
        return "none"
    return f"{opened.astimezone(zone):%m-%d %H:%M} to {closed.astimezone(zone):%m-%d %H:%M} {zone.key}"
